import { Buffer } from 'node:buffer'
import { isIP } from 'node:net'
import { types } from '../driver.js'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { DriverObjectType, hasMethods } from './outside.js'

/**
 * `inet` (TYP-18, B44): an IPv4 or IPv6 address. The driver's parser and printer both fail on some IPv6 addresses,
 * hence our own.
 */
export class InetType extends DriverObjectType<types.InetAddress> {
  override readonly cql = 'inet'
  override readonly facts: TypeFacts = {
    size: 16, isOrderedBySai: true, hasLength: true, serverClass: 'InetAddress'
  }

  protected read (value: unknown): types.InetAddress {
    if (value instanceof types.InetAddress && isAddress(value.getBuffer())) return value
    return new types.InetAddress(toAddressBytes(value))
  }

  override fromDriver (value: unknown): types.InetAddress {
    return value instanceof types.InetAddress ? value : this.convert(value)
  }

  protected override toBytes (value: types.InetAddress): Buffer { return value.getBuffer() }
  override equals (a: types.InetAddress, b: types.InetAddress): boolean {
    return a === b || a.getBuffer().equals(b.getBuffer())
  }

  override keyOf (value: types.InetAddress): ElementKey { return value.getBuffer().toString('latin1') }
  override toJSON (value: types.InetAddress): string { return print(value.getBuffer()) }

  override schema (direction: 'input' | 'output'): JsonSchema {
    return direction === 'output'
      ? { type: 'string' }
      : { anyOf: [{ type: 'string', format: 'ipv4' }, { type: 'string', format: 'ipv6' }] }
  }
}

function isAddress (bytes: unknown): bytes is Buffer {
  return Buffer.isBuffer(bytes) && (bytes.length === 4 || bytes.length === 16)
}

function toAddressBytes (value: unknown): Buffer {
  if (typeof value === 'string') return parse(value)
  if (hasMethods(value, 'getBuffer') && 'version' in value) {
    const bytes = value.getBuffer()
    if (isAddress(bytes)) return Buffer.from(bytes)
  }
  throw new InvalidValue('type', 'must be an InetAddress or its string form')
}

function parse (text: string): Buffer {
  const version = isIP(text)
  // A zone (`fe80::1%eth0`) has no place in an inet value.
  if (version === 0 || text.includes('%')) throw new InvalidValue('syntax', 'must be an IPv4 or IPv6 address')
  if (version === 4) return Buffer.from(text.split('.').map(Number))
  const [head = '', tail] = text.split('::')
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const bytes = Buffer.alloc(16)
  before.forEach((group, i) => bytes.writeUInt16BE(group, i * 2))
  after.forEach((group, i) => bytes.writeUInt16BE(group, 16 - (after.length - i) * 2))
  return bytes
}

/** The 16-bit groups of `a:b:1.2.3.4`. */
function groups (text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/** As RFC 5952 wants it: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function print (bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const parts = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  const [start, length] = longestZeros(parts)
  if (length < 2) return parts.join(':')
  return `${parts.slice(0, start).join(':')}::${parts.slice(start + length).join(':')}`
}

function longestZeros (parts: readonly string[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0]
  for (let start = 0; start < parts.length; start++) {
    let end = start
    while (parts[end] === '0') end++
    if (end - start > best[1]) best = [start, end - start]
    start = end
  }
  return best
}
