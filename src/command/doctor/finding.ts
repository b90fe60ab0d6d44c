/** What was looked at, and how it is. */
export interface Finding {
  readonly check:
    'configuration' | 'dns' | 'tcp' | 'tls' | 'protocol' | 'driver' | 'login' | 'data center' | 'connection' |
    'keyspace' | 'replication' | 'schema'
  /** A note is no obstacle. */
  readonly state: 'ok' | 'note' | 'failed'
  readonly message: string
  readonly remedy?: string
}
