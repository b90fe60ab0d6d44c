// Servers that behave as no Cassandra should.
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface FakeNode { readonly host: string, readonly sockets: Socket[], close (): Promise<void> }

export type Behaviour = 'silent' | 'closes' | 'garbage' | 'half'

/**
 * `silent`: accepts and never answers. `closes`: closes at the first request. `garbage`: answers with noise.
 * `half`: lets clients in (READY) and answers nothing else.
 */
export async function fakeNode (behaviour: Behaviour, address = '127.0.0.1', port = 0): Promise<FakeNode> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    // A test process shall end when the client does.
    socket.unref()
    socket.on('data', (data) => {
      if (behaviour === 'closes') socket.destroy()
      if (behaviour === 'garbage') socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
      if (behaviour === 'half') admit(socket, data)
    })
  })
  await new Promise<void>((resolve) => { server.listen(port, address, resolve) })
  server.unref()
  return { host: `${address}:${(server.address() as AddressInfo).port}`, sockets, close: () => close(server, sockets) }
}

const startup = 1
const ready = 2

/** A request comes in one piece here: header (version, flags, stream, opcode, length) and body. */
function admit (socket: Socket, frame: Buffer): void {
  if (frame[4] === startup) socket.write(Buffer.concat([Buffer.from([0x84, 0]), frame.subarray(2, 4), Buffer.from([ready, 0, 0, 0, 0])]))
}

async function close (server: Server, sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => { server.close(resolve) })
}
