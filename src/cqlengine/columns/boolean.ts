import { CqlType, InvalidValue, type JsonSchema, type TypeFacts } from './cql-type.js'

/** `boolean` (TYP-09): true or false and no truthiness (B44). */
export class BooleanType extends CqlType<boolean> {
  override readonly cql = 'boolean'
  override readonly facts: TypeFacts = { size: 8, isPlainKey: true, serverClass: 'Boolean' }
  override readonly primitive = true

  convert (value: unknown): boolean {
    if (typeof value !== 'boolean') throw new InvalidValue('type', 'must be true or false')
    return value
  }

  override isConverted (value: unknown): value is boolean { return typeof value === 'boolean' }
  override fromRaw (value: unknown): unknown { return value === 1 ? true : value === 0 ? false : value }
  override schema (): JsonSchema { return { type: 'boolean' } }
}
