// Counts the requests that leave this process, on its sockets: it needs nothing of the driver, and no proxy between.
import { Socket } from 'node:net'

const header = 9
const execute = 10
const batch = 13

export interface Sent {
  /** Prepared statements and batches that were sent, repetitions included. */
  readonly total: number
  /** By the address of the node. */
  readonly byNode: ReadonlyMap<string, number>
}

/** Counts from now on, for sockets that have sent nothing before. */
export function countSent (): Sent {
  const sent = { total: 0, byNode: new Map<string, number>() }
  const readers = new WeakMap<Socket, (chunk: Uint8Array) => void>()
  const readerOf = (socket: Socket): (chunk: Uint8Array) => void => {
    const node = `${socket.remoteAddress}:${socket.remotePort}`
    const reader = requestFrames((opcode) => {
      if (opcode !== execute && opcode !== batch) return
      sent.total++
      sent.byNode.set(node, (sent.byNode.get(node) ?? 0) + 1)
    })
    readers.set(socket, reader)
    return reader
  }
  const write = Socket.prototype.write as (this: Socket, ...args: unknown[]) => boolean
  Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
    const [chunk] = args
    // Without an address it is a pipe to another process.
    if (chunk instanceof Uint8Array && this.remoteAddress !== undefined) (readers.get(this) ?? readerOf(this))(chunk)
    return write.apply(this, args)
  }
  return sent
}

/** Cuts a stream of requests into frames (protocol 4: a header of nine bytes, the length in its last four), whatever the pieces that it comes in. */
function requestFrames (seen: (opcode: number) => void): (chunk: Uint8Array) => void {
  const head = Buffer.alloc(header)
  let has = 0
  let toSkip = 0
  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (toSkip > 0) {
        const skipped = Math.min(toSkip, chunk.length - at)
        toSkip -= skipped
        at += skipped
        continue
      }
      head[has++] = chunk[at++] ?? 0
      if (has < header) continue
      has = 0
      toSkip = head.readInt32BE(5)
      seen(head[4] ?? 0)
    }
  }
}
