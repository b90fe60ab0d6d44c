// What the driver leaves behind, and what would keep the process alive for seconds or for ever: sockets of attempts
// that failed or were given up, their heartbeats, and the Host objects that it replaced while no node was in reach. All
// of it lies in the driver's internals (known version: 4.10), so everything here asks first whether it is there: with
// another driver the cleaning is lost, nothing else.
import type { Client, Host } from '../../driver.js'
import { type InternalHost, internalsOf, type Socket } from './internals.js'

/** Longer than any request of the driver's own waits. */
const farewell = 15_000
/** ms between two looks at a host that was replaced. */
const lookInterval = 200

/** Watches one client of ours from its creation on. */
export class Leftovers {
  readonly #client: Client
  readonly #hosts = new Set<InternalHost>()
  /** With the answer to: was it opened to find the cluster, and not for a pool? */
  readonly #sockets = new Map<Socket, boolean>()
  #isAbandoned = false

  constructor (client: Client) {
    this.#client = client
    client.hosts?.on?.('add', (host: Host) => { this.#hosts.add(host) })
    client.hosts?.on?.('remove', (host: InternalHost) => { setImmediate(() => { this.#replaced(host) }) })
    this.#listen()
  }

  /** An attempt to connect failed: nothing that it opened is of use. */
  afterFailure (): void {
    this.#kill(() => true)
  }

  /** An attempt succeeded: one socket became part of a pool, those of the contact points before it did not. */
  afterSuccess (): void {
    const { connection } = internalsOf(this.#client).controlConnection ?? {}
    this.#kill((socket, isSearch) => isSearch && socket !== connection)
  }

  /** The attempt under way shall come to an end now, and try no further contact point. */
  abandon (): void {
    this.#isAbandoned = true
    this.#kill(() => true)
  }

  /**
   * The client was shut down: closes whatever is left, and what an attempt to reconnect that was under way still opens.
   */
  async closeAll (): Promise<void> {
    this.#isAbandoned = true
    const hosts = [...this.#hosts]
    this.#hosts.clear()
    this.#kill(() => true)
    await Promise.allSettled(hosts.map(async (host) => { await host.shutdown?.(false) }))
  }

  /**
   * Each socket logs that it connects, and calls the log function as a method of its own: nothing else ever shows the
   * socket itself.
   */
  #listen (): void {
    const { options } = internalsOf(this.#client)
    const emit = options?.logEmitter
    if (options === undefined || typeof emit !== 'function') return
    const see = (candidate: unknown): void => { this.#see(candidate) }
    options.logEmitter = function (this: unknown, ...message) {
      if (message[1] === 'info') see(this)
      return emit(...message)
    }
  }

  #see (candidate: unknown): void {
    const socket = candidate as Socket | undefined
    if (typeof socket?.clearAndInvokePending !== 'function' || this.#sockets.has(socket)) return
    for (const known of this.#sockets.keys()) if (known.netClient?.destroyed === true) this.#sockets.delete(known)
    // A pool listens to its sockets from the start.
    this.#sockets.set(socket, socket.listenerCount?.('responseDequeued') === 0)
    if (this.#isAbandoned) setImmediate(() => { this.#kill(() => true) })
  }

  #kill (which: (socket: Socket, isSearch: boolean) => boolean): void {
    for (const [socket, isSearch] of this.#sockets) {
      if (!which(socket, isSearch)) continue
      this.#sockets.delete(socket)
      socket.netClient?.destroy()
      socket.clearAndInvokePending?.()
      // What was about to be written counts as sent only now: its time limit and the next heartbeat would wait for an
      // answer.
      setImmediate(() => { setImmediate(() => { socket.clearAndInvokePending?.() }) })
    }
  }

  /**
   * A node that left the cluster is closed by the driver. One whose object was replaced is not: its pool would go on
   * reconnecting.
   */
  #replaced (host: InternalHost): void {
    const successor = this.#client.hosts.get(host.address)
    if (successor === undefined || successor === host) return
    this.#closeWhenIdle(host, performance.now() + farewell)
  }

  /**
   * What it still sends may end first. (The driver's own way of waiting for that holds the process for seconds,
   * whatever there was to wait for.)
   */
  #closeWhenIdle (host: InternalHost, deadline: number): void {
    if ((host.getInFlight?.() ?? 0) > 0 && performance.now() < deadline && this.#hosts.has(host)) {
      setTimeout(() => { this.#closeWhenIdle(host, deadline) }, lookInterval).unref()
      return
    }
    this.#hosts.delete(host)
    host.shutdown?.(false)?.catch(() => {})
  }
}
