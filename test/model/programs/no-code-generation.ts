// Run with --disallow-code-generation-from-strings by no-code-generation.test.ts. Of the core alone: what reads the settings (ajv) needs code generation.
import assert from 'node:assert/strict'
import { columns as c } from '../../../src/cqlengine/columns/factories.js'
import { ConnectionRegistry } from '../../../src/cqlengine/connection/registry.js'
import { Scopes } from '../../../src/cqlengine/connection/scope.js'
import { createModel } from '../../../src/cqlengine/model/define.js'
import { Database } from '../../../src/cqlengine/query/operation/database.js'
import { QueryEngine } from '../../../src/cqlengine/query/engine.js'
import { mockClient } from '../../../src/testing/mock-client.js'

assert.throws(() => new Function('return 1')(), EvalError) // eslint-disable-line no-new-func -- that it is forbidden
const registry = new ConnectionRegistry()
const client = mockClient()
await registry.registerConnection('default', { session: client, keyspace: 'k', default: true })
const Model = createModel(new QueryEngine(new Database(registry, new Scopes())))
class Row extends Model.define('row', { id: c.Integer({ primaryKey: true }), ttl: c.Integer(), tags: c.Set(c.Text), n: c.Text() }).as<Row>() {}
await Row.create({ id: 1, ttl: 5, tags: ['a'] })
assert.deepEqual(client.calls.at(-1)?.params, [1, 5, ['a']])
client.reply('SELECT', [{ id: 1, ttl: 5, tags: new Set(['a']), n: null }])
const [row] = await Row.all()
assert.deepEqual({ ...row }, { id: 1, ttl: 5, tags: new Set(['a']), n: null })
row?.tags.add('b')
await row?.save()
assert.equal(client.calls.at(-1)?.cql, 'UPDATE "k"."row" SET "tags" = "tags" + ? WHERE "id" = ?')
const part = (await Row.objects.only('ttl').all())[0]
assert.throws(() => (part as unknown as Row).n, { name: 'QueryError' })
await registry.close()
