import type { Change, CqlType } from '../../columns/cql-type.js'

/**
 * The value of a column after operations as the server does them, whatever their order in the call; a new value, so
 * that nobody's copy changes.
 */
export function afterOperations (type: CqlType, current: unknown, operations: readonly Change[]): unknown {
  const isRemoval = ({ kind }: Change): boolean => kind === 'remove'
  const removals = operations.filter(isRemoval)
  const others = operations.filter((o) => !isRemoval(o))
  // A list loses what it had before, but keeps what is appended beside; in sets and maps a removal beats an addition of
  // the same moment.
  const inOrder = type.kind === 'list' ? [...removals, ...others] : [...others, ...removals]
  return inOrder.reduce((value, change) => afterOne(type, value, change), current)
}

function afterOne (type: CqlType, current: unknown, { kind, value }: Change): unknown {
  switch (type.kind) {
    case 'counter':
      return kind === 'decrement' ? (current as bigint) - (value as bigint) : (current as bigint) + (value as bigint)
    case 'list': return afterList(type, current as unknown[], kind, value as unknown[])
    case 'set': return afterSet(type, current as Set<unknown>, kind, value as Iterable<unknown>)
    default: return afterMap(
      type, current as Map<unknown, unknown>, kind, value as Map<unknown, unknown> & Set<unknown>
    )
  }
}

function afterList (
  type: CqlType, current: readonly unknown[], kind: Change['kind'], values: readonly unknown[]
): unknown[] {
  if (kind === 'append') return [...current, ...values]
  if (kind === 'prepend') return [...values, ...current]
  const gone = keysOf(type.elementType('element'), values)
  return current.filter((one) => !gone.has(elementKey(type.elementType('element'), one)))
}

function afterSet (
  type: CqlType, current: ReadonlySet<unknown>, kind: Change['kind'], values: Iterable<unknown>
): Set<unknown> {
  const element = type.elementType('element')
  if (kind === 'remove') {
    const gone = keysOf(element, values)
    return new Set([...current].filter((one) => !gone.has(elementKey(element, one))))
  }
  const known = keysOf(element, current)
  return new Set([...current, ...[...values].filter((one) => !known.has(elementKey(element, one)))])
}

function afterMap (
  type: CqlType,
  current: ReadonlyMap<unknown, unknown>,
  kind: Change['kind'],
  values: ReadonlyMap<unknown, unknown> & ReadonlySet<unknown>
): Map<unknown, unknown> {
  const key = type.elementType('key')
  const touched = keysOf(key, values.keys())
  const kept = [...current].filter(([one]) => !touched.has(elementKey(key, one)))
  const set = kind === 'remove' ? [] : [...values.entries()].filter(([, value]) => value !== null)
  return new Map([...kept, ...set])
}

function keysOf (type: CqlType | undefined, values: Iterable<unknown>): Set<unknown> {
  return new Set(Array.from(values, (value) => elementKey(type, value)))
}

function elementKey (type: CqlType | undefined, value: unknown): unknown {
  return type === undefined ? value : type.keyOf(value)
}
