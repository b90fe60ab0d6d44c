// What editors show: every public member says what it is, and every example in a comment compiles.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { compile } from '../support/compile.js'
import { root } from '../support/root.js'

const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, root)
const program = ts.createProgram(fileNames, options)
const checker = program.getTypeChecker()

interface Documented { readonly place: string, readonly text: string, readonly examples: readonly string[] }

/** Every exported name of an entry, and every member of the interfaces and classes among them; each overload by itself. */
function * publicDocs (): Generator<Documented> {
  const seen = new Set<ts.Symbol>()
  for (const entry of ['index', 'core', 'express', 'testing']) {
    const file = program.getSourceFile(join(root, `src/${entry}.ts`))
    const module = file && checker.getSymbolAtLocation(file)
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const declarations = symbol.declarations?.filter(isOurs) ?? []
      if (seen.has(symbol) || declarations.length === 0) continue
      seen.add(symbol)
      yield docsOf(`${where(declarations[0]!)}: ${exported.name}`, declarations)
      for (const declaration of declarations) yield * members(exported.name, declaration)
    }
  }
}

function * members (name: string, declaration: ts.Declaration): Generator<Documented> {
  if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return
  for (const member of declaration.members) {
    // Types only (`'~columns'`), private, or not called by its name.
    if (member.name === undefined || !ts.isIdentifier(member.name)) continue
    if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) continue
    const symbol = checker.getSymbolAtLocation(member.name)
    const overloads = symbol?.declarations?.length ?? 1
    // The body of overloads, which nobody sees.
    if (overloads > 1 && ts.isMethodDeclaration(member) && member.body !== undefined) continue
    // Editors show what the base says where a member that overrides it says nothing.
    const inherited = overloads === 1 ? ts.displayPartsToString(symbol?.getDocumentationComment(checker)) : ''
    yield docsOf(`${where(declaration)}: ${name}.${member.name.text}`, [member], inherited)
  }
}

const isOurs = (declaration: ts.Declaration): boolean => !relative(join(root, 'src'), declaration.getSourceFile().fileName).startsWith('..')
const where = (declaration: ts.Declaration): string => relative(root, declaration.getSourceFile().fileName).split(sep).join('/')

function docsOf (place: string, declarations: readonly ts.Node[], inherited = ''): Documented {
  const comments = declarations.flatMap((declaration) => ts.getJSDocCommentsAndTags(declaration)).filter(ts.isJSDoc)
  const tags = comments.flatMap((comment) => comment.tags ?? [])
  const text = (comment: ts.JSDoc | ts.JSDocTag): string => ts.getTextOfJSDocComment(comment.comment) ?? ''
  const own = [...comments.map(text), ...tags.map((tag) => `@${tag.tagName.text} ${text(tag)}`)].join(' ').trim()
  return { place, text: own || inherited, examples: tags.filter((tag) => tag.tagName.text === 'example').map(text) }
}

const docs = [...publicDocs()]

t.test('every public name and member says what it is', async (t) => {
  t.ok(docs.length > 400, `${docs.length} names and members`)
  t.same(docs.filter(({ text }) => text === '').map(({ place }) => place), [])
})

t.test('every builder and terminal of query sets, and every operation of instances and models, has an example', async (t) => {
  const needed = docs.filter(({ place }) => /: (?:QuerySet|InstanceSetters|ModelStatics|ModelClass|RootModel|ViewClass)\.[a-z]\w*$/.test(place) || /: (?:Read)?Instance\.(?:save|update|delete|toObject)$/.test(place))
    .filter(({ place }) => !/\.(?:tableName|keyspace|connection|columns)$/.test(place))
  t.ok(needed.length > 80, `${needed.length} of them`)
  t.same(needed.filter(({ examples }) => examples.length === 0).map(({ place }) => place), [])
})

t.test('every call of db, connections, management, functions, columns, tables without a model and testing has an example', async (t) => {
  const needed = docs.filter(({ place }) => /: (?:Connections\.(?!names|defaultName)|Management\.|Functions\.|NamedQuerySet\.(?!toJSON)|Column\.(?:eq|ne|[gl]te?|in|like|contains\w*|entry|ann)$)\w*$/.test(place) ||
    /: CQLAlchemy\.(?:init|close|setKeyspace|scope|openScope|execute|cql|table|batch|contextQuery|addSchemas|health|status)$/.test(place) || /: (?:startCassandra|mockClient|resetTables)$/.test(place))
  t.ok(needed.length > 75, `${needed.length} of them`)
  t.same(needed.filter(({ examples }) => examples.length === 0).map(({ place }) => place), [])
})

/** What examples may use. */
const preamble = `
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import fastifyCqlalchemy, * as cql from 'fastify-cqlalchemy'
import { mockClient, resetTables, startCassandra } from 'fastify-cqlalchemy/testing'
const { CQLAlchemy, types, errors } = cql
export const app = Fastify()
await app.register(fastifyCqlalchemy)
export const db = new CQLAlchemy()
export const c = db.columns
export const f = db.functions
export class Address extends db.UserType.define('address', { street: c.Text(), city: c.Text() }) {}
export class User extends db.Model.define('user', { uid: c.UUID({ primaryKey: true, default: randomUUID }), name: c.Text({ required: true }), email: c.Text({ index: true }), home: c.UserDefinedType(Address) }).as<User>() {}
export class UserByEmail extends db.Model.view('user_by_email_and_more', User, { partitionKey: ['email'], clusteringKey: ['uid'], only: ['name'] }).as<UserByEmail>() {}
export class Post extends db.Model.define('post', {
  blog: c.Text({ primaryKey: true }), day: c.Integer({ primaryKey: true }), id: c.Integer({ primaryKey: true }), title: c.Text(), author: c.Text({ index: true }),
  stars: c.Integer({ index: { using: 'sai' } }), tags: c.Set(c.Text, { index: true }), past: c.List(c.Text), scores: c.Map(c.Text, c.Integer), price: c.Decimal(),
  embedding: c.Vector(c.Float, 3, { index: { using: 'sai' } })
}).as<Post>() {}
export class Visits extends db.Model.define('visits', { page: c.Text({ primaryKey: true }), count: c.Counter() }).as<Visits>() {}
export class Pet extends db.Model.define('pet', { id: c.UUID({ primaryKey: true, default: randomUUID }), kind: c.Text({ discriminatorColumn: true }) }).as<Pet>() {}
export const post = await Post.get({ blog: 'cats', day: 1, id: 1 })
export const id = randomUUID()
export { randomUUID, mockClient, resetTables, startCassandra, cql, types, errors, CQLAlchemy, Fastify, fastifyCqlalchemy }
`

t.test('every example compiles', async (t) => {
  const folder = join(root, 'build/examples-of-comments')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'models.ts'), preamble)
  const examples = docs.flatMap(({ place, examples }) => examples.map((text) => ({ place, text })))
  t.ok(examples.length > 80, `${examples.length} examples`)
  const blocks = examples.map(({ place, text }) => `// ${place}\nasync () => {\n${text}\n}\n`)
  const names = 'app, db, c, f, Address, User, UserByEmail, Post, Visits, Pet, post, id, randomUUID, mockClient, resetTables, startCassandra, cql, types, errors, CQLAlchemy, Fastify, fastifyCqlalchemy'
  writeFileSync(join(folder, 'examples.ts'), `import { ${names} } from './models.js'\nvoid [${names}]\nvoid [\n${blocks.join(',\n')}]\n`)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'nodenext', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true, noEmit: true },
    include: ['*.ts']
  }))
  t.equal(await compile(folder), '')
})
