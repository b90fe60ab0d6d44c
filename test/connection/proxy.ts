// A door in front of a node that can be shut: for clients on this side the whole cluster is down.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { requests } from './frames.js'

export interface Proxy {
  readonly host: string
  shut (): Promise<void>
  open (): Promise<void>
  /** From now on nothing passes, and nobody is told: as a node does that is frozen. Connections are still accepted. */
  hush (): void
  /** How many clients have open. */
  connections (): number
  close (): Promise<void>
}

/** @param seen told of the opcode of each request */
export async function proxyTo (target: string, seen: (opcode: number) => void = () => {}): Promise<Proxy> {
  const [address = '', port = '9042'] = target.split(':')
  const sockets = new Set<Socket>()
  let isSilent = false
  const server = createServer((near) => {
    if (isSilent) {
      sockets.add(near)
      near.unref().on('error', () => {}).on('close', () => { sockets.delete(near) })
      return
    }
    const far = connect(Number(port), address)
    near.pipe(requests(seen)).pipe(far).pipe(near)
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.unref().on('error', () => {}).on('close', () => { sockets.delete(socket); other.destroy() })
    }
  })
  server.unref()
  await listen(server, 0)
  const own = (server.address() as AddressInfo).port
  const shut = async (): Promise<void> => {
    const closed = new Promise((resolve) => { server.close(resolve) })
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const hush = (): void => {
    isSilent = true
    for (const socket of sockets) socket.unpipe().pause()
  }
  return { host: `127.0.0.1:${own}`, shut, hush, connections: () => sockets.size, open: () => listen(server, own), close: () => server.listening ? shut() : Promise.resolve() }
}

const listen = (server: Server, port: number): Promise<void> => new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve) })
