import { isFloat32Array } from 'node:util/types'
import type { Encoding } from '../connection/encoding.js'
import { types } from '../driver.js'
import { type CqlType, InvalidValue, type JsonSchema, type ElementKey, type Kind } from './cql-type.js'
import { convertElements, equalElements, joinKeys, sameElements } from './elements.js'
import { ObjectType } from './outside.js'
import { innerSchema } from './schema.js'

type Numbers = Float32Array | unknown[]

/**
 * `vector<T, n>`: exactly n elements, none of them null. A `Float32Array` for float, else an array. Always written as a
 * whole.
 */
export class VectorType extends ObjectType<Numbers> {
  override readonly cql: string
  override readonly kind: Kind = 'vector'
  override readonly mutable = true
  override readonly readsAsIs = false
  readonly dimensions: number
  readonly #of: CqlType
  readonly #isFloat: boolean

  constructor (of: CqlType, dimensions: number) {
    super()
    this.#of = of.frozen()
    this.#isFloat = of.cql === 'float'
    this.dimensions = dimensions
    this.cql = `vector<${this.#of.cql}, ${dimensions}>`
  }

  protected read (value: unknown): Numbers {
    const given = this.#elementsOf(value)
    if (given.length !== this.dimensions) {
      throw new InvalidValue('length', `must have exactly ${this.dimensions} elements`)
    }
    if (value instanceof Float32Array && this.#isFloat) return value
    const converted = convertElements(this.#of, given as unknown[])
    return this.#isFloat ? Float32Array.from(converted as number[]) : converted
  }

  #elementsOf (value: unknown): Numbers {
    if (Array.isArray(value) || (value instanceof Float32Array && this.#isFloat)) return value
    // True for Float32Arrays and the Vectors of any copy of the driver; their elements are all there is to them.
    if (value instanceof types.Vector && Array.isArray(value.elements)) return value.elements
    // Of another realm, as the prompt of a shell is.
    if (this.#isFloat && isFloat32Array(value)) return Array.from(value)
    throw new InvalidValue('type', this.#isFloat ? 'must be an array of numbers or a Float32Array' : 'must be an array')
  }

  override toDriver (value: Numbers, encoding: Encoding): unknown {
    return value instanceof Float32Array
      ? value.slice()
      : new types.Vector(value.map((e) => this.#of.toDriver(e, encoding)))
  }

  override fromDriver (value: unknown): Numbers {
    const elements = value instanceof types.Vector && Array.isArray(value.elements)
      ? value.elements as unknown[]
      : value as ArrayLike<unknown>
    return this.#isFloat
      ? Float32Array.from(elements as ArrayLike<number>)
      : Array.from(elements).map((e) => this.#of.fromDriver(e))
  }

  override equals (a: Numbers, b: Numbers): boolean { return a === b || equalElements(this.#of, a, b) }

  override isSame (own: Numbers, value: unknown): boolean {
    return this.#isFloat
      ? super.isSame(own, value)
      : Array.isArray(value) && sameElements(this.#of, own as unknown[], value)
  }

  override copy (value: Numbers): Numbers {
    return value instanceof Float32Array ? value.slice() : value.map((e) => this.#of.copy(e))
  }

  override keyOf (value: Numbers): ElementKey { return joinKeys(Array.from(value, (e) => this.#of.keyOf(e))) }
  override toJSON (value: Numbers): unknown { return Array.from(value, (e) => this.#of.toJSON(e)) }

  override schema (direction: 'input' | 'output'): JsonSchema {
    return {
      type: 'array', items: innerSchema(this.#of, direction), minItems: this.dimensions, maxItems: this.dimensions
    }
  }

  override unruled (): CqlType<Numbers> {
    const of = this.#of.unruled()
    return of === this.#of ? this : new VectorType(of, this.dimensions)
  }

  override parts (): readonly CqlType[] { return [this.#of] }
}
