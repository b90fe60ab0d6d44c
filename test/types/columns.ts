// What the compiler knows of columns: the value held, what is accepted, the flags that models read. Nothing here runs.
import { CQLAlchemy, columns as c, types } from 'fastify-cqlalchemy'
import type { Equal, Expect } from './expect.js'

interface Facts { readonly value: unknown, readonly input: unknown, readonly flags: unknown, readonly kind: unknown }
type Value<C extends { readonly '~': Facts }> = C['~']['value']
type Input<C extends { readonly '~': Facts }> = C['~']['input']
type Flags<C extends { readonly '~': Facts }> = C['~']['flags']

const uuid = c.UUID({ primaryKey: true })
const text = c.Text({ required: true, maxLength: 5 })
const set = c.Set(c.Text)
const nested = c.List(c.Set(c.Text))
const map = c.Map(c.UUID, c.List(c.BigInt))
const frozen = c.List(c.Text, { default: ['a'], frozen: true, primaryKey: true })
const tuple = c.Tuple(c.Integer, c.Text(), c.List(c.UUID))
const keyTuple = c.Tuple(c.Integer, { primaryKey: true })
const requiredTuple = c.Tuple(c.Integer, c.Text(), { required: true })
const floats = c.Vector(c.Float, 3)
const requiredFloats = c.Vector(c.Float(), 3, { required: true })
const doubles = c.Vector(c.Double, 3)
const lists = c.Vector(c.List(c.Float), 3)
const json = c.custom<{ a: number }>({ cql: 'text', toDatabase: JSON.stringify, fromDatabase: JSON.parse })
const jsons = c.List(json)
const described = c.List(json({ description: 'x' }))

class Geo extends new CQLAlchemy().UserType.define('geo', { lat: c.Double({ required: true }), lon: c.Double() }) {
  get text () { return `${this.lat},${this.lon}` }
}
const geo = c.UserDefinedType(Geo, { frozen: false, default: { lat: 1 } })
const places = c.Map(c.Text, c.UserDefinedType(Geo))

export type Columns = [
  Expect<Equal<Value<typeof uuid>, types.Uuid>>,
  Expect<Equal<Input<typeof uuid>, types.Uuid | string>>,
  Expect<Equal<Flags<typeof uuid>, 'key'>>,
  Expect<Equal<Flags<typeof text>, 'required'>>,
  Expect<Equal<Value<typeof set>, Set<string>>>,
  Expect<Equal<Flags<typeof set>, 'required' | 'default'>>,
  Expect<Equal<Value<typeof nested>, Set<string>[]>>,
  Expect<Equal<Input<typeof nested>, readonly (ReadonlySet<string> | readonly string[])[] | null>>,
  Expect<Equal<Value<typeof map>, Map<types.Uuid, bigint[]>>>,
  Expect<Equal<Flags<typeof frozen>, 'required' | 'default' | 'key' | 'frozen'>>,
  Expect<Equal<Value<typeof tuple>, [number | null, string | null, types.Uuid[] | null]>>,
  Expect<Equal<Value<typeof keyTuple>, [number | null]>>,
  Expect<Equal<Flags<typeof keyTuple>, 'key'>>,
  Expect<Equal<Flags<typeof requiredTuple>, 'required'>>,
  Expect<Equal<Value<typeof floats>, Float32Array>>,
  Expect<Equal<Value<typeof requiredFloats>, Float32Array>>,
  Expect<Equal<Flags<typeof requiredFloats>, 'required'>>,
  Expect<Equal<Value<typeof doubles>, number[]>>,
  Expect<Equal<Value<typeof lists>, number[][]>>,
  Expect<Equal<Value<typeof jsons>, { a: number }[]>>,
  Expect<Equal<Value<typeof described>, { a: number }[]>>,
  Expect<Equal<Value<typeof geo>, Geo>>,
  Expect<Equal<Value<typeof places>, Map<string, Geo>>>
]

// @ts-expect-error a list of what?
c.List()
// @ts-expect-error of columns only
c.List(5)
// @ts-expect-error no such option
c.Text({ maxLenght: 5 })
// @ts-expect-error no such option, beside one that exists
c.Text({ maxLenght: 5, required: true })
// @ts-expect-error nor of a list
c.List(c.Text, { defualt: [], index: true })
// @ts-expect-error nor of a set
c.Set(c.Text, { frosen: true, index: true })
// @ts-expect-error nor of a map
c.Map(c.Text, c.Text, { minLength: 5, index: true })
// @ts-expect-error nor of a tuple
c.Tuple(c.Text, { requierd: true, index: true })
// @ts-expect-error nor of a vector
c.Vector(c.Float, 3, { dimension: 3, index: true })
// @ts-expect-error nor of a user type
c.UserDefinedType(Geo, { frosen: true, index: true })
// @ts-expect-error nor of a column of one's own
json({ requierd: true, index: true })
// @ts-expect-error lengths are for text
c.Integer({ minLength: 5 })
// @ts-expect-error a default of another type
c.Integer({ default: 'x' })
// @ts-expect-error a default with an element of another type
c.List(c.Integer, { default: ['x'] })
// @ts-expect-error a counter is no key
c.Counter({ primaryKey: true })
// @ts-expect-error a tuple of nothing
c.Tuple()
// @ts-expect-error nor of options alone
c.Tuple({ required: true })
// @ts-expect-error asc or desc
c.Text({ clusteringOrder: 'up' })
// @ts-expect-error only text and collections of some kinds can be frozen
c.Text({ frozen: true })
// @ts-expect-error a vector needs its length
c.Vector(c.Float)
// @ts-expect-error a user type, not its name
c.UserDefinedType('geo')
// @ts-expect-error a required field is missing
c.UserDefinedType(Geo, { default: { lon: 1 } })
// @ts-expect-error both functions are needed
c.custom({ cql: 'text', toDatabase: JSON.stringify })
// @ts-expect-error validate judges, it does not convert
c.Text({ validate: (v) => v.length })
