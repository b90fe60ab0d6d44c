import type { Encoding } from '../connection/encoding.js'
import type { Change, ChangeKind, CqlType, ElementKey, JsonSchema, Kind } from './cql-type.js'
import { convertInner, joinKeys, membership } from './elements.js'
import { noOperation } from './list.js'
import { checkPlainKeys, givenEntries, keyFromProperty, keyToProperty, keyToText, propertiesOf } from './map-keys.js'
import { hasMethods, ObjectType, unreadable } from './outside.js'
import { innerSchema, keySchema, nullable } from './schema.js'
import { convertSet } from './set.js'

// What is done for each row goes through keys and values beside each other: the pairs that a Map gives are an array for
// each entry, which was an eighth of what a new row leaves behind.

/**
 * `map<K, V>` (TYP-21). Instances hold a JS Map, which finds object keys by identity; equal keys are one key all the
 * same, by value. Null and the empty map are the same to Cassandra and here.
 */
export class MapType<K = unknown, V = unknown> extends ObjectType<Map<K, V>> {
  override readonly cql: string
  override readonly kind: Kind = 'map'
  override readonly mutable = true
  override readonly keepsParts = true
  override readonly readsAsIs: boolean
  readonly #key: CqlType<K>
  readonly #value: CqlType<V>
  readonly #isFrozen: boolean

  /** @param isFrozen written and compared as a whole */
  constructor (key: CqlType<K>, value: CqlType<V>, isFrozen = false) {
    super()
    this.#key = key.frozen()
    this.#value = value.frozen()
    this.#isFrozen = isFrozen
    this.readsAsIs = key.readsAsIs && value.readsAsIs
    const cql = `map<${this.#key.cql}, ${this.#value.cql}>`
    this.cql = isFrozen ? `frozen<${cql}>` : cql
  }

  protected read (value: unknown): Map<K, V> {
    return this.#convertEntries(value, (v, i) => convertInner(this.#value, v, 'value of entry', i))
  }

  /**
   * Converts to a map; gives the one it got when nothing had to be converted: users keep references to the values of
   * their instances.
   */
  #convertEntries<W> (
    value: unknown, convertValue: (value: unknown, i: number) => W, keyFor = (_value: unknown): CqlType<K> => this.#key
  ): Map<K, W> {
    if (this.#key.primitive && value instanceof Map && this.#isConverted(value, convertValue, keyFor)) {
      return value as Map<K, W>
    }
    let isSame = value instanceof Map
    const converted = new Map<K, W>()
    const byKey = this.#key.primitive ? undefined : new Map<ElementKey, K>()
    let at = -1
    for (const [key, v] of givenEntries(value, this.#key.unruled())) {
      at++
      const newKey = convertInner(keyFor(v), key, 'key of entry', at)
      const newValue = convertValue(v, at)
      const known = byKey === undefined ? newKey : remembered(byKey, this.#key.keyOf(newKey), newKey)
      isSame &&= Object.is(key, known) && Object.is(v, newValue)
      converted.set(known, newValue)
    }
    return isSame ? value as Map<K, W> : converted
  }

  /** What validation finds nearly always, told without making another map. */
  #isConverted<W> (
    map: ReadonlyMap<unknown, unknown>,
    convertValue: (value: unknown, i: number) => W,
    keyFor: (value: unknown) => CqlType<K>
  ): boolean {
    let i = 0
    for (const [key, v] of map) {
      if (!Object.is(convertInner(keyFor(v), key, 'key of entry', i), key) || !Object.is(convertValue(v, i++), v)) {
        return false
      }
    }
    return true
  }

  override isConverted (value: unknown): value is Map<K, V> { return this.snapshotIfConverted(value) !== undefined }

  override copyIfConverted (value: unknown): Map<K, V> | undefined {
    if (!this.#key.primitive || !this.#value.primitive) return undefined
    try {
      if (!(value instanceof Map)) return undefined
      const map: Map<unknown, unknown> = pairable(value)
      const copy = new Map<K, V>()
      const values = map.values()
      for (const k of map.keys()) {
        const { value: v }: { value?: unknown } = values.next()
        if (!this.#key.isConverted(k) || !this.#value.isConverted(v)) return undefined
        copy.set(k, v)
      }
      return copy
    } catch {
      return undefined
    }
  }

  override snapshotIfConverted (value: unknown): readonly unknown[] | undefined {
    if (!this.#key.primitive || !this.#value.primitive) return undefined
    try {
      if (!(value instanceof Map)) return undefined
      const map: Map<unknown, unknown> = pairable(value)
      const kept = new Array<unknown>(map.size * 2)
      const values = map.values()
      let i = 0
      for (const k of map.keys()) {
        const { value: v }: { value?: unknown } = values.next()
        if (!this.#key.isConverted(k) || !this.#value.isConverted(v)) return undefined
        kept[i++] = k
        kept[i++] = v
      }
      return kept
    } catch {
      return undefined
    }
  }

  override toDriver (value: Map<K, V>, encoding: Encoding): unknown {
    return encoding.map === 'map' ? this.#toDriverMap(value, encoding) : this.#toDriverObject(value, encoding)
  }

  #toDriverMap (value: Map<K, V>, encoding: Encoding): Map<unknown, unknown> {
    const bound = new Map<unknown, unknown>()
    const map = pairable(value)
    const values = map.values()
    for (const k of map.keys()) {
      bound.set(this.#key.toDriver(k, encoding), this.#value.toDriver(values.next().value as V, encoding))
    }
    return bound
  }

  #toDriverObject (value: Map<K, V>, encoding: Encoding): Record<string, unknown> {
    checkPlainKeys(this.#key)
    // The driver asks the object itself for `hasOwnProperty`, so it must have a prototype; a key `__proto__` must not
    // be taken for it.
    const bound = {}
    for (const [k, v] of value) {
      const property = { value: this.#value.toDriver(v, encoding), enumerable: true }
      Object.defineProperty(bound, keyToProperty(this.#key, k), property)
    }
    return bound
  }

  override fromDriver (value: unknown): Map<K, V> {
    const read = new Map<K, V>()
    if (value instanceof Map || hasMethods(value, 'get', 'set', 'entries')) {
      for (const [k, v] of value as Iterable<[unknown, unknown]>) {
        read.set(this.#key.fromDriver(k), this.#value.fromDriver(v))
      }
    } else {
      checkPlainKeys(this.#key)
      for (const [k, v] of propertiesOf(value as Record<string, unknown>)) {
        read.set(keyFromProperty(this.#key, k), this.#value.fromDriver(v))
      }
    }
    return read
  }

  override isRead (given: unknown): boolean { return given instanceof Map }
  override equals (a: Map<K, V>, b: Map<K, V>): boolean {
    if (a === b) return true
    if (a.size !== b.size) return false
    const find = this.#key.primitive ? undefined : this.#finder(b)
    for (const [k, v] of a) {
      const other = find === undefined ? b.get(k) : find(k)
      if (other === undefined || !this.#value.equals(v, other)) return false
    }
    return true
  }

  /** The value of an equal key. Values are never undefined. */
  #finder (map: Map<K, V>): (key: K) => V | undefined {
    if (this.#key.primitive) return (key) => map.get(key)
    let byKey: Map<ElementKey, V> | undefined
    return (key) => {
      const direct = this.#key.mutable ? undefined : map.get(key)
      if (direct !== undefined) return direct
      byKey ??= new Map([...map].map(([k, v]) => [this.#key.keyOf(k), v]))
      return byKey.get(this.#key.keyOf(key))
    }
  }

  override copy (value: Map<K, V>): Map<K, V> {
    // A loop: for the small maps that rows have, Node 20 is twice as fast this way as with `new Map(value)`.
    const copy = new Map<K, V>()
    const map = pairable(value)
    const values = map.values()
    for (const k of map.keys()) {
      const v = values.next().value as V
      copy.set(this.#key.mutable ? this.#key.copy(k) : k, this.#value.mutable ? this.#value.copy(v) : v)
    }
    return copy
  }

  /** Keys and values by turns in an array, which takes a third of the memory. */
  override snapshot (value: Map<K, V>): readonly unknown[] {
    const kept = new Array<unknown>(value.size * 2)
    this.keepParts(value, kept, 0)
    return kept
  }

  override partsOf (value: Map<K, V>): number { return value.size * 2 }
  override keepParts (value: Map<K, V>, kept: unknown[], at: number): void {
    const map = pairable(value)
    const values = map.values()
    for (const k of map.keys()) {
      const v = values.next().value as V
      kept[at++] = this.#key.mutable ? this.#key.copy(k) : k
      kept[at++] = this.#value.mutable ? this.#value.copy(v) : v
    }
  }

  override restore (snapshot: unknown): Map<K, V> {
    const kept = snapshot as readonly unknown[]
    const map = new Map<K, V>()
    for (let i = 0; i < kept.length; i += 2) map.set(kept[i] as K, kept[i + 1] as V)
    return map
  }

  override isAsKept (snapshot: unknown, value: unknown): boolean {
    const kept = snapshot as readonly unknown[]
    if (!(value instanceof Map) || value.size * 2 !== kept.length) return false
    const map: Map<unknown, unknown> = pairable(value)
    const values = map.values()
    let i = 0
    for (const k of map.keys()) {
      const v: unknown = values.next().value
      const [ownKey, ownValue] = [kept[i] as K, kept[i + 1] as V]
      const isSame = (Object.is(ownKey, k) || this.#key.isSame(ownKey, k)) &&
        (Object.is(ownValue, v) || this.#value.isSame(ownValue, v))
      if (!isSame) return this.#isInAnotherOrder(kept, value)
      i += 2
    }
    return true
  }

  #isInAnotherOrder (kept: readonly unknown[], value: Map<unknown, unknown>): boolean {
    if (!this.#key.primitive) return false
    for (let i = 0; i < kept.length; i += 2) {
      if (!value.has(kept[i]) || !this.#value.isSame(kept[i + 1] as V, value.get(kept[i]))) return false
    }
    return true
  }

  override isSame (own: Map<K, V>, value: unknown): boolean { return this.isAsKept([...own].flat(1), value) }
  override keyOf (value: Map<K, V>): ElementKey {
    return joinKeys([...value].map(([k, v]) => joinKeys([this.#key.keyOf(k), this.#value.keyOf(v)])).sort())
  }

  override toJSON (value: Map<K, V>): unknown {
    return Object.fromEntries([...value].map(([k, v]) => [keyToText(this.#key, k), this.#value.toJSON(v)]))
  }

  override schema (direction: 'input' | 'output'): JsonSchema {
    return { type: 'object', ...this.#keys(direction), additionalProperties: innerSchema(this.#value, direction) }
  }

  #keys (direction: 'input' | 'output'): JsonSchema {
    const propertyNames = direction === 'input' ? keySchema(this.#key) : {}
    return Object.keys(propertyNames).length > (propertyNames['type'] === 'string' ? 1 : 0) ? { propertyNames } : {}
  }

  override operandSchema (kind: ChangeKind): JsonSchema | undefined {
    if (this.#isFrozen) return undefined
    if (kind === 'update') {
      return {
        type: 'object', ...this.#keys('input'), additionalProperties: nullable(innerSchema(this.#value, 'input'))
      }
    }
    return kind === 'remove' ? { type: 'array', items: innerSchema(this.#key.unruled(), 'input') } : undefined
  }

  /** Changed entries as an update, missing ones as a removal (STM-09, STM-10); the whole map where no key stays. */
  override changes (before: Map<K, V> | null, after: Map<K, V> | null): readonly Change[] {
    const from = before ?? new Map<K, V>()
    const to = after ?? new Map<K, V>()
    if (this.equals(from, to)) return []
    if (to.size === 0) return [{ kind: 'assign', value: null }]
    const changed = this.#changedEntries(from, to)
    const removed = this.#missingKeys(from, to)
    if (this.#isFrozen || removed.size === from.size) return [{ kind: 'assign', value: to }]
    const changes: Change[] = []
    if (changed.size > 0) changes.push({ kind: 'update', value: changed })
    if (removed.size > 0) changes.push({ kind: 'remove', value: removed })
    return changes
  }

  /** Keys that were added stand behind those that were there, and a changed value leaves its key where it was. */
  override changesSince (snapshot: unknown, after: Map<K, V>): readonly Change[] {
    const kept = snapshot as readonly unknown[]
    const mayBeGrown = !this.#isFrozen && this.#key.primitive && kept.length > 0 && after.size * 2 >= kept.length
    if (!mayBeGrown) return super.changesSince(snapshot, after)
    const changed = new Map<K, V>()
    let i = 0
    for (const [k, v] of after) {
      if (i >= kept.length) changed.set(k, v)
      else if (!Object.is(kept[i], k)) return super.changesSince(snapshot, after)
      else if (!Object.is(kept[i + 1], v) && !this.#value.equals(kept[i + 1] as V, v)) changed.set(k, v)
      i += 2
    }
    return changed.size === 0 ? [] : [{ kind: 'update', value: changed }]
  }

  #changedEntries (from: Map<K, V>, to: Map<K, V>): Map<K, V> {
    const find = this.#finder(from)
    const changed = new Map<K, V>()
    for (const [k, v] of to) {
      const before = find(k)
      if (before === undefined || !this.#value.equals(before, v)) changed.set(k, v)
    }
    return changed
  }

  #missingKeys (from: Map<K, V>, to: Map<K, V>): Set<K> {
    const stays = membership(this.#key, to)
    const missing = new Set<K>()
    for (const k of from.keys()) if (!stays(k)) missing.add(k)
    return missing
  }

  /** In an `update` a null value deletes the entry (UPD-07, B15), whose key is not judged then. */
  override convertChange (kind: ChangeKind, value: unknown): unknown {
    if (kind === 'assign') return this.convert(value)
    if (this.#isFrozen || (kind !== 'update' && kind !== 'remove')) {
      throw noOperation(this.cql, kind, this.#isFrozen ? [] : ['update', 'remove'])
    }
    try {
      const removed = this.#key.unruled()
      if (kind === 'remove') return convertSet(removed, value)
      const convertValue = (v: unknown, i: number): V | null =>
        v === null ? null : convertInner(this.#value, v, 'value of entry', i)
      return this.#convertEntries(value, convertValue, (v) => v === null ? removed : this.#key)
    } catch (error) {
      throw unreadable(error)
    }
  }

  /** Of an `update` only the entries that have a value: send the others as a removal, see {@link splitUpdate}. */
  override changeToDriver (change: Change, encoding: Encoding): unknown {
    if (change.value === null) return null
    if (change.kind === 'remove') return [...change.value as Set<K>].map((k) => this.#key.toDriver(k, encoding))
    if (change.kind === 'update') return this.toDriver(withoutNulls(change.value as Map<K, V | null>), encoding)
    return super.changeToDriver(change, encoding)
  }

  override frozen (): CqlType<Map<K, V>> { return this.#isFrozen ? this : new MapType(this.#key, this.#value, true) }
  override judge (change: Change): void {
    if (change.kind !== 'remove') super.judge(change)
  }

  override unruled (): CqlType<Map<K, V>> {
    const [key, value] = [this.#key.unruled(), this.#value.unruled()]
    return key === this.#key && value === this.#value ? this : new MapType(key, value, this.#isFrozen)
  }

  override emptyValue (): Map<K, V> { return new Map() }
  override isEmpty (value: Map<K, V>): boolean { return value.size === 0 }

  override elementType (part: 'element' | 'key' | 'value'): CqlType | undefined {
    return part === 'key' ? this.#key : part === 'value' ? this.#value : undefined
  }

  override parts (): readonly CqlType[] { return [this.#key, this.#value] }
}

/** An `update` with null values as one without, and the removal of their keys: fixed texts, whatever the entries. */
export function splitUpdate (value: ReadonlyMap<unknown, unknown>): readonly Change[] {
  const removed = new Set([...value].filter(([, v]) => v === null).map(([k]) => k))
  const updated = withoutNulls(value)
  const changes: Change[] = []
  if (updated.size > 0) changes.push({ kind: 'update', value: updated })
  if (removed.size > 0) changes.push({ kind: 'remove', value: removed })
  return changes
}

function withoutNulls<K, V> (map: ReadonlyMap<K, V | null>): Map<K, V> {
  return new Map([...map].filter((entry): entry is [K, V] => entry[1] !== null))
}

/** The first of equal keys: an entry given twice keeps its place, as in a JS Map. */
function remembered<K> (byKey: Map<ElementKey, K>, key: ElementKey, value: K): K {
  const known = byKey.get(key)
  if (known !== undefined) return known
  byKey.set(key, value)
  return value
}

/** Of a class of the user's only its iteration pairs keys with values: its `keys()` may have an order of their own. */
function pairable<K, V> (value: Map<K, V>): Map<K, V> {
  return Object.getPrototypeOf(value) === Map.prototype ? value : new Map(value)
}
