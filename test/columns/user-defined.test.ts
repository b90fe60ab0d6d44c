// User types as values: conversion, equality, changes, JSON, and the real server.
import t from 'tap'
import { checkValue } from '../../src/cqlengine/columns/check.js'
import { columnSchema } from '../../src/cqlengine/columns/column-schema.js'
import type { AnyColumn, Columns } from '../../src/cqlengine/columns/column.js'
import type { UserTypeLike } from '../../src/cqlengine/columns/cql-type.js'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import type { AnyUserTypeClass } from '../../src/cqlengine/columns/factories-api.js'
import { encodingOf, ownEncoding, ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import type { Client } from '../../src/cqlengine/driver.js'
import { UserTypeValue } from '../../src/cqlengine/model/user-type.js'
import { connectedClient, uniqueKeyspace } from '../support/cassandra.js'
import { needs5 } from '../support/needs-5.js'
import { brokenRule } from './broken-rule.js'

/** Fields by name: the compiler's view of classes made at run time is no concern of these tests. */
type Fields = Record<string, unknown>
type Define = (name: string, fields: Columns) => (new (values?: Fields) => Fields) & { readonly typeName: string, readonly columns: Columns }
const define: Define = (name, fields) => UserTypeValue.define(name, fields) as unknown as ReturnType<Define>

class Geo extends define('geo', { lat: c.Double({ required: true }), lon: c.Double({ dbField: 'long itude' }) }) {
  #secret = 42
  get text (): string { return `${String(this['lat'])},${this.#secret}` }
}
class Address extends define('Address', {
  street: c.Text({ required: true, maxLength: 20 }), geo: c.UserDefinedType(Geo), tags: c.Set(c.Text), since: c.DateTime(), note: c.Text({ hidden: true, default: 'none' })
}) {}
class Castle extends Address { towers = 4 }

const home = c.UserDefinedType(Address)
const { type } = home
const street = { street: 'Elm', geo: { lat: 1, lon: 2 }, tags: ['a'] }
const made = (values: unknown = street): Fields => checkValue(home, values) as Fields

t.test('TYP-24 UDT-04 UDT-08 a plain object becomes an instance, its fields converted', (t) => {
  const address = made()
  t.ok(address instanceof Address)
  t.ok(address['geo'] instanceof Geo)
  t.equal((address['geo'] as Geo).text, '1,42', 'with private members')
  t.strictSame(address['tags'], new Set(['a']))
  t.equal(address['since'], null)
  t.equal(address['note'], 'none')
  t.equal(checkValue(home, address), address, 'which stays the same from then on')
  t.end()
})

t.test('UDT-06 an instance is checked again, and one that needs converting is made anew', (t) => {
  const address = made()
  address['since'] = '2020-02-03'
  const checked = made(address)
  t.not(checked, address)
  t.equal(address['since'], '2020-02-03', 'the given one is as it was')
  t.strictSame(checked['since'], new Date('2020-02-03'))
  address['street'] = 5
  t.equal(brokenRule(() => checkValue(home, address)), 'type')
  t.end()
})

t.test('a subclass stays one', (t) => {
  const castle = new Castle({ street: 'Hill', since: 5 })
  const checked = made(castle)
  t.ok(checked instanceof Castle)
  t.equal(checked['towers'], 4)
  t.ok(type.copy(castle) instanceof Castle)
  t.end()
})

t.test('UDT-06 B17 what is refused, with the field in the message', (t) => {
  const rows: readonly (readonly [unknown, string, RegExp])[] = [
    [{}, 'required', /^street: must not be null/],
    [{ street: null }, 'required', /^street:/],
    [{ street: '' }, 'length', /^street: must have at least 1/],
    [{ street: 'x'.repeat(21) }, 'length', /^street: must have at most 20/],
    [{ street: 'x', city: 'y' }, 'unknown', /has no field "city", only street, geo/],
    [{ street: 'x', geo: { lat: '1' } }, 'type', /^geo: lat: must be a number/],
    [{ street: 'x', geo: {} }, 'required', /^geo: lat:/],
    [{ street: 'x', tags: [5] }, 'type', /^tags: element 0:/],
    [JSON.parse('{"street": "x", "__proto__": {}}'), 'unknown', /"__proto__"/],
    [[], 'type', /must be an instance of Address or a plain object/],
    ['Elm', 'type', /plain object/],
    [new Geo({ lat: 1 }), 'type', /plain object/],
    [new Map([['street', 'x']]), 'type', /plain object/],
    [{ get street () { throw new Error('secret') } }, 'unreadable', /cannot be read/]
  ]
  for (const [value, rule, message] of rows) {
    t.equal(brokenRule(() => checkValue(home, value)), rule)
    t.throws(() => checkValue(home, value), { message })
  }
  t.end()
})

t.test('UDT-05 B05 equal field by field, deep; a copy stays', (t) => {
  const address = made()
  const copy = type.copy(address)
  t.ok(type.equals(address, made()))
  ;(address['geo'] as Fields)['lat'] = 3
  t.notOk(type.equals(address, copy), 'a change in place is seen')
  t.strictSame(type.changes(copy, address), [{ kind: 'assign', value: address }])
  const set = c.Set(c.UserDefinedType(Geo)).type
  t.equal((set.convert([{ lat: 1 }, { lat: 1 }, { lat: 2 }]) as Set<unknown>).size, 2, 'equal ones are one element')
  const empty = made({ street: 'x' })
  const none = Object.assign(made({ street: 'x' }), { tags: null })
  t.ok(type.equals(empty, none), 'an empty collection is as good as null')
  t.end()
})

t.test('UDT-11 fields of a type that is not frozen change one by one, by their names in the database', (t) => {
  const { type } = c.UserDefinedType(Geo, { frozen: false })
  t.equal(type.cql, '"geo"')
  t.equal(type.frozen().cql, 'frozen<"geo">')
  const geo = (lat: number, lon: number | null): object => type.convert({ lat, lon }) as object
  t.strictSame(type.changes(geo(1, 2), geo(1, 3)), [{ kind: 'field', value: ['long itude', 3] }])
  t.strictSame(type.changes(geo(1, 2), geo(1, null)), [{ kind: 'field', value: ['long itude', null] }])
  t.strictSame(type.changes(geo(1, 2), geo(3, 4)).map(({ kind }) => kind), ['assign'])
  t.strictSame(type.changes(null, geo(3, 4)).map(({ kind }) => kind), ['assign'])
  t.strictSame(type.changes(geo(3, 4), null), [{ kind: 'assign', value: null }])
  t.strictSame(type.changes(geo(3, 4), geo(3, 4)), [])
  t.equal(type.changeToDriver({ kind: 'field', value: ['long itude', 3] }, ownEncoding), 3)
  t.strictSame(type.convertChange('field', ['lon', 5]), ['long itude', 5])
  t.equal(brokenRule(() => type.convertChange('field', ['lat', null])), 'required')
  t.equal(brokenRule(() => type.convertChange('field', ['nope', 1])), 'unknown')
  t.equal(brokenRule(() => c.UserDefinedType(Geo).type.convertChange('field', ['lat', 1])), 'operation')
  t.end()
})

t.test('UDT-02 names, inner types first', (t) => {
  t.equal(type.cql, 'frozen<"Address">')
  t.equal(c.List(home).cql, 'list<frozen<"Address">>')
  t.equal(c.List(c.UserDefinedType(Geo, { frozen: false })).cql, 'list<frozen<"geo">>')
  t.strictSame(c.Map(c.UserDefinedType(Geo), c.List(home)).type.userTypes(), [Geo, Address])
  t.throws(() => c.UserDefinedType(class {} as AnyUserTypeClass), { code: 'CQL_MODEL_DEFINITION' })
  t.throws(() => c.UserDefinedType(UserTypeValue as unknown as AnyUserTypeClass), { code: 'CQL_MODEL_DEFINITION' })
  t.throws(() => c.UserDefinedType(define('d', { d: c.List(c.Duration) }), { primaryKey: true }), { code: 'CQL_MODEL_DEFINITION' })
  t.equal(c.UserDefinedType(Geo, { default: { lat: 1 } }).options.default.lat, 1)
  t.throws(() => c.UserDefinedType(Geo, { default: { lat: 'x' } }), { code: 'CQL_MODEL_DEFINITION', message: /lat/ })
  t.end()
})

t.test('the JSON form leaves out hidden fields, and the schema says the same', (t) => {
  const json = { street: 'Elm', geo: { lat: 1, lon: 2 }, tags: ['a'], since: null }
  t.strictSame(JSON.parse(JSON.stringify(type.toJSON(made()))), json)
  t.ok(type.equals(made(json), made()))
  class Loud extends Address { toJSON (): string { return 'loud' } }
  t.equal(type.toJSON(new Loud(street)), 'loud', 'a toJSON of the user is used')
  t.strictSame(columnSchema(home, 'output'), {
    type: 'object',
    properties: {
      street: { type: 'string' },
      geo: { type: 'object', properties: { lat: { type: 'number', nullable: true }, lon: { type: 'number', nullable: true } }, required: ['lat'], additionalProperties: false, nullable: true },
      tags: { type: 'array', items: { type: 'string' }, uniqueItems: true, nullable: true },
      since: { type: 'string', format: 'date-time', nullable: true }
    },
    required: ['street'],
    additionalProperties: false
  })
  t.match(columnSchema(home, 'input'), { properties: { street: { minLength: 1, maxLength: 20 }, note: { type: 'string', nullable: true } }, required: ['street'] })
  t.end()
})

t.test('UDT-07 UDT-03 on the server: nested, partial, in collections, all null, unicode', needs5('vectors'), async (t) => {
  const keyspace = await uniqueKeyspace(t)
  const own = await connectedClient(t, { encoding: ownEncodingOptions, keyspace })
  const plain = await connectedClient(t, { keyspace })
  class Loose extends define('loose', { a: c.BigInt(), l: c.List(c.VarInt), m: c.Map(c.Text, c.BigInt), s: c.Set(c.UserDefinedType(Geo)), g: c.UserDefinedType(Geo), t: c.Tuple(c.Integer, c.List(c.Text)), v: c.Vector(c.Float, 2) }) {}
  await create(own, [Geo, Address, Loose])
  const columns: Readonly<Record<string, AnyColumn>> = { home, past: c.List(home), keyed: c.Map(c.UserDefinedType(Geo), c.UserDefinedType(Loose)), loose: c.UserDefinedType(Loose), open: c.UserDefinedType(Geo, { frozen: false }) }
  const names = Object.keys(columns)
  await own.execute(`CREATE TABLE t (k int PRIMARY KEY, ${names.map((n) => `${n} ${columns[n]?.cql}`).join(', ')})`)
  const full = { a: '5', l: [10n ** 30n], m: { x: 1 }, s: [{ lat: 1 }, { lat: 2 }], g: { lat: 9 }, t: [1, ['ü']], v: [1, 2] }
  const rows: readonly Fields[] = [
    { home: street, past: [street, { street: 'ünïcödé 🎈' }], keyed: new Map([[new Geo({ lat: 1 }), full]]), loose: full, open: { lat: 1, lon: 2 } },
    { home: { street: 'x', tags: [], geo: { lat: 5 } }, past: null, keyed: null, loose: {}, open: { lat: 1 } }
  ]
  for (const row of rows) {
    const values = names.map((n) => checkValue(columns[n] as AnyColumn, row[n]))
    for (const client of [own, plain]) {
      if (client === plain && row['keyed'] !== null) continue // its keys are user types, which such a client cannot hold
      const bound = names.map((n, i) => values[i] === null ? null : columns[n]?.type.toDriver(values[i], encodingOf(client)))
      await client.execute(`INSERT INTO t (k, ${names.join(', ')}) VALUES (1, ${names.map(() => '?').join(', ')})`, bound, { prepare: true })
      for (const reader of client === plain || row['keyed'] === null ? [own, plain] : [own]) {
        const found = (await reader.execute('SELECT * FROM t', [], { prepare: true })).first()
        names.forEach((n, i) => {
          const { type } = columns[n] as AnyColumn
          const value = found[n] === null ? null : type.fromDriver(found[n])
          t.ok(value === null ? values[i] === null : type.equals(value, values[i]), `${n} ${type.cql}`)
        })
      }
    }
  }

  const { type } = columns['open'] as AnyColumn
  const [before, after] = [type.convert({ lat: 1, lon: 2 }), type.convert({ lat: 1, lon: 3 })]
  for (const change of type.changes(before, after)) {
    const [field] = change.value as readonly [string]
    await own.execute(`UPDATE t SET open."${field}" = ? WHERE k = 1`, [type.changeToDriver(change, ownEncoding)], { prepare: true })
  }
  t.ok(type.equals(type.fromDriver((await own.execute('SELECT open FROM t', [], { prepare: true })).first()['open']), after), 'UDT-11 a field of a type that is not frozen')
})

async function create (client: Client, userTypes: readonly unknown[]): Promise<void> {
  for (const { typeName, columns } of userTypes as readonly UserTypeLike[]) {
    const fields = Object.entries(columns).map(([name, { type, options }]) => `"${options.dbField ?? name}" ${type.frozen().cql}`)
    await client.execute(`CREATE TYPE "${typeName}" (${fields.join(', ')})`)
  }
}
