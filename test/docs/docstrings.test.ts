// What editors show: every public member says what it is, has an example where it is used, and every example compiles.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compile } from '../support/compile.js'
import { root } from '../support/root.js'
import { publicDocs } from './public-docs.js'

const docs = publicDocs()

t.test('every public name and member says what it is', async (t) => {
  t.ok(docs.length > 650, `${docs.length} names and members`)
  t.same(docs.filter(({ text }) => text === '').map(({ place }) => place), [])
})

t.test('whatever is called, constructed or caught has an example, and each object on which something is called', async (t) => {
  const used = docs.filter(({ isUsed }) => isUsed)
  t.ok(used.length > 280, `${used.length} of them`)
  t.same(used.filter(({ examples }) => examples.length === 0).map(({ place }) => place), [])
})

/** Each has an example of what to do when it is caught. */
const ourErrors = [
  'BatchError', 'ClosedError', 'ConfigError', 'ConnectionRegistryError', 'CQLEngineError', 'DoesNotExist', 'LWTError', 'ModelDefinitionError', 'MultipleObjectsReturned',
  'NoConfigError', 'OverloadedError', 'PageTokenError', 'PolymorphicModelError', 'QueryError', 'SchemaError', 'UndefinedKeyspaceError', 'UserTypeError', 'ValidationError'
]

const names = ['randomUUID', 'express', 'expressErrors', 'expressScope', 'expressShutdown', 'CassandraStartError', 'mockClient', 'resetTables', 'startCassandra', 'cql', 'toHttpError', 'types', 'errors', 'CQLAlchemy', 'Fastify', 'fastifyCqlalchemy', ...ourErrors].join(', ')

/** What examples may use. */
const preamble = `
import { randomUUID } from 'node:crypto'
import express from 'express'
import Fastify from 'fastify'
import fastifyCqlalchemy, * as cql from 'fastify-cqlalchemy'
import { expressErrors, expressScope, expressShutdown } from 'fastify-cqlalchemy/express'
import { CassandraStartError, mockClient, resetTables, startCassandra } from 'fastify-cqlalchemy/testing'
const { CQLAlchemy, toHttpError, types, errors, ${ourErrors.join(', ')} } = cql
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
export { ${names} }
`

t.test('every example compiles', async (t) => {
  const folder = join(root, 'build/examples-of-comments')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'models.ts'), preamble)
  const examples = docs.flatMap(({ place, examples }) => examples.map((text) => ({ place, text })))
  t.ok(examples.length > 280, `${examples.length} examples`)
  const blocks = examples.map(({ place, text }) => `// ${place}\nasync () => {\n${text}\n}\n`)
  const all = `app, db, c, f, Address, User, UserByEmail, Post, Visits, Pet, post, id, ${names}`
  writeFileSync(join(folder, 'examples.ts'), `import { ${all} } from './models.js'\nvoid [${all}]\nvoid [\n${blocks.join(',\n')}]\n`)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'nodenext', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true, noEmit: true },
    include: ['*.ts']
  }))
  t.equal(await compile(folder), '')
})
