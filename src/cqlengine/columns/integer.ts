import { CqlType, InvalidValue, type JsonSchema, type TypeFacts } from './cql-type.js'

const common: TypeFacts = {
  size: 8, isNumber: true, isOrderedBySai: true, isPlainKey: true, readsToo: ['tinyint', 'smallint', 'int']
}
const ownFacts: Readonly<Record<IntegerType['cql'], TypeFacts>> = {
  tinyint: { hasLength: true, serverClass: 'Byte' },
  smallint: { hasLength: true, serverClass: 'Short' },
  int: { serverClass: 'Int32' }
}

/** `tinyint`, `smallint` and `int` (TYP-04, TYP-05): whole JS numbers within the type's range. */
export class IntegerType extends CqlType<number> {
  override readonly cql: 'tinyint' | 'smallint' | 'int'
  override readonly facts: TypeFacts
  override readonly primitive = true
  readonly #minimum: number
  readonly #maximum: number

  constructor (cql: 'tinyint' | 'smallint' | 'int', bits: 8 | 16 | 32) {
    super()
    this.cql = cql
    this.facts = { ...common, ...ownFacts[cql] }
    this.#maximum = 2 ** (bits - 1) - 1
    this.#minimum = -(2 ** (bits - 1))
  }

  convert (value: unknown): number {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw new InvalidValue('type', 'must be a whole number')
    if (value < this.#minimum || value > this.#maximum) {
      throw new InvalidValue('range', `must be between ${this.#minimum} and ${this.#maximum}`)
    }
    return value + 0 // -0 becomes 0, the only zero that an integer has
  }

  override isConverted (value: unknown): value is number {
    return typeof value === 'number' && Number.isInteger(value) && value >= this.#minimum && value <= this.#maximum &&
      !Object.is(value, -0)
  }

  override fromRaw (value: unknown): unknown {
    return typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : value
  }

  override schema (): JsonSchema { return { type: 'integer', minimum: this.#minimum, maximum: this.#maximum } }
}
