import Fastify from 'fastify'
import t from 'tap'
import { ModelDefinitionError } from '../../src/cqlengine/errors.js'
import { addSchemas } from '../../src/model-schemas.js'
import type { SchemaModel } from '../../src/model-schemas.js'

/** A model class as far as schemas go. */
function model (name: string, tableName: string, { keyspace, parent = Object }: { keyspace?: string, parent?: object } = {}): SchemaModel {
  const made = Object.defineProperties(() => {}, {
    name: { value: name },
    tableName: { value: tableName },
    keyspace: { value: keyspace },
    toJSONSchema: { value: ({ for: view, $id }: { for: string, $id: string }) => ({ $id, type: 'object', title: `${name} ${view}` }) }
  })
  return Object.setPrototypeOf(made, parent)
}

function idsOf (models: readonly SchemaModel[], prefix?: string): string[] {
  const ids: string[] = []
  addSchemas({ addSchema: ({ $id }) => ids.push($id as string) }, models, { prefix })
  return ids.filter((id) => !/\.(create|update|key)$/.test(id))
}

t.test('four schemas per model, for Fastify', async (t) => {
  const app = Fastify()
  addSchemas(app, [model('User', 'user')])
  t.strictSame(app.getSchemas(), Object.fromEntries([['user', 'row'], ['user.create', 'create'], ['user.update', 'update'], ['user.key', 'key']]
    .map(([$id, view]) => [$id, { $id, type: 'object', title: `User ${view}` }])))
  addSchemas(app, [model('User', 'user')], { prefix: 'reports' })
  t.ok(app.getSchema('reports.user.key'), 'two instances do not collide')
  await app.close()
})

t.test('names', async (t) => {
  t.strictSame(idsOf([model('User', 'user')], 'reports.'), ['reports.user'])
  t.strictSame(idsOf([model('User', 'user')], 'v1/'), ['v1/user'])
  const pet = model('Pet', 'pet')
  const cat = model('BigCat', 'pet', { parent: pet })
  t.strictSame(idsOf([cat, pet, model('Tiger', 'pet', { parent: cat })]), ['bigCat', 'pet', 'tiger'], 'children are named after their class')
  t.strictSame(idsOf([model('A', 'user', { keyspace: 'a' }), model('B', 'user', { keyspace: 'b' }), model('C', 'user')]), ['a.user', 'b.user', 'user'])
  t.strictSame(idsOf([]), [])
})

t.test('two models of one name: nothing is added', async (t) => {
  const pet = model('Pet', 'pet')
  const added: unknown[] = []
  t.throws(() => { addSchemas({ addSchema: (schema) => added.push(schema) }, [pet, model('Cat', 'pet', { parent: pet }), model('Cats', 'cat')]) }, new ModelDefinitionError('the schemas of Cat and Cats would both be called cat; rename a class or table'))
  t.strictSame(added, [])
})
