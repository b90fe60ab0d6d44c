import type { AnyColumn, AnyColumnOptions, Columns, IndexOptions } from '../columns/column.js'
import { typeIsAll } from '../columns/check.js'
import { CqlType } from '../columns/cql-type.js'
import { checkKeyType } from '../columns/nesting.js'
import { bindsAsIs } from '../columns/outside.js'
import { readCodes } from '../columns/reads-alike.js'
import { ModelDefinitionError } from '../errors.js'
import { nameRule, quote, tableNameLimit } from '../statements/identifiers.js'

export type ColumnRole = 'partition' | 'clustering' | 'static' | 'regular'

/**
 * So many columns have a bit of their own where a set of columns is a number, and leave five more to what is counted
 * beside them in a whole number.
 */
export const mostBits = 48

/** A column as its table has it. */
export interface TableColumn {
  /** Attribute name. */
  readonly name: string
  /** Name in the database. */
  readonly field: string
  /** `field`, quoted. */
  readonly cql: string
  /** Frozen where it is part of the key. */
  readonly type: CqlType
  /** The type without the rules inside it: for values that are searched, compared or removed. */
  readonly unruled: CqlType
  readonly options: AnyColumnOptions
  readonly role: ColumnRole
  readonly order: 'asc' | 'desc'
  /** Position in the model; also its bit in shapes. */
  readonly position: number
  readonly indexes: readonly IndexOptions[]
  /** Filtering on it is possible: an index of ours or one managed elsewhere. */
  readonly indexed: boolean
  /** Key, counter or required: never written as null. */
  readonly required: boolean
  /** The partition key is this column alone. */
  readonly isWholePartitionKey: boolean
  /** As of the type; beside it because asking columns of one layout is faster than asking types of many. */
  readonly mutable: boolean
  readonly isCounter: boolean
  /** A value needs no other check than its type's. */
  readonly plain: boolean
  /** Some value of it is stored as null, as empty collections are. */
  readonly canBeEmpty: boolean
  /** Our copy of the driver takes values as instances hold them. */
  readonly bindsAsIs: boolean
  /** See `readCodes` of columns/reads-alike.ts. */
  readonly readCodes: number
}

/** A model, compiled once: what statements, checks and schema need to know, without looking anything up by text. */
export interface Table {
  /** The table's name as written (names keep their case). */
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly byName: ReadonlyMap<string, TableColumn>
  readonly byField: ReadonlyMap<string, TableColumn>
  readonly partitionKey: readonly TableColumn[]
  readonly clustering: readonly TableColumn[]
  /** Partition key, then clustering columns. */
  readonly key: readonly TableColumn[]
  readonly discriminator: TableColumn | undefined
  readonly isCounter: boolean
  readonly hasStatic: boolean
  /** A materialized view: Cassandra writes it. */
  readonly isView: boolean
  /** Some value of the key can be changed in place. */
  readonly hasMutableKey: boolean
}

/** The primary key by names: `[partition, ...clustering]`, or undefined to take it from the columns' options. */
export type KeyOption = readonly [partition: string | readonly string[], ...clustering: string[]]

/** Members of every instance that a column would hide. */
export const memberNames: ReadonlySet<string> = new Set([
  'save', 'update', 'delete', 'validate', 'toJSON', 'toObject', 'getChangedColumns', 'equals', 'pk', 'isPersisted'
])

/** The driver's rows are plain objects with one member of their own. */
export const unreadableNames: ReadonlySet<string> = new Set(['', '__proto__', '__columns'])

/**
 * Compiles and checks a table (COL-01, COL-02, COL-05, COL-08, MOD-01 … MOD-03).
 * @param origin `described`: it exists on the server already and makes no instances, so its columns may have any name;
 *   `view`: it is a materialized view
 * @throws {ModelDefinitionError} naming table, column and remedy
 */
export function compileTable (
  name: string, columns: Columns, key?: KeyOption, origin: 'declared' | 'described' | 'view' = 'declared'
): Table {
  checkTableName(name)
  const keys = keyNames(name, columns, key)
  const all = Object.entries(columns)
    .map(([attribute, column], position) => compileColumn(name, attribute, column, position, keys, origin))
  const byField = checkedFields(name, all)
  const byName = new Map(all.map((c) => [c.name, c]))
  const partitionKey = keys.partition.map((n) => byName.get(n) as TableColumn)
  const clustering = keys.clustering.map((n) => byName.get(n) as TableColumn)
  const table: Table = {
    name,
    columns: all,
    byName,
    byField,
    partitionKey,
    clustering,
    key: [...partitionKey, ...clustering],
    discriminator: all.find((c) => c.options.discriminatorColumn === true),
    isCounter: all.some((c) => c.isCounter),
    hasStatic: all.some((c) => c.role === 'static'),
    isView: origin === 'view',
    hasMutableKey: [...partitionKey, ...clustering].some((c) => c.mutable)
  }
  checkTable(table)
  return table
}

function checkTableName (name: string): void {
  if (typeof name !== 'string' || !nameRule.test(name)) {
    throw new ModelDefinitionError(`Table ${JSON.stringify(name)}: Cassandra takes only letters, digits and _ in a ` +
      'table\'s name')
  }
  if (name.length > tableNameLimit) {
    throw new ModelDefinitionError(`Table "${name.slice(0, 40)}…": the name has ${name.length} characters, Cassandra ` +
      `takes at most ${tableNameLimit}`)
  }
}

interface KeyNames { readonly partition: readonly string[], readonly clustering: readonly string[] }

function keyNames (table: string, columns: Columns, key: KeyOption | undefined): KeyNames {
  if (key !== undefined) return explicitKey(table, columns, key)
  const names = Object.keys(columns).filter((n) => isKey(columns[n] as AnyColumn))
  const partition = names.filter((n) => columns[n]?.options.partitionKey === true)
  if (partition.length > 0) return { partition, clustering: names.filter((n) => !partition.includes(n)) }
  return { partition: names.slice(0, 1), clustering: names.slice(1) }
}

function isKey (column: AnyColumn): boolean {
  return column.options.primaryKey === true || column.options.partitionKey === true
}

function explicitKey (table: string, columns: Columns, key: KeyOption): KeyNames {
  const [first, ...clustering] = key
  const partition = typeof first === 'string' ? [first] : [...first ?? []]
  for (const n of [...partition, ...clustering]) {
    if (!Object.hasOwn(columns, n)) {
      throw new ModelDefinitionError(`Table "${table}": the option key names ${JSON.stringify(n)}, which is no ` +
        'column of the model')
    }
  }
  if (new Set([...partition, ...clustering]).size !== partition.length + clustering.length) {
    throw new ModelDefinitionError(`Table "${table}": the option key names a column twice`)
  }
  for (const n of Object.keys(columns)) {
    if (isKey(columns[n] as AnyColumn) && !partition.includes(n) && !clustering.includes(n)) {
      throw new ModelDefinitionError(`Table "${table}", column "${n}": it says primaryKey or partitionKey, but the ` +
        'option key leaves it out')
    }
  }
  return { partition, clustering }
}

function compileColumn (
  table: string,
  name: string,
  column: AnyColumn,
  position: number,
  keys: KeyNames,
  origin: 'declared' | 'described' | 'view'
): TableColumn {
  const at = `Table "${table}", column "${name}"`
  if (origin !== 'described' && memberNames.has(name)) {
    throw new ModelDefinitionError(`${at}: every model has a member of this name. Call the column otherwise and give ` +
      `it { dbField: '${name}' }`)
  }
  if (name === '') throw new ModelDefinitionError(`${at}: a column needs a name`)
  const field = column.options.dbField ?? name
  if (unreadableNames.has(field)) {
    throw new ModelDefinitionError(`${at}: the driver cannot read a column whose database name is "${field}"; give ` +
      'it another dbField')
  }
  const role = keys.partition.includes(name)
    ? 'partition'
    : keys.clustering.includes(name) ? 'clustering' : column.options.static === true ? 'static' : 'regular'
  const isKeyColumn = role === 'partition' || role === 'clustering'
  // Where the option `key` of the model says so, the column itself does not know.
  const options = isKeyColumn && !isKey(column)
    ? Object.freeze({ ...column.options, primaryKey: true })
    : column.options
  if (options.clusteringOrder !== undefined && role !== 'clustering') {
    throw new ModelDefinitionError(`${at}: clusteringOrder is for clustering columns only; leave it out`)
  }
  if (isKeyColumn && options.static === true) {
    throw new ModelDefinitionError(`${at}: a key column cannot be static; leave out one of both`)
  }
  if (options.discriminatorColumn === true && !['scalar', 'text'].includes(column.type.kind)) {
    throw new ModelDefinitionError(`${at}: a discriminator must be a plain value such as Text or Integer`)
  }
  const type = isKeyColumn ? keyType(column.type, at) : column.type
  const indexes = indexList(options.index)
  return {
    name,
    field,
    cql: quote(field),
    type,
    unruled: type.unruled(),
    options,
    role,
    order: options.clusteringOrder ?? 'asc',
    position,
    indexes,
    indexed: indexes.length > 0 || options.customIndex === true,
    required: isKeyColumn || options.required === true || type.kind === 'counter',
    isWholePartitionKey: role === 'partition' && keys.partition.length === 1,
    mutable: type.mutable,
    isCounter: type.kind === 'counter',
    plain: typeIsAll({ type, options }, isKeyColumn),
    canBeEmpty: type.isEmpty !== CqlType.prototype.isEmpty,
    bindsAsIs: bindsAsIs(type),
    readCodes: readCodes(type)
  }
}

function keyType (type: CqlType, at: string): CqlType {
  try {
    return checkKeyType(type)
  } catch (error) {
    throw error instanceof ModelDefinitionError ? new ModelDefinitionError(`${at}: ${error.message}`) : error
  }
}

function indexList (index: AnyColumnOptions['index']): readonly IndexOptions[] {
  if (index === undefined || index === false) return []
  if (index === true) return [{}]
  return Array.isArray(index) ? index as readonly IndexOptions[] : [index as IndexOptions]
}

function checkedFields (table: string, columns: readonly TableColumn[]): Map<string, TableColumn> {
  const byField = new Map<string, TableColumn>()
  for (const c of columns) {
    const other = byField.get(c.field)
    if (other !== undefined) {
      throw new ModelDefinitionError(`Table "${table}", column "${c.name}": its database name "${c.field}" is that ` +
        `of "${other.name}" too, so it would stand in the table more than once`)
    }
    byField.set(c.field, c)
  }
  return byField
}

function checkTable (table: Table): void {
  const at = `Table "${table.name}"`
  if (table.partitionKey.length === 0) {
    throw new ModelDefinitionError(`${at}: a table needs at least one column with primaryKey: true`)
  }
  const discriminators = table.columns.filter((c) => c.options.discriminatorColumn === true)
  if (discriminators.length > 1) {
    throw new ModelDefinitionError(`${at}: the columns ${discriminators.map((c) => `"${c.name}"`).join(' and ')} are ` +
      'both discriminators; only one can be')
  }
  for (const c of table.columns) checkColumn(table, c)
}

function checkColumn (table: Table, c: TableColumn): void {
  const at = `Table "${table.name}", column "${c.name}"`
  const isKeyColumn = c.role === 'partition' || c.role === 'clustering'
  if (c.role === 'static' && table.clustering.length === 0) {
    throw new ModelDefinitionError(`${at}: a static column needs a table with clustering columns; without them leave ` +
      'out static')
  }
  if (table.isCounter && !isKeyColumn && c.type.kind !== 'counter') {
    throw new ModelDefinitionError(`${at}: a table with counters can hold only counters beside its key; move this ` +
      'column to a table of its own')
  }
  if (table.isCounter && c.indexes.length > 0) {
    throw new ModelDefinitionError(`${at}: Cassandra has no indexes on counter tables`)
  }
  checkIndexes(at, table, c)
}

function checkIndexes (at: string, table: Table, c: TableColumn): void {
  if (c.indexes.length === 0) return
  if (c.role === 'partition' && table.partitionKey.length === 1) {
    throw new ModelDefinitionError(`${at}: Cassandra cannot index the only partition key column; it needs no index`)
  }
  if (c.type.facts.isOrderless === true) throw new ModelDefinitionError(`${at}: Cassandra has no indexes on durations`)
  const isSai = (i: IndexOptions): boolean => /(^|\.)(sai|StorageAttachedIndex)$/i.test(i.using ?? '')
  if (c.indexes.some(isSai) && !c.indexes.every(isSai)) {
    throw new ModelDefinitionError(`${at}: SAI and another kind of index on one column give wrong rows; keep ` +
      'one of them')
  }
  if (c.indexes.some(isSai) && c.type.facts.lacksSai === true) {
    throw new ModelDefinitionError(`${at}: SAI cannot index ${c.type.cql}s`)
  }
  for (const { target } of c.indexes) {
    if (target === undefined) continue
    if ((target === 'keys' || target === 'entries') && c.type.kind !== 'map') {
      throw new ModelDefinitionError(`${at}: an index on ${target} is for maps`)
    }
    if (target === 'values' && !['map', 'list', 'set'].includes(c.type.kind)) {
      throw new ModelDefinitionError(`${at}: an index on values is for collections`)
    }
    if (target === 'full' && !c.type.isFrozen) {
      throw new ModelDefinitionError(`${at}: an index with target full is for frozen collections: add { frozen: true }`)
    }
  }
}
