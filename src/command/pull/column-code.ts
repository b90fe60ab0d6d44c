// From a CQL type and what the schema says of a column to the code that declares it.
import { columnFunctionOf } from '../../cqlengine/columns/factories.js'
import { readType, type TypeTree } from '../../cqlengine/columns/type-tree.js'
import type { ExistingColumn, ExistingIndex } from '../../cqlengine/management/schema.js'
import { literalText } from './names.js'

/** The name of the class of a user type, and where it is noted that it is used. */
export type ClassOfType = (name: string) => string | undefined

type Options = Readonly<Record<string, unknown>>

/** `c.Map(c.Text, c.Integer, { static: true })`; `undefined` for a type that no column has. */
export function columnCode (cql: string, options: Options, classOf: ClassOfType): string | undefined {
  const tree = readType(cql)
  if (tree === undefined) return undefined
  const isCollection = tree.kind === 'collection'
  const frozen = {
    ...isCollection && tree.frozen && { frozen: true }, ...tree.kind === 'user' && !tree.frozen && { frozen: false }
  }
  return code(tree, { ...frozen, ...options }, classOf, false)
}

function code (tree: TypeTree, options: Options, classOf: ClassOfType, isInner: boolean): string | undefined {
  const last = Object.keys(options).length === 0 ? [] : [literalText(options)]
  if (tree.kind === 'native') {
    const factory = columnFunctionOf(tree.name)
    if (factory === undefined) return undefined
    return isInner ? `c.${factory}` : `c.${factory}(${last.join()})`
  }
  if (tree.kind === 'user') {
    const name = classOf(tree.name)
    return name === undefined ? undefined : `c.UserDefinedType(${[name, ...last].join(', ')})`
  }
  const of = tree.of.map((one) => code(one, {}, classOf, true))
  if (of.includes(undefined)) return undefined
  const factory = columnFunctionOf(tree.name)
  const dimensions = tree.dimensions === undefined ? [] : [String(tree.dimensions)]
  return factory === undefined ? undefined : `c.${factory}(${[...of, ...dimensions, ...last].join(', ')})`
}

/** What `index` of a column says. */
export function indexOption (table: string, column: string, indexes: readonly ExistingIndex[]): unknown {
  const all = indexes.map((index) => one(table, column, index))
  return all.length === 0 ? undefined : all.length === 1 ? all[0] : all.map((option) => option === true ? {} : option)
}

function one (table: string, column: string, { name, target, using, options }: ExistingIndex): unknown {
  const kind = /^(values|keys|entries|full)\(/.exec(target)?.[1]
  const known = {
    ...kind !== undefined && kind !== 'values' && { target: kind }, ...Object.keys(options).length > 0 && { options }
  }
  const option = {
    ...name !== defaultName(table, column) && { name }, ...using !== undefined && { using: shortUsing(using) }, ...known
  }
  return Object.keys(option).length === 0 ? true : option
}

const defaultName = (table: string, column: string): string => `${table}_${column}_idx`.replace(/\W/g, '')

function shortUsing (using: string): string {
  if (/(?:^|\.)StorageAttachedIndex$/.test(using)) return 'sai'
  return /(?:^|\.)SASIIndex$/.test(using) ? 'sasi' : using
}

/** The column that an index is on. */
export function indexedColumn (target: string): string {
  const inner = /^(?:values|keys|entries|full)\((.*)\)$/s.exec(target)?.[1] ?? target
  return inner.startsWith('"') ? inner.slice(1, -1).replaceAll('""', '"') : inner
}

/** The part that a column has in the key, as options. */
export function keyOptions ({ kind, order }: ExistingColumn, partition: number): Options {
  if (kind === 'partition_key') return partition > 1 ? { primaryKey: true, partitionKey: true } : { primaryKey: true }
  if (kind === 'clustering') return { primaryKey: true, ...order === 'desc' && { clusteringOrder: 'desc' } }
  return kind === 'static' ? { static: true } : {}
}
