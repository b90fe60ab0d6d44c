// One reconnection at a time, and none after the end. Known version: 4.10. When no node was in reach, the driver
// listens twice to the control connection that it makes then; at the next loss two reconnections run, then four. They
// overwrite each other's state, leave Host objects behind, and at last throw where nobody catches: after a dozen short
// outages in a row the process crashes. And the timer of the next attempt is in nobody's hands: it keeps a process
// alive whose client was shut down. All of it lies in the driver's internals, so this asks first whether they are
// there.
import { type Client, errors } from '../../driver.js'
import { type ControlConnection, internalsOf, type Schedule } from './internals.js'

/** ms until the next attempt after one that broke off, instead of crashing the process. */
const pause = 1000

export function reconnectOnceAtATime (client: Client): void {
  const control = internalsOf(client).controlConnection
  const { _refresh: refresh, _setHealthListeners: listen } = control ?? {}
  if (control === undefined || typeof refresh !== 'function' || typeof listen !== 'function') return
  planAttempts(control)

  let running: Promise<void> | undefined
  let next: NodeJS.Timeout | undefined
  const reconnect = (): Promise<void> => {
    clearTimeout(next)
    running ??= refresh.call(control).catch(retryLater).finally(() => { running = undefined })
    return running
  }
  const retryLater = (error: unknown): void => {
    if (control._isShuttingDown === true) return
    const delay = error instanceof Planned ? error.delay : pause
    control.log?.('warning', `ControlConnection could not reconnect, scheduling reconnection in ${delay}ms`)
    next = setTimeout(() => { void reconnect() }, delay)
    // For those who wait for a connection to ask about the cluster.
    control.emit?.('newConnection', new errors.NoHostAvailableError(control._triedHosts ?? {}))
  }
  // With hosts to go on with, it is the one that runs already.
  control._refresh = (hosts) => hosts === undefined ? reconnect() : refresh.call(control, hosts)

  const { shutdown } = control
  if (typeof shutdown === 'function') {
    control.shutdown = () => {
      clearTimeout(next)
      shutdown.call(control)
    }
  }

  let watched: unknown
  control._setHealthListeners = (host, connection) => {
    if (connection === watched) return
    watched = connection
    listen.call(control, host, connection)
  }
}

/** What the driver asks for when it would start its own timer. */
class Planned extends Error {
  readonly delay: number

  constructor (delay: number) {
    super(`The next attempt is made in ${delay} ms`)
    this.delay = delay
  }
}

/** The driver asks how long to wait in the moment before it starts a timer: here it is told to leave that to us. */
function planAttempts (control: ControlConnection): void {
  const { _reconnectionPolicy: policy, _reconnectionSchedule: schedule } = control
  if (typeof policy?.newSchedule !== 'function' || typeof schedule?.next !== 'function') return
  const planned = ({ next }: Schedule, of: Schedule): Schedule => ({
    next: () => { throw new Planned(Number(next.call(of).value)) }
  })
  control._reconnectionPolicy = {
    newSchedule: () => {
      const real = policy.newSchedule()
      return planned(real, real)
    }
  }
  control._reconnectionSchedule = planned(schedule, schedule)
}
