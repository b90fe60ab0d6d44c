// Counts the requests of one kind that a client sends, on their way through a proxy.
import type { Transform } from 'node:stream'
import { Transform as TransformStream } from 'node:stream'

export const prepare = 9

/** Passes everything on; calls `seen` with the opcode of each request (protocol 4: a header of nine bytes, the length in the last four). */
export function requests (seen: (opcode: number) => void): Transform {
  let pending = Buffer.alloc(0)
  return new TransformStream({
    transform (chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 9 && pending.length >= 9 + pending.readInt32BE(5)) {
        seen(pending[4] ?? 0)
        pending = pending.subarray(9 + pending.readInt32BE(5))
      }
      done(null, chunk)
    }
  })
}
