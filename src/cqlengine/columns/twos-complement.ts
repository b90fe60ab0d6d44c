// Big integers as the bytes of `varint`: big-endian, two's complement, as short as possible.

export function toBytes (value: bigint): Buffer {
  const magnitude = (value < 0n ? -value - 1n : value).toString(16)
  let size = Math.ceil(magnitude.length / 2)
  // The top bit is the sign: one byte more where the magnitude needs it.
  if (magnitude.length % 2 === 0 && magnitude.charCodeAt(0) >= 56 /* '8' */) size++
  const hex = value < 0n ? BigInt.asUintN(size * 8, value).toString(16) : magnitude
  return Buffer.from(hex.padStart(size * 2, '0'), 'hex')
}

export function fromBytes (bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
}
