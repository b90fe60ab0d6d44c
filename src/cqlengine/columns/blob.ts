import { Buffer } from 'node:buffer'
import { isUint8Array } from 'node:util/types'
import { InvalidValue, type JsonSchema, type ElementKey, type TypeFacts } from './cql-type.js'
import { ObjectType } from './outside.js'

/** `blob` (TYP-03, B15): a `Buffer`; also any `Uint8Array`, and base64 text, which is the JSON form. */
export class BlobType extends ObjectType<Buffer> {
  override readonly cql = 'blob'
  override readonly facts: TypeFacts = {
    isBytes: true,
    lacksSai: true,
    hasLength: true,
    takesBack: 'all with a length',
    ordersAlike: ['ascii', 'text'],
    serverClass: 'Bytes'
  }

  override readonly mutable = true

  protected read (value: unknown): Buffer {
    if (Buffer.isBuffer(value)) return value
    if (isUint8Array(value)) return Buffer.from(value)
    if (typeof value === 'string') return parse(value)
    throw new InvalidValue('type', 'must be a Buffer, a Uint8Array or base64 text')
  }

  override isConverted (value: unknown): value is Buffer {
    try {
      return Buffer.isBuffer(value)
    } catch {
      return false
    }
  }

  override fromRaw (value: unknown): unknown {
    if (typeof value === 'string') throw new InvalidValue('type', 'must be a Buffer')
    return value
  }

  /** A copy, since the statement may wait in a batch or for its preparation. */
  override toDriver (value: Buffer): unknown { return Buffer.from(value) }
  override fromDriver (value: unknown): Buffer { return Buffer.isBuffer(value) ? value : this.convert(value) }
  override equals (a: Buffer, b: Buffer): boolean { return a === b || a.equals(b) }
  override copy (value: Buffer): Buffer { return Buffer.from(value) }
  override keyOf (value: Buffer): ElementKey { return value.toString('latin1') }
  override toJSON (value: Buffer): string { return value.toString('base64') }
  override schema (): JsonSchema { return { type: 'string', contentEncoding: 'base64' } }
}

/** Node skips what is not base64, so the way back tells whether all of the text was. */
function parse (text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new InvalidValue('syntax', 'must be base64 text, padded with "="')
  return bytes
}
