import { isSet } from 'node:util/types'
import type { Encoding } from '../connection/encoding.js'
import {
  type Change, type ChangeKind, type CqlType, InvalidValue, type JsonSchema, type ElementKey, type Kind
} from './cql-type.js'
import { convertInner, distinct, joinKeys, membership } from './elements.js'
import { noOperation } from './list.js'
import { bindsAsIs, ObjectType } from './outside.js'
import { innerSchema } from './schema.js'

/**
 * `set<T>` (TYP-20). Instances hold a JS Set, which finds objects by identity; equal elements are one element all the
 * same, by value. Null and the empty set are the same to Cassandra and here.
 */
export class SetType<E = unknown> extends ObjectType<Set<E>> {
  override readonly cql: string
  override readonly kind: Kind = 'set'
  override readonly mutable = true
  override readonly keepsParts = true
  override readonly readsAsIs: boolean
  override readonly bindsSnapshot: boolean
  readonly #of: CqlType<E>
  readonly #isFrozen: boolean

  /** @param isFrozen written and compared as a whole */
  constructor (of: CqlType<E>, isFrozen = false) {
    super()
    this.#of = of.frozen()
    this.#isFrozen = isFrozen
    this.readsAsIs = of.readsAsIs
    this.bindsSnapshot = !of.mutable && bindsAsIs(of)
    const cql = `set<${this.#of.cql}>`
    this.cql = isFrozen ? `frozen<${cql}>` : cql
  }

  protected read (value: unknown): Set<E> { return convertSet(this.#of, value) }

  override isConverted (value: unknown): value is Set<E> { return this.snapshotIfConverted(value) !== undefined }

  override copyIfConverted (value: unknown): Set<E> | undefined {
    if (!this.#of.primitive) return undefined
    try {
      if (!(value instanceof Set)) return undefined
      const set: Set<unknown> = value
      sizeOfSet(set) // throws where it only says that it is one
      const copy = new Set<E>()
      for (const e of set) {
        if (!this.#of.isConverted(e)) return undefined
        copy.add(e)
      }
      return copy
    } catch {
      return undefined
    }
  }

  override snapshotIfConverted (value: unknown): readonly E[] | undefined {
    if (!this.#of.primitive) return undefined
    try {
      if (!(value instanceof Set)) return undefined
      const set: Set<unknown> = value
      const kept = new Array<E>(sizeOfSet(set))
      let i = 0
      for (const e of set) {
        if (!this.#of.isConverted(e)) return undefined
        kept[i++] = e
      }
      return kept
    } catch {
      return undefined
    }
  }

  /** An array: the driver takes it whatever its own options say. */
  override toDriver (value: Set<E>, encoding: Encoding): unknown {
    const bound = new Array<unknown>(value.size)
    let i = 0
    for (const e of value) bound[i++] = this.#of.toDriver(e, encoding)
    return bound
  }

  override fromDriver (value: unknown): Set<E> {
    const read = new Set<E>()
    for (const e of value as Iterable<unknown>) read.add(this.#of.fromDriver(e))
    return read
  }

  override isRead (given: unknown): boolean { return given instanceof Set }
  override equals (a: Set<E>, b: Set<E>): boolean {
    if (a === b) return true
    if (a.size !== b.size) return false
    if (this.#of.primitive) return hasAll(b, a)
    const has = membership(this.#of, b)
    for (const e of a) {
      if (!has(e)) return false
    }
    return true
  }

  override copy (value: Set<E>): Set<E> {
    // A loop: for the small sets that rows have, Node 20 is three times as fast this way as with `new Set(value)`.
    const copy = new Set<E>()
    for (const e of value) copy.add(this.#of.mutable ? this.#of.copy(e) : e)
    return copy
  }

  /** The elements in an array, which takes a third of the memory. */
  override snapshot (value: Set<E>): readonly E[] {
    const kept = new Array<E>(value.size) // of the right size: pushed to, it would have room for 17
    this.keepParts(value, kept, 0)
    return kept
  }

  override partsOf (value: Set<E>): number { return value.size }
  override keepParts (value: Set<E>, kept: unknown[], at: number): void {
    for (const e of value) kept[at++] = this.#of.mutable ? this.#of.copy(e) : e
  }

  override restore (snapshot: unknown): Set<E> { return new Set(snapshot as readonly E[]) }

  override isAsKept (snapshot: unknown, value: unknown): boolean {
    const kept = snapshot as readonly E[]
    if (!(value instanceof Set) || value.size !== kept.length) return false
    const set: Set<unknown> = value
    let i = 0
    for (const e of set) {
      const own = kept[i++] as E
      // In another order, perhaps.
      if (!Object.is(own, e) && !this.#of.isSame(own, e)) return this.#of.primitive && hasAll(set, this.restore(kept))
    }
    return true
  }

  override isSame (own: Set<E>, value: unknown): boolean { return this.isAsKept([...own], value) }
  override keyOf (value: Set<E>): ElementKey {
    return joinKeys([...value].map((e) => String(this.#of.keyOf(e))).sort())
  }

  override toJSON (value: Set<E>): unknown { return [...value].map((e) => this.#of.toJSON(e)) }

  override schema (direction: 'input' | 'output'): JsonSchema {
    // An element that is given twice is one.
    return {
      type: 'array', items: innerSchema(this.#of, direction), ...direction === 'output' && { uniqueItems: true }
    }
  }

  override operandSchema (kind: ChangeKind): JsonSchema | undefined {
    if (this.#isFrozen) return undefined
    return kind === 'add' ? this.schema('input') : kind === 'remove' ? this.unruled().schema('input') : undefined
  }

  /**
   * What is new as an addition, what is gone as a removal (STM-07); the whole set where the two have nothing in common.
   */
  override changes (before: Set<E> | null, after: Set<E> | null): readonly Change[] {
    const from = before ?? new Set<E>()
    const to = after ?? new Set<E>()
    if (this.equals(from, to)) return []
    if (to.size === 0) return [{ kind: 'assign', value: null }]
    const added = without(this.#of, to, from)
    const removed = without(this.#of, from, to)
    if (this.#isFrozen || removed.size === from.size) return [{ kind: 'assign', value: to }]
    const changes: Change[] = []
    if (added.size > 0) changes.push({ kind: 'add', value: added })
    if (removed.size > 0) changes.push({ kind: 'remove', value: removed })
    return changes
  }

  /** Elements that were added stand behind those that were there. */
  override changesSince (snapshot: unknown, after: Set<E>): readonly Change[] {
    const kept = snapshot as readonly E[]
    if (this.#isFrozen || !this.#of.primitive || kept.length === 0 || after.size < kept.length) {
      return super.changesSince(snapshot, after)
    }
    const added = new Set<E>()
    let i = 0
    for (const e of after) {
      if (i >= kept.length) added.add(e)
      else if (!Object.is(kept[i], e)) return super.changesSince(snapshot, after)
      i++
    }
    return added.size === 0 ? [] : [{ kind: 'add', value: added }]
  }

  override convertChange (kind: ChangeKind, value: unknown): unknown {
    if (kind === 'assign' || (!this.#isFrozen && kind === 'add')) return this.convert(value)
    if (kind === 'remove' && !this.#isFrozen) return this.unruled().convert(value)
    throw noOperation(this.cql, kind, this.#isFrozen ? [] : ['add', 'remove'])
  }

  override frozen (): CqlType<Set<E>> { return this.#isFrozen ? this : new SetType(this.#of, true) }
  /** What was removed needs no judging. */
  override judge (change: Change): void {
    if (change.kind !== 'remove') super.judge(change)
  }

  override unruled (): CqlType<Set<E>> {
    const of = this.#of.unruled()
    return of === this.#of ? this : new SetType(of, this.#isFrozen)
  }

  override emptyValue (): Set<E> { return new Set() }
  override isEmpty (value: Set<E>): boolean { return value.size === 0 }
  override elementType (part: 'element' | 'key' | 'value'): CqlType | undefined {
    return part === 'element' ? this.#of : undefined
  }

  override parts (): readonly CqlType[] { return [this.#of] }
}

const { get: size } = Object.getOwnPropertyDescriptor(Set.prototype, 'size') as { get: () => number }

/** The size that no subclass can feign. @throws {TypeError} for what is no Set but says so, a Proxy for instance */
function sizeOfSet (value: ReadonlySet<unknown>): number { return size.call(value) }

/**
 * Converts to a set; gives the one it got when nothing had to be converted: users keep references to the values of
 * their instances.
 */
export function convertSet<E> (of: CqlType<E>, value: unknown): Set<E> {
  if (!isSet(value) && !Array.isArray(value)) throw new InvalidValue('type', 'must be a Set or an array')
  if (of.primitive && value instanceof Set && isConverted(of, value)) return value
  let i = 0
  let isSame = value instanceof Set
  const converted = new Set<E>()
  for (const before of value as Iterable<unknown>) {
    const after = convertInner(of, before, 'element', i++)
    isSame &&= Object.is(before, after)
    converted.add(after)
  }
  const unique = distinct(of, converted)
  return isSame && unique === converted ? value as Set<E> : unique
}

/** What validation finds nearly always, told without making another set. */
function isConverted<E> (of: CqlType<E>, set: Set<unknown>): set is Set<E> {
  let i = 0
  for (const element of set) {
    if (!of.isConverted(element) && !Object.is(convertInner(of, element, 'element', i), element)) return false
    i++
  }
  return true
}

function hasAll (set: ReadonlySet<unknown>, values: ReadonlySet<unknown>): boolean {
  for (const value of values) {
    if (!set.has(value)) return false
  }
  return true
}

function without<E> (of: CqlType<E>, set: Set<E>, other: Set<E>): Set<E> {
  const isIn = membership(of, other)
  const rest = new Set<E>()
  for (const e of set) {
    if (!isIn(e)) rest.add(e)
  }
  return rest
}
