// A busy node keeps its connections. Known version: 4.10. The driver closes a connection whose heartbeat has no answer
// within `socketOptions.readTimeout`, and with it all that waits there; but a node that waits for a silent replica
// itself has no thread left for a heartbeat, and answers other requests.
import { type Client, errors } from '../../driver.js'
import type { InternalHost, Socket } from './internals.js'

export function keepBusyConnections (client: Client): void {
  client.hosts?.on?.('add', ({ pool }: InternalHost) => {
    const listen = pool?._addListeners
    if (pool === undefined || typeof listen !== 'function') return
    // Each connection of a pool passes here once, before its first use.
    pool._addListeners = (connection) => {
      listen.call(pool, connection)
      judgeMildly(connection)
    }
  })
}

/**
 * ms from the driver's verdict to ours, where requests wait: with the time of the heartbeat that is longer than a
 * server waits for another (5 s), so that a living node has answered something.
 */
const patience = 2000

function judgeMildly (connection: Socket): void {
  const { _idleTimeoutHandler: beat, emit, netClient } = connection
  const bytes = (): number | undefined => netClient?.bytesRead
  if (typeof beat !== 'function' || typeof emit !== 'function' || bytes() === undefined) return
  let received: number | undefined

  connection._idleTimeoutHandler = () => {
    if (connection.sendingIdleQuery !== true) received = bytes()
    beat.call(connection)
  }

  connection.emit = (event, ...told) => {
    if (event !== 'idleRequestError' || !(told[0] instanceof errors.OperationTimedOutError)) {
      return emit.call(connection, event, ...told)
    }
    if (bytes() !== received) return true
    if (!((connection.getInFlight?.() ?? 0) > 0)) return emit.call(connection, event, ...told)
    setTimeout(
      () => { if (bytes() === received && netClient?.destroyed !== true) emit.call(connection, event, ...told) },
      patience
    ).unref()
    return true
  }
}
