import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { QueryError } from '../../src/cqlengine/errors.js'
import type { Route } from '../../src/cqlengine/connection/route.js'
import { Scopes } from '../../src/cqlengine/connection/scope.js'
import { deferred } from './fake-client.js'

t.test('outside all scopes nothing holds, and the function runs at once and gives its value', async (t) => {
  const scopes = new Scopes()
  t.equal(scopes.current(), undefined)
  t.equal(scopes.run({ keyspace: 'a' }, () => scopes.current()?.keyspace), 'a')
  t.equal(scopes.current(), undefined)
  t.throws(() => scopes.run({ keyspace: 'a' }, () => { throw new Error('mine') }), { message: 'mine' })
  t.equal(scopes.current(), undefined)
})

t.test('inner scopes override outer ones key by key, whether fixed or asked', async (t) => {
  const outer: Route = { connection: 'c1', keyspace: 'k1' }
  const inner: Route = { keyspace: 'k2' }
  for (const a of [outer, () => outer]) {
    for (const b of [inner, () => inner]) {
      for (const c of [{}, () => undefined, () => ({})]) {
        const scopes = new Scopes()
        t.match(scopes.run(a, () => scopes.run(b, () => scopes.run(c, () => scopes.current()))), { connection: 'c1', keyspace: 'k2' })
        t.match(scopes.run(b, () => scopes.run(a, () => scopes.run(c, () => scopes.current()))), { connection: 'c1', keyspace: 'k1' })
      }
    }
  }
})

t.test('a function is asked whenever a default is needed, so it sees what came later', async (t) => {
  const scopes = new Scopes()
  const request: { user?: string } = {}
  let asked = 0
  const scope = () => {
    asked++
    return request.user === undefined ? undefined : { keyspace: request.user }
  }
  await scopes.run(scope, async () => {
    t.equal(asked, 0)
    t.equal(scopes.current(), undefined)
    await delay(1)
    request.user = 'ann'
    t.match(scopes.current(), { keyspace: 'ann' })
  })
  t.equal(asked, 2)
})

t.test('a function is not asked for what an inner scope has decided', async (t) => {
  const scopes = new Scopes()
  scopes.run(() => t.fail('not needed') as never, () => scopes.run({ connection: 'c', keyspace: 'k' }, () => { t.match(scopes.current(), { connection: 'c', keyspace: 'k' }) }))
})

t.test('what a function throws reaches the caller', async (t) => {
  const scopes = new Scopes()
  scopes.run(() => { throw new TypeError('no tenant') }, () => { t.throws(() => scopes.current(), { constructor: TypeError, message: 'no tenant' }) })
})

t.test('a function that asks for a default itself gets the scope around it', async (t) => {
  const scopes = new Scopes()
  const inner = () => ({ keyspace: `${scopes.current()?.keyspace}-inner` })
  t.match(scopes.run({ keyspace: 'outer' }, () => scopes.run(inner, () => scopes.current())), { keyspace: 'outer-inner' })
  t.match(scopes.run(inner, () => scopes.current()), { keyspace: 'undefined-inner' })
})

t.test('a scope is connection and keyspace, names both, at once', async (t) => {
  const scopes = new Scopes()
  const wrong: [unknown, RegExp][] = [
    ['ks', /object/],
    [['ks'], /object/],
    [7, /number/],
    [{ keyspace: '' }, /keyspace.*not empty/],
    [{ keyspace: 3 }, /keyspace/],
    [{ connection: {} }, /connection/],
    [{ keyspce: 'a' }, /"keyspce"/]
  ]
  for (const [route, message] of wrong) {
    t.throws(() => scopes.run(route as Route, () => t.fail('must not run')), { constructor: QueryError, message })
    scopes.run(() => route as Route, () => { t.throws(() => scopes.current(), { constructor: QueryError, message }) })
  }
  const promise = (async () => { throw new Error('nobody waits for this') }) as unknown as () => undefined
  scopes.run(promise, () => { t.throws(() => scopes.current(), { constructor: QueryError, message: /promise/ }) })
  t.equal(scopes.run({ keyspace: undefined, connection: null } as unknown as Route, () => scopes.current())?.keyspace, undefined)
})

t.test('the object that a scope was made of may change afterwards', async (t) => {
  const scopes = new Scopes()
  const route = { keyspace: 'a' }
  scopes.run(route, () => {
    route.keyspace = 'b'
    t.match(scopes.current(), { keyspace: 'a' })
  })
})

t.test('a scope survives await, timers, streams and event emitters', async (t) => {
  const scopes = new Scopes()
  const seen: Record<string, string | undefined> = {}
  const note = (where: string) => { seen[where] = scopes.current()?.keyspace }
  await scopes.run({ keyspace: 'a' }, async () => {
    await null
    note('await')
    await delay(1)
    note('timer')
    await new Promise<void>((resolve) => { process.nextTick(() => { note('tick'); resolve() }) })
    await new Promise<void>((resolve) => { setImmediate(() => { note('immediate'); resolve() }) })
    for await (const _ of Readable.from(['x'])) note('stream')
    const emitter = new EventEmitter()
    emitter.on('event', () => { note('emitter') })
    emitter.emit('event')
    async function * pages () { for (let page = 0; page < 2; page++) { await delay(1); note('generator'); yield page } }
    for await (const _ of pages()) note('loop')
  })
  t.same(new Set(Object.values(seen)), new Set(['a']))
  t.equal(Object.keys(seen).length, 8)
})

t.test('2,000 interleaved calls of 50 tenants never see each other', async (t) => {
  const scopes = new Scopes()
  let wrong = 0
  const call = async (tenant: string, fixed: boolean) => await scopes.run(fixed ? { keyspace: tenant } : () => ({ keyspace: tenant }), async () => {
    for (let step = 0; step < 5; step++) {
      await (step % 2 === 0 ? delay(Math.random() * 5) : null)
      if (scopes.current()?.keyspace !== tenant) wrong++
    }
  })
  await Promise.all(Array.from({ length: 2000 }, (_, index) => call(`tenant${index % 50}`, index % 2 === 0)))
  t.equal(wrong, 0)
  t.equal(scopes.current(), undefined)
})

t.test('a scope can be entered again where an event loop of others has lost it, as HTTP hooks must', async (t) => {
  const scopes = new Scopes()
  const scope = scopes.open({ keyspace: 'a' })
  const elsewhere = deferred()
  const lost = elsewhere.promise.then(() => scopes.current())
  scope.run(() => { elsewhere.resolve() })
  t.equal(await lost, undefined)
  t.match(scope.run(() => scopes.current()), { keyspace: 'a' })
  t.match(scopes.run({ connection: 'c' }, () => scope.run(() => scopes.current())), { keyspace: 'a', connection: undefined }, 'it lies in the scope where it was opened')
})

t.test('the scopes of two dbs know nothing of each other', async (t) => {
  const [a, b] = [new Scopes(), new Scopes()]
  a.run({ keyspace: 'a' }, () => b.run({ keyspace: 'b' }, () => {
    t.match(a.current(), { keyspace: 'a' })
    t.match(b.current(), { keyspace: 'b' })
  }))
})

t.test('unused, scopes cost nothing: nothing is tracked before the first one', async (t) => {
  const { run, getStore } = AsyncLocalStorage.prototype
  t.teardown(() => { Object.assign(AsyncLocalStorage.prototype, { run, getStore }) })
  let touched = 0
  AsyncLocalStorage.prototype.getStore = function () { touched++; return getStore.call(this) }
  const scopes = new Scopes()
  for (let i = 0; i < 1000; i++) scopes.current()
  t.equal(touched, 0)
  scopes.run({ keyspace: 'a' }, () => scopes.current())
  t.ok(touched > 0, 'the probe sees a use')
})
