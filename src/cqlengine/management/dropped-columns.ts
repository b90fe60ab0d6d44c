// A column that was dropped comes back only with a type that reads what may be left of it on disk.
import { typeNamed } from '../columns/scalar-types.js'
import { readType, sameHead, sameTree, sameType, type TypeTree } from '../columns/type-tree.js'

/** Types without user types, which the server remembers as tuples. */
export function takesBack (wanted: string, dropped: string): boolean {
  if (sameType(wanted, dropped)) return true
  const [tree, before] = [readType(wanted), readType(dropped)]
  return tree !== undefined && before !== undefined && readsValuesOf(tree, before)
}

function readsValuesOf (tree: TypeTree, before: TypeTree): boolean {
  const { kind, name, of, frozen } = tree
  if (kind === 'native') return sameTree(tree, before) || takesValuesOf(name, before)
  if (!sameHead(tree, before)) return false
  const isRead = (inner: TypeTree, i: number): boolean => of[i] !== undefined && readsValuesOf(of[i], inner)
  // A tuple may have more values than before.
  if (kind === 'tuple') return before.of.every(isRead)
  if (kind !== 'collection' || frozen) return false
  // The elements of sets and the keys of maps are in order on disk.
  const [first, ...rest] = before.of
  const keepsOrder = name === 'list' ||
    (first !== undefined && of[0] !== undefined &&
    (sameTree(of[0], first) || typeNamed(of[0].name)?.facts.ordersAlike?.includes(first.name) === true))
  return keepsOrder && (name === 'list' ? before.of.every(isRead) : rest.every((inner, i) => isRead(inner, i + 1)))
}

function takesValuesOf (name: string, before: TypeTree): boolean {
  const { takesBack } = typeNamed(name)?.facts ?? {}
  return takesBack === 'all with a length'
    ? hasLength(before)
    : before.kind === 'native' && takesBack?.includes(before.name) === true
}

/** The server writes the length of such a value before it. */
function hasLength ({ kind, name, of }: TypeTree): boolean {
  return kind === 'tuple' || (kind === 'native' && typeNamed(name)?.facts.hasLength === true) ||
    (kind === 'vector' && of.every((inner) => inner.kind === 'native' && hasLength(inner)))
}
