// One reconnection at a time. Known version: 4.10. When no node was in reach, the driver listens twice to the control connection that it makes then; at the next loss
// two reconnections run, then four. They overwrite each other's state, leave Host objects behind, and at last throw where nobody catches: after a dozen
// short outages in a row the process crashes. All of it lies in the driver's internals, so this asks first whether they are there.
import type { Client } from '../../driver.js'
import { internalsOf } from './internals.js'

/** ms until the next attempt after one that broke off, instead of crashing the process. */
const pause = 1000

export function reconnectOnceAtATime (client: Client): void {
  const control = internalsOf(client).controlConnection
  const { _refresh: refresh, _setHealthListeners: listen } = control ?? {}
  if (control === undefined || typeof refresh !== 'function' || typeof listen !== 'function') return

  let running: Promise<void> | undefined
  const reconnect = (): Promise<void> => {
    running ??= refresh.call(control).catch(retryLater).finally(() => { running = undefined })
    return running
  }
  const retryLater = (): void => {
    if (control._isShuttingDown !== true) setTimeout(() => { void reconnect() }, pause).unref()
  }
  // With hosts to go on with, it is the one that runs already.
  control._refresh = (hosts) => hosts === undefined ? reconnect() : refresh.call(control, hosts)

  let watched: unknown
  control._setHealthListeners = (host, connection) => {
    if (connection === watched) return
    watched = connection
    listen.call(control, host, connection)
  }
}
