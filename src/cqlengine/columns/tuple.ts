import type { Encoding } from '../connection/encoding.js'
import { types } from '../driver.js'
import { type CqlType, InvalidValue, type JsonSchema, type ElementKey } from './cql-type.js'
import { convertInner, equalOrNull, joinKeys, sameOrNull } from './elements.js'
import { hasMethods, ObjectType } from './outside.js'
import { innerSchema, nullable } from './schema.js'

type Elements = unknown[]

/**
 * `tuple<A, B, …>` (TYP-22, B17): an array with one element for each type, any of which may be null. Always written as
 * a whole.
 */
export class TupleType extends ObjectType<Elements> {
  override readonly cql: string
  override readonly mutable = true
  override readonly readsAsIs = false
  readonly #of: readonly CqlType[]
  readonly #isInner: boolean

  /** @param isInner inside another type, where Cassandra wants the word `frozen` */
  constructor (of: readonly CqlType[], isInner = false) {
    super()
    this.#of = of.map((type) => type.frozen())
    this.#isInner = isInner
    const cql = `tuple<${this.#of.map((type) => type.cql).join(', ')}>`
    this.cql = isInner ? `frozen<${cql}>` : cql
  }

  protected read (value: unknown): Elements {
    const given = elementsOf(value, this.#of.length)
    let isSame = given === value && given.length === this.#of.length
    const converted = this.#of.map((type, i) => {
      const before = i < given.length ? given[i] : null
      // Undefined too: as JSON and user types have it.
      const after = before === null || before === undefined ? null : convertInner(type, before, 'element', i)
      isSame &&= Object.is(before, after)
      return after
    })
    return isSame ? given : converted
  }

  override toDriver (value: Elements, encoding: Encoding): unknown {
    return new types.Tuple(...this.#of.map((type, i) => value[i] === null ? null : type.toDriver(value[i], encoding)))
  }

  override fromDriver (value: unknown): Elements {
    const given = elementsOf(value)
    // Missing at the end: written before a field was added, or by a writer that left them out.
    return this.#of.map((type, i) => given[i] === null || given[i] === undefined ? null : type.fromDriver(given[i]))
  }

  override equals (a: Elements, b: Elements): boolean {
    return a === b || this.#of.every((type, i) => equalOrNull(type, a[i] ?? null, b[i] ?? null))
  }

  override isSame (own: Elements, value: unknown): boolean {
    return Array.isArray(value) && value.length === own.length &&
      this.#of.every((type, i) => sameOrNull(type, own[i] ?? null, value[i]))
  }

  override copy (value: Elements): Elements {
    return this.#of.map((type, i) => value[i] === null ? null : type.copy(value[i]))
  }

  override keyOf (value: Elements): ElementKey {
    return joinKeys(this.#of.map((type, i) => value[i] === null ? null : type.keyOf(value[i])))
  }

  override toJSON (value: Elements): unknown {
    return this.#of.map((type, i) => value[i] === null ? null : type.toJSON(value[i]))
  }

  override schema (direction: 'input' | 'output'): JsonSchema {
    const { length } = this.#of
    const items = this.#of.map((type) => nullable(innerSchema(type, direction)))
    // Columns take shorter ones too; but a tuple without its length is a mistake to Ajv, which prints a warning.
    return { type: 'array', items, minItems: length, maxItems: length, additionalItems: false }
  }

  override frozen (): CqlType<Elements> { return this.#isInner ? this : new TupleType(this.#of, true) }
  override unruled (): CqlType<Elements> {
    const of = this.#of.map((type) => type.unruled())
    return of.every((type, i) => type === this.#of[i]) ? this : new TupleType(of, this.#isInner)
  }

  override parts (): readonly CqlType[] { return this.#of }
}

/** Of an array, or of a driver's Tuple, ours or that of another copy; a Tuple's missing elements are null. */
function elementsOf (value: unknown, most = Infinity): Elements {
  const elements = Array.isArray(value) ? value as unknown[] : elementsOfTuple(value)
  if (!Array.isArray(elements)) throw new InvalidValue('type', 'must be an array or a Tuple')
  if (elements.length > most) throw new InvalidValue('length', `must have at most ${most} elements`)
  return elements === value ? elements : Array.from(elements as unknown[], (e) => e ?? null)
}

function elementsOfTuple (value: unknown): unknown {
  return value instanceof types.Tuple || hasMethods(value, 'get', 'values', 'toJSON')
    ? (value as { readonly elements: unknown }).elements
    : undefined
}
