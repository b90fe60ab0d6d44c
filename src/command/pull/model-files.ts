// From what a keyspace has to the files of its models, as plain values: names of files and their texts, the same ones
// each time.
import { readType, userTypeNames } from '../../cqlengine/columns/type-tree.js'
import type { ExistingColumn, ExistingSchema, ExistingTable, ExistingView } from '../../cqlengine/management/schema.js'
import { isWhole } from '../../cqlengine/management/view-difference.js'
import { memberNames, unreadableNames } from '../../cqlengine/model/table.js'
import { type ClassOfType, columnCode, indexedColumn, indexOption, keyOptions } from './column-code.js'
import { className, fileName, keyText, literalText, stringText } from './names.js'
import { unusualOptions } from './table-options.js'

export interface ModelFiles {
  /** Texts by file names. */
  readonly files: ReadonlyMap<string, string>
  /** What could not be said in models, and why. */
  readonly notes: readonly string[]
}

interface Named { readonly className: string, readonly file: string }

/** What is asked for. */
export interface Request {
  /** Only these tables and views, and the bases of such views; absent: all. */
  readonly wanted?: ReadonlySet<string> | undefined
  /** Whether the folder has a model of an earlier pull, by the name of its file. It stays, with the types it uses. */
  isThere (file: string): boolean
  /** The module to import `db` from; absent: a file of its own. */
  readonly db?: string | undefined
}

export function modelFiles (schema: ExistingSchema, request: Request): ModelFiles {
  const { wanted, db, isThere } = request
  const files = new Map<string, string>()
  const notes: string[] = []
  const { typeClasses, tableNames, viewNames } = namesOf(schema)
  const isWanted = (name: string): boolean => wanted === undefined || wanted.has(name)
  const views = sorted(schema.views).filter(([name]) => isWanted(name))
  const bases = new Set(views.map(([, { base }]) => base))
  const isLeft = (name: string): boolean => {
    const file = (tableNames.get(name) ?? viewNames.get(name))?.file
    return wanted !== undefined && !wanted.has(name) && file !== undefined && isThere(`${file}.ts`)
  }
  const tables = sorted(schema.tables).filter(([name]) => isWanted(name) || (bases.has(name) && !isLeft(name)))
  const written = new Set([...tables, ...views].map(([name]) => name))
  const exported = [...tableNames, ...viewNames].filter(([name]) => written.has(name) || isLeft(name))
  const used = new Set(usedTypes(
    schema, wanted === undefined ? undefined : exported.flatMap(([name]) => schema.tables.get(name) ?? [])
  ))
  const typeNames = [...typeClasses.keys()].filter((name) => used.has(name))

  const from = db ?? './db.js'
  if (db === undefined) {
    files.set('db.ts', "import { CQLAlchemy } from 'fastify-cqlalchemy'\n\nexport const db = new CQLAlchemy()\n")
  }
  if (typeNames.length > 0) files.set('types.ts', typesFile(schema, typeNames, typeClasses, from, notes))
  for (const [name, table] of tables) {
    const { className: own, file } = tableNames.get(name) as Named
    files.set(`${file}.ts`, tableFile(name, table, own, typeClasses, from, notes))
  }
  for (const [name, view] of views) {
    const { className: own, file } = viewNames.get(name) as Named
    files.set(
      `${file}.ts`,
      viewFile(
        name, view, own, schema.tables.get(view.base) as ExistingTable, tableNames.get(view.base) as Named, from, notes
      )
    )
  }
  const lines = [
    `export { db } from ${stringText(from)}`,
    ...typeNames.length === 0
      ? []
      : [`export { ${typeNames.map((name) => typeClasses.get(name)).join(', ')} } from './types.js'`],
    ...exported.map(([, one]) => `export { ${one.className} } from './${one.file}.js'`)
  ]
  files.set('index.ts', `${lines.join('\n')}\n`)
  return { files, notes }
}

interface Names {
  /** Inner types first. */
  readonly typeClasses: ReadonlyMap<string, string>
  readonly tableNames: ReadonlyMap<string, Named>
  readonly viewNames: ReadonlyMap<string, Named>
}

/** Of all that there is, so that a model is called the same whatever is asked for beside it. */
function namesOf (schema: ExistingSchema): Names {
  const classes = new Set<string>(['Object', 'String', 'Array', 'Symbol', 'Function'])
  const taken = new Set<string>(['db', 'index', 'types'])
  const named = (map: ReadonlyMap<string, unknown>): Map<string, Named> =>
    new Map(sorted(map).map(([name]) => [name, { className: className(name, classes), file: fileName(name, taken) }]))
  const typeClasses = new Map(usedTypes(schema, undefined).map((name) => [name, className(name, classes)]))
  return { typeClasses, tableNames: named(schema.tables), viewNames: named(schema.views) }
}

const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] => [...map].sort(([a], [b]) => a < b ? -1 : 1)

/** Those that the tables use, or all; inner ones first. */
function usedTypes ({ types }: ExistingSchema, tables: readonly ExistingTable[] | undefined): string[] {
  const order: string[] = []
  const visit = (name: string): void => {
    const fields = types.get(name)
    // Names that the models do not take: columns of such types are left out, and told.
    if (fields === undefined || order.includes(name) || !/^\w+$/.test(name)) return
    for (const cql of fields.values()) namesIn(cql).forEach(visit)
    order.push(name)
  }
  if (tables === undefined) for (const [name] of sorted(types)) visit(name)
  else for (const { columns } of tables) for (const { type } of columns.values()) namesIn(type).forEach(visit)
  return order
}

function namesIn (cql: string): string[] {
  const tree = readType(cql)
  return tree === undefined ? [] : userTypeNames(tree)
}

function typesFile (
  schema: ExistingSchema, names: readonly string[], classes: ReadonlyMap<string, string>, from: string, notes: string[]
): string {
  const texts = names.map((name) => {
    const lines: string[] = []
    const fields = schema.types.get(name) ?? new Map<string, string>()
    const attributeOf = attributeNames(fields.keys())
    for (const [field, cql] of fields) {
      const attribute = attributeOf(field)
      const text = columnCode(cql, attribute === field ? {} : { dbField: field }, (one) => classes.get(one))
      if (text === undefined) notes.push(`type ${name}, field ${field}: no column has the type ${cql}`)
      else lines.push(`  ${keyText(attribute)}: ${text}`)
    }
    return `export class ${classes.get(name)} extends db.UserType.define(${stringText(name)}, ` +
      `{\n${lines.join(',\n')}\n}) {}\n`
  })
  return `import { db } from ${stringText(from)}\n\nconst c = db.columns\n\n${texts.join('\n')}`
}

/**
 * Attributes by columns. What an instance has itself, or JavaScript keeps for itself, gets another name, which no other
 * column has.
 */
function attributeNames (fields: Iterable<string>): (field: string) => string {
  const all = [...fields]
  const isKept = (field: string): boolean =>
    memberNames.has(field) || unreadableNames.has(field) || field === 'constructor'
  const taken = new Set(all.filter((field) => !isKept(field)))
  const names = new Map(all.filter(isKept).map((field) => [field, unused(`${field.replace(/^_+/, '')}_`, taken)]))
  return (field) => names.get(field) ?? field
}

function unused (name: string, taken: Set<string>): string {
  const own = taken.has(name) || memberNames.has(name) ? unused(`${name}_`, taken) : name
  taken.add(own)
  return own
}

function tableFile (
  name: string, table: ExistingTable, own: string, types: ReadonlyMap<string, string>, from: string, notes: string[]
): string {
  const used = new Set<string>()
  const classOf: ClassOfType = (type) => {
    const found = types.get(type)
    if (found !== undefined) used.add(found)
    return found
  }
  const columns = inOrder(table)
  const partition = columns.filter(([, { kind }]) => kind === 'partition_key').length
  const ignored: string[] = []
  const attributeOf = attributeNames(table.columns.keys())
  const lines = columns.flatMap(([field, column]) => {
    const attribute = attributeOf(field)
    const indexes = table.indexes.filter(({ target }) => indexedColumn(target) === field)
    const index = indexOption(name, field, indexes)
    const options = {
      ...keyOptions(column, partition),
      ...index !== undefined && { index },
      ...attribute !== field && { dbField: field }
    }
    const isReadable = !unreadableNames.has(field)
    const text = isReadable ? columnCode(column.type, options, classOf) : undefined
    if (text === undefined) {
      ignored.push(field)
      const reason = isReadable
        ? `no column has the type ${column.type}`
        : 'the driver cannot read a column of this name'
      notes.push(`table ${name}, column ${field}: ${reason}; the model leaves it out`)
      return []
    }
    return [`  ${keyText(attribute)}: ${text}`]
  })
  const options = unusualOptions(table.options)
  const settings = {
    ...ignored.length > 0 && { ignoreColumns: ignored }, ...Object.keys(options).length > 0 && { options }
  }
  const last = Object.keys(settings).length === 0 ? '' : `, ${literalText(settings)}`
  const imports = [...used.size === 0 ? [] : [`import { ${[...used].sort().join(', ')} } from './types.js'`]]
  return [
    `import { db } from ${stringText(from)}`, ...imports, '', 'const c = db.columns', '',
    `export class ${own} extends db.Model.define(${stringText(name)}, ` +
      `{\n${lines.join(',\n')}\n}${last}).as<${own}>() {}`, ''
  ].join('\n')
}

const ranks = { partition_key: 0, clustering: 1, static: 2, regular: 3 }

/** The key in its order, static columns, the others by name. */
function inOrder ({ columns }: ExistingTable): [string, ExistingColumn][] {
  return [...columns].sort(([a, x], [b, y]) =>
    ranks[x.kind] - ranks[y.kind] || x.position - y.position || (a < b ? -1 : 1))
}

function viewFile (
  name: string, view: ExistingView, own: string, base: ExistingTable, baseName: Named, from: string, notes: string[]
): string {
  const columns = inOrder(view).filter(([field]) => !unreadableNames.has(field))
  const attributeOf = attributeNames(base.columns.keys())
  const named = (kind: ExistingColumn['kind']): string[] =>
    columns.filter(([, column]) => column.kind === kind).map(([field]) => attributeOf(field))
  const others = columns.filter(([, { kind }]) => kind === 'regular' || kind === 'static').map(([field]) => field)
  const all = [...base.columns.keys()].every((field) => view.columns.has(field) || unreadableNames.has(field))
  const orders = columns.filter(([field, { kind, order }]) =>
    kind === 'clustering' && order !== (base.columns.get(field)?.order === 'desc' ? 'desc' : 'asc'))
    .map(([field, { order }]) => [attributeOf(field), order])
  const clustering = named('clustering')
  // Only views of all rows can be said in models.
  const isPlain = isWhole(
    view.where,
    columns.filter(([, { kind }]) => kind === 'partition_key' || kind === 'clustering').map(([field]) => field)
  )
  if (!isPlain) {
    notes.push(`view ${name}: leaves out rows by a condition, which no model can say; its model has managed: false`)
  }
  const options = unusualOptions(view.options)
  const settings = {
    partitionKey: named('partition_key'),
    ...clustering.length > 0 && { clusteringKey: clustering },
    ...orders.length > 0 && { clusteringOrder: Object.fromEntries(orders) },
    ...!all && { only: others.map(attributeOf) },
    ...!isPlain && { managed: false },
    ...Object.keys(options).length > 0 && { options }
  }
  return [
    `import { db } from ${stringText(from)}`, `import { ${baseName.className} } from './${baseName.file}.js'`, '',
    `export class ${own} extends db.Model.view(${stringText(name)}, ${baseName.className}, ` +
      `${literalText(settings)}).as<${own}>() {}`, ''
  ].join('\n')
}
