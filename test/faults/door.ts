// A door in front of a node, for faults of the network: it can be late, cut what runs, or be shut.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Door {
  readonly host: string
  /** ms that the node's answers are held back; 0: not at all. */
  late (ms: number): void
  /** Cuts all connections; new ones are let in at once. */
  cut (): void
  shut (): Promise<void>
  open (): Promise<void>
}

export async function doorTo (target: string): Promise<Door> {
  const [address = '', port = '9042'] = target.split(':')
  const sockets = new Set<Socket>()
  let lateness = 0
  const server = createServer((near) => {
    const far = connect(Number(port), address)
    near.setNoDelay().pipe(far.setNoDelay())
    const pass = inOrder((chunk) => { if (near.writable) near.write(chunk) })
    far.on('data', (chunk: Buffer) => { pass(chunk, lateness) })
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.unref().on('error', () => {}).on('close', () => { sockets.delete(socket); other.destroy() })
    }
  })
  server.unref()
  const listen = (on: number): Promise<void> => new Promise((resolve) => { server.listen(on, '127.0.0.1', resolve) })
  await listen(0)
  const own = (server.address() as AddressInfo).port
  const cut = (): void => { for (const socket of sockets) socket.destroy() }
  return {
    host: `127.0.0.1:${own}`,
    late: (ms) => { lateness = ms },
    cut,
    shut: async () => {
      const closed = new Promise((resolve) => { server.close(resolve) })
      cut()
      await closed
    },
    open: () => listen(own)
  }
}

/** Gives on each piece after its own delay, but never before one that came earlier. */
function inOrder (give: (chunk: Buffer) => void): (chunk: Buffer, delay: number) => void {
  const waiting: { readonly at: number, readonly chunk: Buffer }[] = []
  let timer: NodeJS.Timeout | undefined
  const giveDue = (): void => {
    timer = undefined
    while (waiting[0] !== undefined && waiting[0].at <= performance.now()) give((waiting.shift() as { chunk: Buffer }).chunk)
    if (waiting[0] !== undefined) timer = setTimeout(giveDue, waiting[0].at - performance.now())
  }
  return (chunk, delay) => {
    if (delay === 0 && waiting.length === 0) { give(chunk); return }
    waiting.push({ at: performance.now() + delay, chunk })
    timer ??= setTimeout(giveDue, delay)
  }
}
