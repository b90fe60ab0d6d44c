// What the plugin writes to the app's log: states of connections, the driver's own messages, hosts that come and go,
// slow statements. Never a parameter.
import type { FastifyBaseLogger } from 'fastify'
import type { ConnectionState } from '../cqlengine/connection/connection.js'
import type { RequestEvent } from '../cqlengine/connection/observe.js'
import type { Client, Host } from '../cqlengine/driver.js'
import type { InitHooks } from '../start.js'

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** One step quieter than the driver's own: what it calls info is each step of each connection. */
const DRIVER_LEVELS: Readonly<Record<string, Level>> = {
  verbose: 'trace', info: 'debug', warning: 'warn', error: 'error'
}
const HOST_EVENTS: readonly (readonly [event: string, level: Level, message: string])[] = [
  ['hostUp', 'info', 'Cassandra host is up'],
  ['hostDown', 'warn', 'Cassandra host is down'],
  ['hostAdd', 'info', 'Cassandra host was added'],
  ['hostRemove', 'info', 'Cassandra host was removed']
]

export interface Logging {
  readonly hooks: Pick<InitHooks, 'observe' | 'onClient' | 'onState' | 'warn'>
  /** Takes the listeners off all clients: a given one lives on. */
  stop (): void
}

/** @param log the instance's child logger */
export function logging (log: FastifyBaseLogger): Logging {
  const removals: (() => void)[] = []
  return {
    hooks: {
      warn: (message) => { log.warn(message) },
      observe: (event) => { logSlow(log, event) },
      onState: (connection, state, error) => { logState(log, connection, state, error) },
      onClient: (client, connection) => { removals.push(listen(log, connection, client)) }
    },
    stop () { for (const remove of removals.splice(0)) remove() }
  }
}

function logSlow (
  log: FastifyBaseLogger, { connection, keyspace, cql, kind, ms, outcome, hedged, error }: RequestEvent
): void {
  log.warn(
    {
      connection,
      keyspace,
      kind,
      cql,
      ms: Math.round(ms * 10) / 10,
      failed: error !== undefined,
      outcome,
      ...hedged &&
      { hedged }
    },
    'slow query'
  )
}

function logState (log: FastifyBaseLogger, connection: string, state: ConnectionState, error: unknown): void {
  const failed = state === 'failed' || state === 'retrying'
  log[failed ? 'error' : 'info'](
    { connection, state, ...(error !== undefined && { err: error }) }, `Cassandra connection is ${state}`
  )
}

/** The client of a test may be no event emitter. */
function listen (log: FastifyBaseLogger, connection: string, client: Client): () => void {
  if (typeof client.on !== 'function' || typeof client.removeListener !== 'function') return () => {}
  const onLog = (level: string, source: string, message: string): void => {
    log[DRIVER_LEVELS[level] ?? 'trace']({ connection, source }, message)
  }
  const listeners: (readonly [event: string, listener: (...args: never[]) => void])[] = [
    ['log', onLog],
    ...HOST_EVENTS.map(([event, level, message]) =>
      [event, ({ address }: Host) => { log[level]({ connection, host: address }, message) }] as const)
  ]
  for (const [event, listener] of listeners) client.on(event, listener as (...args: unknown[]) => void)
  return () => {
    for (const [event, listener] of listeners) client.removeListener(event, listener as (...args: unknown[]) => void)
  }
}
