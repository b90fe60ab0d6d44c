// Writes a user's project of many models: what is right, and what must not compile.
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './root.js'

interface Kind { readonly type: string, readonly column: string, readonly value: string, readonly holds: string, readonly wrong?: string, readonly operator?: string }

const kinds: readonly Kind[] = [
  { type: 'text', column: "Text({ minLength: 1, maxLength: 50, default: 'x' })", value: "'a'", holds: 'string | null', operator: 'like' },
  { type: 'ascii', column: 'Ascii({ index: true })', value: "'a'", holds: 'string | null', operator: 'in' },
  { type: 'blob', column: 'Blob()', value: 'Buffer.of(1)', holds: 'Buffer | null' },
  { type: 'integer', column: 'Integer({ validate: (v) => v > 0 })', value: '5', holds: 'number | null', operator: 'gte' },
  { type: 'tiny', column: 'TinyInt({ required: true, default: 1 })', value: '5', holds: 'number' },
  { type: 'big', column: "BigInt({ index: { using: 'sai' } })", value: '5n', holds: 'bigint | null', operator: 'lt' },
  { type: 'vast', column: 'VarInt()', value: "'12'", holds: 'bigint | null' },
  { type: 'flag', column: 'Boolean({ default: false })', value: 'true', holds: 'boolean | null', wrong: "'yes'" },
  { type: 'float', column: 'Float()', value: '1.5', holds: 'number | null', operator: 'gt' },
  { type: 'double', column: 'Double({ static: true })', value: '1.5', holds: 'number | null' },
  { type: 'decimal', column: 'Decimal()', value: "'1.5'", holds: 'types.BigDecimal | null', operator: 'lte' },
  { type: 'date', column: 'Date()', value: "'2026-01-01'", holds: 'types.LocalDate | null' },
  { type: 'time', column: "Time({ dbField: 'the_time' })", value: "'12:00:00'", holds: 'types.LocalTime | null' },
  { type: 'span', column: 'Duration()', value: "'1d'", holds: 'types.Duration | null' },
  { type: 'other', column: 'UUID({ required: true })', value: 'randomUUID()', holds: 'types.Uuid' },
  { type: 'moment', column: 'TimeUUID()', value: 'types.TimeUuid.now()', holds: 'types.TimeUuid | null' },
  { type: 'address', column: 'Inet({ hidden: true })', value: "'127.0.0.1'", holds: 'types.InetAddress | null' },
  { type: 'list', column: 'List(c.Integer())', value: '[1]', holds: 'number[]', operator: 'contains' },
  { type: 'set', column: 'Set(c.Text)', value: "['a']", holds: 'Set<string>' },
  { type: 'map', column: 'Map(c.Text, c.Double())', value: '{ a: 1 }', holds: 'Map<string, number>' },
  { type: 'nested', column: 'Map(c.UUID, c.List(c.BigInt))', value: 'new Map([[randomUUID(), [1n]]])', holds: 'Map<types.Uuid, bigint[]>' },
  { type: 'pair', column: 'Tuple(c.Integer, c.Text())', value: "[1, 'a'] as const", holds: '[number | null, string | null] | null' },
  { type: 'vector', column: 'Vector(c.Float, 3)', value: '[1, 2, 3]', holds: 'Float32Array | null' }
]
const columnsOfEach = 20

interface Model { readonly name: string, readonly table: string, readonly columns: readonly (Kind & { readonly name: string })[] }

/** Columns of all kinds in turn; names that no other model has, so that the compiler cannot reuse the work of another. */
function modelOf (index: number): Model {
  const columns = Array.from({ length: columnsOfEach - 3 }, (_, at) => kinds[(index + at) % kinds.length] as Kind)
  return { name: `Model${index}`, table: `model_${index}`, columns: columns.map((kind) => ({ ...kind, name: `${kind.type}${index}` })) }
}

const imports = (from: string) => `import { randomUUID } from 'node:crypto'
import { CQLAlchemy, types } from '${from}'

const db = new CQLAlchemy()
const c = db.columns
`

/** One model with what an app does to it: all columns written, read and assigned, and some of them in queries. */
function program ({ name, table, columns }: Model): string {
  const values = columns.map(({ name, value }) => `${name}: ${value}`).join(', ')
  const filters = columns.flatMap(({ name, value, operator }) => operator === undefined ? [] : [`${name}__${operator}: ${operator === 'in' ? `[${value}]` : operator === 'contains' ? 1 : value}`])
  const [first, second, third] = columns as [Model['columns'][0], Model['columns'][0], Model['columns'][0]]
  return `${imports('fastify-cqlalchemy/core')}
export class ${name} extends db.Model.define('${table}', {
  id: c.UUID({ primaryKey: true, default: randomUUID }),
  at: c.DateTime({ primaryKey: true, clusteringOrder: 'desc' }),
  title: c.Text({ required: true }),
${columns.map(({ name, column }) => `  ${name}: c.${column}`).join(',\n')}
}, { description: 'one of many' }).as<${name}>() {
  label () { return \`\${this.title} \${this.at.toISOString()}\` }
}

export async function use (): Promise<void> {
  const created: ${name} = await ${name}.create({ at: new Date(), title: 'a', ${values} }, { ttl: 60 })
  const { id, at, title } = created
${columns.map(({ name, holds }) => `  const ${name}: ${holds} = created.${name}`).join('\n')}
  const all: ${name}[] = await ${name}.filter({ id, at__gte: at, ${filters.join(', ')} }).orderBy('-at').limit(10).all()
  const one: ${name} = await ${name}.get({ id, at })
  const first: ${name} | null = await ${name}.objects.first()
  one.title = [title, first?.label(), all[0]?.label()].join()
${columns.map(({ name }) => `  one.${name} = ${name}`).join('\n')}
  await one.save()
  await one.update({ title: 'b', ${first.name}: ${first.value} })
  await ${name}.filter({ id, at }).ttl(5).update({ ${second.name}: ${second.value}, ${third.name}: ${third.value} })
  const part = await ${name}.objects.only('title', '${first.name}').get({ id, at })
  const read: ${first.holds} = part.${first.name}
  for await (const { label } of ${name}.filter(${name}.columns.at.gt(at))) label.call(one)
  await ${name}.filter({ id }).delete()
  return void read
}
`
}

/** What must not compile: one line each, and none of them may be without an error. */
const mistakes: readonly ((model: Model, column: Model['columns'][0]) => string)[] = [
  ({ name }, column) => `${name}.filter({ ${column.name}x: ${column.value} })`,
  ({ name }, column) => `${name}.filter({ ${column.name}: ${column.wrong ?? true} })`,
  ({ name }, column) => `${name}.filter({ ${column.name}__unknown: ${column.value} })`,
  ({ name }, column) => `void ${name}.get({ ${column.name}__eq: ${column.wrong ?? true} })`,
  ({ name }, column) => `void ${name}.create({ at: new Date(), title: 'a', ${column.name}: ${column.wrong ?? true} })`,
  ({ name }, column) => `void ${name}.create({ at: new Date(), ${column.name}: ${column.value} })`,
  ({ name }) => `void ${name}.create({ at: new Date(), title: 'a' }, { tll: 5 })`,
  ({ name }, column) => `${name}.hydrate({}).${column.name} = ${column.wrong ?? true}`,
  ({ name }) => `void ${name}.hydrate({}).${name}`,
  ({ name }, column) => `void ${name}.objects.update({ ${column.name}: ${column.wrong ?? true} })`,
  ({ name }) => `void ${name}.objects.update({ id: randomUUID() })`,
  ({ name }) => `void ${name}.hydrate({}).update({ titel: 'a' })`,
  ({ name }, column) => `${name}.objects.only('title', '${column.name}x')`,
  ({ name }) => `${name}.objects.orderBy('-titel')`,
  ({ name }) => `${name}.objects.limit('5')`,
  ({ name }) => `${name}.columns.at.gt('yesterday', true)`,
  ({ table }) => `db.Model.define('${table}', { id: c.UUID({ primaryKye: true, primaryKey: true }) })`,
  ({ table }) => `db.Model.define('${table}', { id: c.UUID({ primaryKey: true }) }, { keyspaces: 'k' })`,
  ({ table }) => `db.Model.define('${table}', { id: c.UUID({ primaryKey: true, default: 5 }) })`,
  ({ table }) => `db.Model.define('${table}', { id: c.UUID() })`,
  ({ table }) => `db.Model.define('${table}', { id: c.Uuid({ primaryKey: true }) })`
]

/** A mistake with each model, in turn, and on another column each time round. */
function wrongProgram (models: readonly Model[]): string {
  const wrong = models.map((model, index) => {
    const column = model.columns[index % model.columns.length] as Model['columns'][0]
    return mistakes[index % mistakes.length]?.(model, column)
  })
  return `${imports('fastify-cqlalchemy/core')}${models.map(({ name }) => `import { ${name} } from './${name}.js'\n`).join('')}
void types
${wrong.join(' // wrong\n')} // wrong
`
}

const compilerOptions = { target: 'es2022', module: 'nodenext', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true, noEmit: true }

/** Writes the project into an empty folder. `wrong.ts` has the mistakes: its lines that end with `// wrong`. */
export async function writeManyModels (folder: string, count: number, { withMistakes = false } = {}): Promise<void> {
  const models = Array.from({ length: count }, (_, index) => modelOf(index))
  const files = new Map(models.map((model) => [`${model.name}.ts`, program(model)]))
  if (withMistakes) files.set('wrong.ts', wrongProgram(models))
  files.set('main.ts', `export const models: number = ${count}\n`)
  files.set('package.json', '{ "type": "module" }')
  files.set('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  for (const [name, text] of files) await writeFile(join(folder, name), text)
  // As if it were installed.
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules/fastify-cqlalchemy'), 'junction')
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'junction')
}
