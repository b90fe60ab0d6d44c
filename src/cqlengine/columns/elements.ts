// What lists, sets, maps, tuples and vectors share: rules of a value inside another, and equality by value for what JS
// compares by identity.
import { type CqlType, InvalidValue, type ElementKey } from './cql-type.js'

/** A value inside another one. @throws {InvalidValue} that says where: `element 3` */
export function convertInner<E> (of: CqlType<E>, value: unknown, place: string, index: number): E {
  try {
    if (value === null || value === undefined) throw new InvalidValue('null', 'must not be null')
    const converted = of.convert(value)
    if (isLostInside(of, converted)) {
      throw new InvalidValue(
        'empty', 'must not be empty: the driver cannot send an empty list or set inside another value'
      )
    }
    return converted
  } catch (error) {
    throw error instanceof InvalidValue
      ? error.within(`${place} ${index}`, place === 'element' ? index : undefined)
      : error
  }
}

/** True for an empty list or set, which the driver sends as null wherever it stands; empty maps arrive as such. */
export function isLostInside<E> (of: CqlType<E>, value: E): boolean {
  return of.isEmpty(value) && of.base().kind !== 'map'
}

/**
 * Converts to an array; gives the one it got when nothing had to be converted: users keep references to the values of
 * their instances.
 */
export function convertElements<E> (of: CqlType<E>, values: readonly unknown[]): E[] {
  let converted: E[] | undefined
  for (let i = 0; i < values.length; i++) {
    const before = values[i]
    const after = convertInner(of, before, 'element', i)
    if (converted === undefined && !Object.is(after, before)) converted = values.slice(0, i) as E[]
    converted?.push(after)
  }
  return converted ?? values as E[]
}

export function equalElements<E> (of: CqlType<E>, a: ArrayLike<E>, b: ArrayLike<E>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (!of.equals(a[i] as E, b[i] as E)) return false
  }
  return true
}

/** {@link CqlType.isSame}, element by element. */
export function sameElements<E> (of: CqlType<E>, own: readonly E[], values: readonly unknown[]): boolean {
  if (own.length !== values.length) return false
  for (let i = 0; i < own.length; i++) {
    if (!of.isSame(own[i] as E, values[i])) return false
  }
  return true
}

export function sameOrNull<E> (of: CqlType<E>, own: E | null, value: unknown): boolean {
  return own === null || value === null ? own === value : of.isSame(own, value)
}

export function equalOrNull<E> (of: CqlType<E>, a: E | null, b: E | null): boolean {
  return a === null || b === null ? a === b : of.equals(a, b)
}

/** One text for several keys: each with its length before it, so that no two sequences give the same. */
export function joinKeys (keys: Iterable<ElementKey | null>): string {
  let joined = ''
  for (const key of keys) {
    const text = Object.is(key, -0) ? '-0' : String(key)
    joined += key === null ? '~' : `${text.length}:${text}`
  }
  return joined
}

/**
 * Tells whether a value, or one equal to it, is among `values`; the shortcut by identity serves snapshots, which share
 * immutable elements.
 */
export function membership<E> (
  of: CqlType<E>, values: ReadonlySet<E> | ReadonlyMap<E, unknown>
): (value: E) => boolean {
  if (of.primitive) return (value) => values.has(value)
  let keys: Set<ElementKey> | undefined
  return (value) => {
    if (!of.mutable && values.has(value)) return true
    keys ??= new Set([...values.keys()].map((v) => of.keyOf(v)))
    return keys.has(of.keyOf(value))
  }
}

/** `set` without elements that are equal to an earlier one. */
export function distinct<E> (of: CqlType<E>, set: Set<E>): Set<E> {
  if (of.primitive || set.size < 2) return set
  // Up to here comparing all pairs costs less than making keys.
  if (set.size <= 6 && !hasEqualPair(of, [...set])) return set
  const byKey = new Map<ElementKey, E>()
  for (const value of set) {
    const key = of.keyOf(value)
    if (!byKey.has(key)) byKey.set(key, value)
  }
  return byKey.size === set.size ? set : new Set(byKey.values())
}

function hasEqualPair<E> (of: CqlType<E>, values: readonly E[]): boolean {
  return values.some((a, i) => values.some((b, j) => j > i && of.equals(a, b)))
}
