/** What stood in the way: what to look at first. */
export type StartFailure =
  'option' | 'platform' | 'java' | 'maven' | 'cache' | 'address' | 'directory' | 'node' | 'timeout' | 'bundle'

/** The ways out that hold for every failure of this machine. */
export const alternatives = 'Or use a cluster that runs already: CASSANDRA_HOSTS=<host>, for example of the ' +
  'container image cassandra:5.'

/**
 * The local Cassandra cannot be started, or one of its nodes cannot do what it was told.
 * The message says what happened and what to install or set; it is meant to be shown without the stack.
 * @example
 * const cassandra = await startCassandra().catch((error: unknown) => {
 *   if (error instanceof CassandraStartError) console.error(error.message)
 *   throw error
 * })
 */
export class CassandraStartError extends Error {
  /** The class's name. */
  override readonly name = 'CassandraStartError'
  /** Stable. */
  readonly code = 'CASSANDRA_START'
  /** What to look at first. */
  readonly reason: StartFailure

  constructor (reason: StartFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The error code of Node (`ENOENT`, `EACCES`, …) or undefined. */
export function systemCode (error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
