import { ModelDefinitionError } from '../errors.js'
import type { CqlType } from './cql-type.js'
import { ListType } from './list.js'
import { MapType } from './map.js'
import { checkInner, checkSortable, checkVector } from './nesting.js'
import { scalarTypes } from './scalar-types.js'
import { SetType } from './set.js'
import { TupleType } from './tuple.js'
import { readType, type TypeTree } from './type-tree.js'
import { VectorType } from './vector.js'

/**
 * The type of a piece of CQL such as `map<text, frozen<list<int>>>`.
 * @param options.userTypes false where none can be meant: `frozen<int>` is then an int
 * @throws {ModelDefinitionError} for unknown types, user types and counters among them
 */
export function parseType (cql: string, options: { readonly userTypes: boolean }): CqlType {
  const tree = readType(cql, options)
  const type = tree === undefined ? undefined : typeOf(tree)
  if (type === undefined) throw unknownType(cql)
  return type
}

function typeOf ({ kind, name, frozen, of, dimensions = 0 }: TypeTree): CqlType | undefined {
  if (kind === 'native') return scalarNamed(name)
  const parts = of.map(typeOf).filter((part) => part !== undefined)
  if (parts.length < of.length) return undefined
  const [first, second] = parts as [CqlType, CqlType]
  if (kind === 'tuple') return new TupleType(parts.map((type) => checkInner(type, 'a tuple')), frozen)
  if (kind === 'vector') return new VectorType(checkVector(first, dimensions), dimensions)
  switch (name) {
    case 'list': return new ListType(checkInner(first, 'a list'), frozen)
    case 'set': return new SetType(checkSortable(first, 'a set'), frozen)
    case 'map': return new MapType(checkSortable(first, 'the keys of a map'), checkInner(second, 'a map'), frozen)
  }
  return undefined
}

function scalarNamed (name: string): CqlType | undefined {
  return Object.hasOwn(scalarTypes, name) ? scalarTypes[name as keyof typeof scalarTypes] : undefined
}

function unknownType (cql: string): ModelDefinitionError {
  return new ModelDefinitionError(`columns.custom: ${JSON.stringify(cql)} is no CQL type that a custom column can ` +
    `have; it may be any of ${Object.keys(scalarTypes).join(', ')}, and list, set, map, tuple, vector and frozen ` +
    'of these')
}
