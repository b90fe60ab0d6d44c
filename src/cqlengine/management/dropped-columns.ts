// A column that was dropped comes back only with a type that reads what may be left of it on disk.
import { parseType, sameTree, sameType, type TypeTree } from './cql-type-text.js'

/** Whose values a type reads beside its own: of those that blobs read none has a fixed length. */
const reads: ReadonlyMap<string, readonly string[]> = new Map([
  ['bigint', ['timestamp']],
  ['blob', ['ascii', 'date', 'decimal', 'duration', 'inet', 'smallint', 'text', 'time', 'tinyint', 'varint']],
  ['text', ['ascii']],
  ['timestamp', ['bigint']],
  ['uuid', ['timeuuid']]
])

/** Whose order a type keeps beside its own. */
const ordered: ReadonlyMap<string, readonly string[]> = new Map([['blob', ['ascii', 'text']], ['text', ['ascii']]])

/** Types without user types, which the server remembers as tuples. */
export function takesBack (wanted: string, dropped: string): boolean {
  if (sameType(wanted, dropped)) return true
  const [tree, before] = [parseType(wanted), parseType(dropped)]
  return tree !== undefined && before !== undefined && readsValuesOf(tree, before)
}

function readsValuesOf (tree: TypeTree, before: TypeTree): boolean {
  const { kind, name, of } = tree
  if (kind === 'native') {
    return name === before.name ||
      (before.kind === 'native'
        ? reads.get(name)?.includes(before.name) === true
        : name === 'blob' && hasNoLength(before))
  }
  if (kind !== before.kind || name !== before.name || tree.frozen !== before.frozen ||
    tree.dimensions !== before.dimensions) return false
  const isRead = (inner: TypeTree, i: number): boolean => of[i] !== undefined && readsValuesOf(of[i], inner)
  // A tuple may have more values than before.
  if (kind === 'tuple') return before.of.every(isRead)
  if (kind !== 'collection' || tree.frozen) return false
  // The elements of sets and the keys of maps are in order on disk.
  const [first, ...rest] = before.of
  const keepsOrder = name === 'list' ||
    (first !== undefined && of[0] !== undefined &&
    (sameTree(of[0], first) || (ordered.get(of[0].name)?.includes(first.name) === true)))
  return keepsOrder && (name === 'list' ? before.of.every(isRead) : rest.every((inner, i) => isRead(inner, i + 1)))
}

function hasNoLength ({ kind, of }: TypeTree): boolean {
  return kind === 'tuple' ||
    (kind === 'vector' &&
    of.every((inner) => inner.kind === 'native' && ['text', 'ascii', 'blob', 'varint', 'decimal'].includes(inner.name)))
}
