import type { Encoding } from '../connection/encoding.js'
import { ModelDefinitionError } from '../errors.js'
import { type ChangeKind, type CqlType, InvalidValue, type JsonSchema, type ElementKey } from './cql-type.js'
import { deepEqual } from './deep.js'
import { isPlainObject, ObjectType } from './outside.js'
import { parseType } from './parse-type.js'

/** A column type of the user's (COL-14). `V`: what an instance holds, `I`: what is accepted on write. */
export interface CustomSpec<V, I = V> {
  /** The CQL type, made of built-in types: `text`, `int`, `list<int>`, … */
  cql: string
  /**
   * Any accepted form to a value that a column of that CQL type accepts. What it throws refuses the value.
   * @example
   * const Tag = c.custom<string>({ cql: 'text', toDatabase: (tag) => tag.toLowerCase(), fromDatabase: String })
   */
  toDatabase (value: I): unknown
  /**
   * The value of a column of that CQL type to what an instance holds.
   * @example
   * const Link = c.custom<URL>({ cql: 'text', toDatabase: String, fromDatabase: (text: string) => new URL(text) })
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its type follows from `cql`, which the compiler does not read
  fromDatabase (value: any): V
  /**
   * Default: the value itself. `toDatabase` has to accept it too.
   * @example
   * const Link = c.custom<URL, URL | string>({
   *   cql: 'text', toDatabase: String, fromDatabase: (text: string) => new URL(text), toJSON: (url) => url.href
   * })
   */
  toJSON? (value: V): unknown
  /** JSON schema of the JSON form. Default: anything. */
  schema?: object | undefined
}

/**
 * Values are equal when they are so by value, or when the database gets the same from both; copies are made through the
 * two functions. So changes in place are seen in JSON-like values and in instances of classes, private members included
 * (B05).
 */
export class CustomType<V = unknown> extends ObjectType<V> {
  override readonly cql: string
  override readonly facts
  override readonly mutable = true
  override readonly readsAsIs = false
  readonly #spec: CustomSpec<V, unknown>
  readonly #base: CqlType

  /** @throws {ModelDefinitionError} for a spec that cannot work */
  constructor (spec: CustomSpec<V, unknown>, base = baseTypeOf(spec)) {
    super()
    this.#spec = spec
    this.#base = base
    this.cql = base.cql
    this.facts = base.facts
  }

  /** Forth and back: an accepted form becomes what will be read. A value that is so already comes back as it is. */
  protected read (value: unknown): V {
    const stored = this.#toBase(value)
    const read = this.#guarded(() => this.#spec.fromDatabase(this.#base.copy(stored)), 'fromDatabase')
    return this.#isSame(value, stored, read) ? value as V : read
  }

  #isSame (value: unknown, stored: unknown, read: V): boolean {
    if (deepEqual(value, read)) return true
    // Of instances of the user's classes: of the same class, and the same to the database.
    return typeof value === 'object' && value !== null && typeof read === 'object' && read !== null &&
      !isPlainObject(value) && !Array.isArray(value) &&
      Object.getPrototypeOf(value) === Object.getPrototypeOf(read) && this.#base.equals(stored, this.#toBase(read))
  }

  #toBase (value: unknown): unknown {
    const given = this.#guarded(() => this.#spec.toDatabase(value), 'toDatabase')
    if (given === null || given === undefined) {
      throw new InvalidValue('custom', 'was refused: toDatabase of the column gave no value')
    }
    return this.#base.convert(given)
  }

  #guarded<T> (run: () => T, name: string): T {
    try {
      return run()
    } catch (error) {
      if (error instanceof InvalidValue) throw error
      // Dropped with its text, which could hold the value.
      throw new InvalidValue('custom', `was refused: ${name} of the column threw an error`)
    }
  }

  override toDriver (value: V, encoding: Encoding): unknown {
    return this.#base.toDriver(this.#toBase(value), encoding)
  }

  override fromDriver (value: unknown): V { return this.#spec.fromDatabase(this.#base.fromDriver(value)) }

  override equals (a: V, b: V): boolean {
    if (deepEqual(a, b)) return true
    try {
      return this.#base.equals(this.#toBase(a), this.#toBase(b))
    } catch (error) {
      // What cannot be written is equal to nothing, and refused when it is written.
      if (error instanceof InvalidValue) return false
      throw error
    }
  }

  /** What only the database finds the same may have another form. */
  override isSame (own: V, value: unknown): boolean { return deepEqual(own, value) }

  override copy (value: V): V {
    if (typeof value !== 'object' || value === null) return value
    // Of what the functions pass on as it is, a list for instance, they would give no copy.
    return this.#spec.fromDatabase(this.#base.copy(this.#toBase(value)))
  }

  override keyOf (value: V): ElementKey { return this.#base.keyOf(this.#toBase(value)) }
  override toJSON (value: V): unknown { return this.#spec.toJSON === undefined ? value : this.#spec.toJSON(value) }
  override schema (): JsonSchema { return { ...this.#spec.schema } }
  override frozen (): CqlType<V> { return new CustomType(this.#spec, this.#base.frozen()) }
  override isEmpty (value: V): boolean {
    if (this.#base.emptyValue() === null) return false
    try {
      return this.#base.isEmpty(this.#toBase(value))
    } catch (error) {
      if (error instanceof InvalidValue) return false
      throw error
    }
  }

  override isIdempotent (kind: ChangeKind): boolean { return this.#base.isIdempotent(kind) }
  override base (): CqlType { return this.#base.base() }
  override parts (): readonly CqlType[] { return [this.#base] }
}

function baseTypeOf (spec: unknown): CqlType {
  const { cql, toDatabase, fromDatabase, toJSON, schema } = isPlainObject(spec) ? spec : {}
  if (typeof cql !== 'string') {
    throw new ModelDefinitionError('columns.custom: expected { cql: \'text\', toDatabase, fromDatabase }')
  }
  if (typeof toDatabase !== 'function' || typeof fromDatabase !== 'function') {
    throw new ModelDefinitionError('columns.custom: toDatabase and fromDatabase must be functions')
  }
  if (toJSON !== undefined && typeof toJSON !== 'function') {
    throw new ModelDefinitionError('columns.custom: toJSON must be a function')
  }
  if (schema !== undefined && (typeof schema !== 'object' || schema === null)) {
    throw new ModelDefinitionError('columns.custom: schema must be a JSON schema')
  }
  return parseType(cql, { userTypes: false })
}
