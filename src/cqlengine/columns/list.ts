import type { Encoding } from '../connection/encoding.js'
import {
  type Change, type ChangeKind, type CqlType, InvalidValue, type JsonSchema, type ElementKey, type Kind
} from './cql-type.js'
import { convertElements, equalElements, joinKeys, sameElements } from './elements.js'
import { ObjectType } from './outside.js'
import { innerSchema } from './schema.js'

/** `list<T>` (TYP-19). Null and the empty list are the same to Cassandra and here. */
export class ListType<E = unknown> extends ObjectType<E[]> {
  override readonly cql: string
  override readonly kind: Kind = 'list'
  override readonly mutable = true
  override readonly readsAsIs: boolean
  readonly #of: CqlType<E>
  readonly #isFrozen: boolean

  /** @param isFrozen written and compared as a whole */
  constructor (of: CqlType<E>, isFrozen = false) {
    super()
    this.#of = of.frozen()
    this.#isFrozen = isFrozen
    this.readsAsIs = of.readsAsIs
    const cql = `list<${this.#of.cql}>`
    this.cql = isFrozen ? `frozen<${cql}>` : cql
  }

  protected read (value: unknown): E[] {
    if (!Array.isArray(value)) throw new InvalidValue('type', 'must be an array')
    return convertElements(this.#of, value)
  }

  override isConverted (value: unknown): value is E[] {
    if (!this.#of.primitive) return false
    try {
      if (!Array.isArray(value)) return false
      for (let i = 0; i < value.length; i++) {
        if (!this.#of.isConverted(value[i])) return false
      }
      return true
    } catch {
      return false
    }
  }

  override toDriver (value: E[], encoding: Encoding): unknown {
    return value.map((e) => this.#of.toDriver(e, encoding))
  }

  override fromDriver (value: unknown): E[] {
    return [...value as Iterable<unknown>].map((e) => this.#of.fromDriver(e))
  }

  override equals (a: E[], b: E[]): boolean { return a === b || equalElements(this.#of, a, b) }
  override isSame (own: E[], value: unknown): boolean {
    return Array.isArray(value) && sameElements(this.#of, own, value)
  }

  override copy (value: E[]): E[] { return this.#of.mutable ? value.map((e) => this.#of.copy(e)) : value.slice() }
  override keyOf (value: E[]): ElementKey { return joinKeys(value.map((e) => this.#of.keyOf(e))) }
  override toJSON (value: E[]): unknown { return value.map((e) => this.#of.toJSON(e)) }
  override schema (direction: 'input' | 'output'): JsonSchema {
    return { type: 'array', items: innerSchema(this.#of, direction) }
  }

  override operandSchema (kind: ChangeKind): JsonSchema | undefined {
    if (this.#isFrozen) return undefined
    if (kind === 'remove') return this.unruled().schema('input')
    return kind === 'append' || kind === 'prepend' ? this.schema('input') : undefined
  }

  /** An append, a prepend or both where the old list is a part of the new one (STM-08), else the whole list. */
  override changes (before: E[] | null, after: E[] | null): readonly Change[] {
    const from = before ?? []
    const to = after ?? []
    if (this.equals(from, to)) return []
    if (to.length === 0) return [{ kind: 'assign', value: null }]
    const at = this.#isFrozen || from.length === 0 ? -1 : positionOf(this.#of, from, to)
    if (at === -1) return [{ kind: 'assign', value: to }]
    const changes: Change[] = []
    if (at > 0) changes.push({ kind: 'prepend', value: to.slice(0, at) })
    if (at + from.length < to.length) changes.push({ kind: 'append', value: to.slice(at + from.length) })
    return changes
  }

  override convertChange (kind: ChangeKind, value: unknown): unknown {
    if (kind === 'assign') return this.convert(value)
    if (!this.#isFrozen && kind === 'remove') return this.unruled().convert(value)
    if (!this.#isFrozen && (kind === 'append' || kind === 'prepend')) return this.convert(value)
    throw noOperation(this.cql, kind, this.#isFrozen ? [] : ['append', 'prepend', 'remove'])
  }

  /**
   * Sent twice, the elements stand there twice. So they do when the whole list is: a driver that tries again keeps the
   * timestamp, and what the first attempt wrote is not older than that (run on 5.0.8).
   */
  override isIdempotent (kind: ChangeKind): boolean { return this.#isFrozen || kind === 'remove' }

  override frozen (): CqlType<E[]> { return this.#isFrozen ? this : new ListType(this.#of, true) }
  override unruled (): CqlType<E[]> {
    const of = this.#of.unruled()
    return of === this.#of ? this : new ListType(of, this.#isFrozen)
  }

  override emptyValue (): E[] { return [] }
  override isEmpty (value: E[]): boolean { return value.length === 0 }
  override elementType (part: 'element' | 'key' | 'value'): CqlType | undefined {
    return part === 'element' ? this.#of : undefined
  }

  override parts (): readonly CqlType[] { return [this.#of] }
}

export function noOperation (cql: string, kind: string, known: readonly string[]): InvalidValue {
  const has = known.length === 0 ? 'it can only be set as a whole' : `it has ${known.join(', ')}`
  return new InvalidValue('operation', `a ${cql} column has no operation "${kind}"; ${has}`)
}

/**
 * Where `part` stands in `whole`, -1 if nowhere. Knuth, Morris and Pratt: linear also for long lists of equal elements.
 */
function positionOf<E> (of: CqlType<E>, part: readonly E[], whole: readonly E[]): number {
  if (part.length > whole.length) return -1
  const same = (a: E | undefined, b: E | undefined): boolean => of.equals(a as E, b as E)
  const borders = [0]
  for (let i = 1, border = 0; i < part.length; i++) {
    while (border > 0 && !same(part[i], part[border])) border = borders[border - 1] as number
    if (same(part[i], part[border])) border++
    borders.push(border)
  }
  for (let i = 0, matched = 0; i < whole.length; i++) {
    while (matched > 0 && !same(whole[i], part[matched])) matched = borders[matched - 1] as number
    if (same(whole[i], part[matched])) matched++
    if (matched === part.length) return i + 1 - matched
  }
  return -1
}
