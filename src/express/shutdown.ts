// The end of an HTTP server that uses a `db`: no new requests, the running ones finish, then the connections go.

/** A server of node:http, node:https or node:http2. @internal */
export interface ClosableServer {
  close (done: (error?: Error) => void): unknown
  closeIdleConnections? (): void
  closeAllConnections? (): void
}

const DEFAULT_TIMEOUT = 10_000
/** Between two looks for connections that have become idle. */
const SWEEP = 100

/**
 * Stops accepting, lets running requests finish, and closes the `db` in any case. Does no harm twice.
 * @param options `timeout`: ms to wait for requests, default 10,000; their connections are cut then. `db.close()` has
 *   its own limit
 * @throws what closing the server or the `db` throws
 * @example
 * const server = express().listen(3000)
 * process.once('SIGTERM', () => { void expressShutdown(server, db, { timeout: 5000 }) })
 */
export async function expressShutdown (
  server: ClosableServer,
  db: { close (): Promise<void> },
  { timeout = DEFAULT_TIMEOUT }: { timeout?: number | undefined } = {}
): Promise<void> {
  try {
    await closeServer(server, timeout)
  } finally {
    await db.close()
  }
}

async function closeServer (server: ClosableServer, timeout: number): Promise<void> {
  let sweep: NodeJS.Timeout | undefined
  let limit: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => {
        const isClosed = error === undefined || error === null ||
          (error as NodeJS.ErrnoException).code === 'ERR_SERVER_NOT_RUNNING'
        if (isClosed) resolve()
        else reject(error)
      })
      // A kept-alive connection counts as open until its client goes, or for seconds.
      sweep = setInterval(() => { server.closeIdleConnections?.() }, SWEEP)
      limit = setTimeout(() => {
        server.closeAllConnections?.()
        resolve()
      }, timeout)
    })
  } finally {
    clearInterval(sweep)
    clearTimeout(limit)
  }
}
