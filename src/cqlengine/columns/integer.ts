import { CqlType, InvalidValue, type JsonSchema, type TypeFacts } from './cql-type.js'

/** `tinyint`, `smallint` and `int` (TYP-04, TYP-05): whole JS numbers within the type's range. */
export class IntegerType extends CqlType<number> {
  override readonly cql: 'tinyint' | 'smallint' | 'int'
  override readonly facts: TypeFacts = { size: 8, isNumber: true, isOrderedBySai: true, isPlainKey: true }
  override readonly primitive = true
  readonly #minimum: number
  readonly #maximum: number

  constructor (cql: 'tinyint' | 'smallint' | 'int', bits: 8 | 16 | 32) {
    super()
    this.cql = cql
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

  override schema (): JsonSchema { return { type: 'integer', minimum: this.#minimum, maximum: this.#maximum } }
}
