import { CqlType, InvalidValue, type JsonSchema, type Kind, type TypeFacts } from './cql-type.js'

/**
 * `text` (TYP-01). Nothing but strings; half surrogate pairs are refused, for the driver would store U+FFFD instead.
 */
export class TextType extends CqlType<string> {
  override readonly cql: string = 'text'
  override readonly facts: TypeFacts = {
    isPlainKey: true,
    hasLength: true,
    takesBack: ['ascii'],
    ordersAlike: ['ascii'],
    readsToo: ['ascii'],
    serverClass: 'UTF8'
  }

  override readonly kind: Kind = 'text'
  override readonly primitive = true

  convert (value: unknown): string {
    if (typeof value !== 'string') throw new InvalidValue('type', 'must be a string')
    if (!isWellFormed(value)) {
      throw new InvalidValue('encoding', 'must not hold one half of a surrogate pair, which UTF-8 cannot express')
    }
    return value
  }

  override isConverted (value: unknown): value is string { return typeof value === 'string' && isWellFormed(value) }
  override schema (_direction: 'input' | 'output'): JsonSchema { return { type: 'string' } }
}

/** `ascii` (TYP-02): code points below 128. */
export class AsciiType extends TextType {
  override readonly cql = 'ascii'
  override readonly facts: TypeFacts = { isPlainKey: true, hasLength: true, readsToo: ['text'], serverClass: 'Ascii' }

  override convert (value: unknown): string {
    const text = super.convert(value)
    if (!isAscii(text)) throw new InvalidValue('encoding', 'must hold ASCII characters only')
    return text
  }

  override isConverted (value: unknown): value is string { return typeof value === 'string' && isAscii(value) }
  override schema (direction: 'input' | 'output'): JsonSchema {
    return direction === 'output' ? super.schema(direction) : { type: 'string', pattern: '^[\\x00-\\x7f]*$' }
  }
}

function isAscii (text: string): boolean { return /^[\0-\x7f]*$/.test(text) }

function isWellFormed (text: string): boolean {
  // ES2024, in every Node that this package runs on; the compiler's library is ES2022.
  return (text as string & { isWellFormed (): boolean }).isWellFormed()
}

/** Length in characters, an astral one counting once, as in JSON schemas and in cqlengine. */
export function lengthOf (text: string): number {
  let length = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code < 0xdc00) length--
  }
  return length
}
