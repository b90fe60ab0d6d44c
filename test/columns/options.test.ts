// Mistakes in a declaration, told when it is made.
import t from 'tap'
import { columns as c } from '../../src/cqlengine/columns/factories.js'
import { ModelDefinitionError } from '../../src/cqlengine/errors.js'

type Loose = (...given: unknown[]) => { cql: string, options: Record<string, unknown> }
const loose = c as unknown as Record<keyof typeof c, Loose>
const error = (message: RegExp): { code: string, message: RegExp } => ({ code: 'CQL_MODEL_DEFINITION', message })

t.test('COL-11 B17 unknown options and wrong values', (t) => {
  t.throws(() => loose.Text({ maxLenght: 5 }), error(/columns\.Text: unknown option "maxLenght" \(did you mean maxLength\?\); there are primaryKey/))
  t.throws(() => loose.Integer({ maxLength: 5 }), error(/columns\.Integer: unknown option "maxLength"/))
  t.throws(() => loose.Text({ frozen: true }), error(/unknown option "frozen"/))
  t.throws(() => loose.Text(JSON.parse('{"__proto__": true}')), error(/unknown option "__proto__"/))
  t.throws(() => loose.Text({ constructor: true }), error(/unknown option "constructor"/))
  for (const wrong of [null, 5, 'required', [], new Date(), () => 1]) t.throws(() => loose.Text(wrong), ModelDefinitionError)
  for (const flag of ['primaryKey', 'partitionKey', 'required', 'static', 'customIndex', 'discriminatorColumn', 'hidden']) {
    t.throws(() => loose.Text({ [flag]: 'yes' }), error(/must be true or false/))
  }
  t.throws(() => loose.Text({ dbField: '' }), error(/dbField must be a string that is not empty/))
  t.throws(() => loose.Text({ validate: /x/ }), error(/validate must be a function/))
  t.throws(() => loose.Text({ description: 5 }), error(/description must be a string/))
  t.end()
})

t.test('TYP-01 lengths that make no sense', (t) => {
  t.throws(() => c.Text({ minLength: -1 }), error(/0 or more/))
  t.throws(() => c.Text({ maxLength: -1 }), error(/0 or more/))
  t.throws(() => c.Text({ minLength: 1.5 }), error(/whole number/))
  t.throws(() => c.Ascii({ minLength: 3, maxLength: 2 }), error(/maxLength is 2, but minLength is 3/))
  t.throws(() => c.Text({ required: true, maxLength: 0 }), error(/maxLength is 0, but a required text/))
  t.ok(c.Text({ required: true, minLength: 0, maxLength: 0 }))
  t.end()
})

t.test('COL-08 clusteringOrder', (t) => {
  t.throws(() => loose.Text({ clusteringOrder: 'up' }), error(/"asc" or "desc"/))
  t.equal(loose.Text({ primaryKey: true, clusteringOrder: 'DESC' }).options.clusteringOrder, 'desc')
  t.end()
})

t.test('COL-06 a default that can never be written', (t) => {
  t.throws(() => loose.Integer({ default: 'x' }), error(/columns\.Integer: the default must be a whole number/))
  t.throws(() => c.Text({ default: 'long', maxLength: 2 }), error(/the default must have at most 2/))
  t.throws(() => loose.List(c.Text, { default: [1] }), error(/the default element 0: must be a string/))
  for (const falsy of [0, null, undefined]) t.ok(loose.Integer({ default: falsy }))
  t.ok(c.UUID({ default: () => 'judged when it is called' }))
  t.end()
})

t.test('COL-11 TYP-08 counters', (t) => {
  for (const option of ['primaryKey', 'partitionKey', 'default', 'index', 'discriminatorColumn']) t.throws(() => loose.Counter({ [option]: true }), error(/unknown option/))
  t.ok(c.Counter({ dbField: 'n', static: true, description: 'x' }))
  t.end()
})

t.test('COL-03 indexes', (t) => {
  t.throws(() => loose.Text({ index: 'sai' }), error(/option index must be/))
  t.throws(() => loose.Text({ index: ['sai'] }), error(/an index must be an object/))
  t.throws(() => loose.Text({ index: { method: 'sai' } }), error(/unknown option "method" of an index/))
  t.throws(() => loose.Text({ index: { name: 'x"y' } }), error(/letters, digits/))
  t.throws(() => loose.Text({ index: { target: 'all' } }), error(/"values", "keys"/))
  t.throws(() => loose.Text({ index: { options: { a: null } } }), error(/object of strings, numbers and booleans/))
  t.strictSame(c.Text({ index: { using: 'sai' } }).options.index, [{ using: 'sai' }])
  t.strictSame(c.Text({ index: true }).options.index, true)
  t.end()
})

t.test('COL-01 keys', (t) => {
  t.throws(() => c.Text({ primaryKey: true, static: true }), error(/cannot be static/))
  t.throws(() => c.Text({ primaryKey: false, partitionKey: true }), error(/leave out primaryKey/))
  t.throws(() => c.List(c.Text, { primaryKey: true, frozen: false }), error(/must be frozen/))
  t.throws(() => c.Duration({ primaryKey: true }), error(/columns\.Duration: The primary key cannot hold durations/))
  t.throws(() => c.Tuple(c.Integer, c.List(c.Duration), { partitionKey: true }), error(/durations/))
  t.equal(c.List(c.Text, { primaryKey: true }).cql, 'frozen<list<text>>')
  t.equal(c.Map(c.Text, c.Text, { partitionKey: true }).cql, 'frozen<map<text, text>>')
  t.end()
})

t.test('TYP-20 TYP-21 TYP-22 TYP-23 what stands inside', (t) => {
  for (const wrong of [undefined, null, 5, 'text', {}, String, () => 'text', class {}]) {
    t.throws(() => loose.List(wrong), error(/columns\.List: expected a column/))
    t.throws(() => loose.Set(wrong), error(/columns\.Set: expected a column/))
    t.throws(() => loose.Map(c.Text, wrong), error(/columns\.Map: expected a column/))
    t.throws(() => loose.Vector(wrong, 3), error(/columns\.Vector: expected a column/))
  }
  t.throws(() => loose.Tuple(), error(/at least one type/))
  t.throws(() => loose.Tuple({ required: true }), error(/at least one type/))
  t.throws(() => loose.Tuple(c.Text, 5), error(/columns\.Tuple: expected a column/))
  t.equal(c.Tuple(c.Text, c.Integer, undefined as { required: true } | undefined).cql, 'tuple<text, int>', 'undefined is no options, as in all columns')
  t.throws(() => loose.Tuple(undefined), error(/at least one type/))
  t.throws(() => c.Set(c.Duration), error(/A set cannot hold durations/))
  t.throws(() => c.Map(c.Duration, c.Text), error(/The keys of a map cannot hold durations/))
  for (const make of [() => c.List(c.Counter), () => c.Set(c.Counter), () => c.Map(c.Text, c.Counter), () => c.Tuple(c.Counter), () => c.Vector(c.Counter, 2)]) t.throws(make, error(/counters/))
  for (const dimensions of [0, -1, 1.5, NaN, '3', undefined, 2 ** 31]) t.throws(() => loose.Vector(c.Float, dimensions), error(/dimensions/))
  t.equal(c.List(c.List(c.Integer)).cql, 'list<frozen<list<int>>>')
  t.equal(c.Map(c.Text, c.List(c.Text())).cql, 'map<text, frozen<list<text>>>')
  t.equal(c.Set(c.Tuple(c.Integer, c.Integer)).cql, 'set<frozen<tuple<int, int>>>')
  t.equal(c.Tuple(c.Set(c.Text), c.Tuple(c.Integer)).cql, 'tuple<frozen<set<text>>, frozen<tuple<int>>>')
  t.equal(c.List(c.Vector(c.Float, 3), { frozen: true }).cql, 'frozen<list<vector<float, 3>>>')
  t.equal(c.Vector(c.List(c.Text), 2).cql, 'vector<frozen<list<text>>, 2>')
  t.end()
})

t.test('COL-04 COL-05 COL-09 COL-10 options that the model reads', (t) => {
  const given = { customIndex: true, dbField: 'f', discriminatorColumn: true, static: true, description: 'x', hidden: true } as const
  t.strictSame(c.Text(given).options, given)
  t.strictSame(c.Text({ dbField: undefined }).options, {}, 'undefined is as good as absent')
  t.end()
})

t.test('COL-15 COL-16 a column of a model makes conditions; one of no model cannot', (t) => {
  const year = c.Integer().named('year')
  t.match(year.gte(5), { column: 'year', operator: 'gte', value: 5 })
  t.match(c.Map(c.Text, c.Integer).named('scores').entry('a', 1), { column: 'scores', operator: 'entry', value: ['a', 1] })
  t.match(c.Vector(c.Float, 2).named('v').ann([1, 2]), { column: 'v', vector: [1, 2] })
  t.throws(() => c.Integer().eq(5), { code: 'CQL_QUERY', message: /belongs to no model/ })
  t.equal(year.cql, 'int')
  t.end()
})

t.test('COL-12 columns are values: one may stand under several names', (t) => {
  const column = c.Text({ required: true })
  const [a, b] = [column.named('a'), column.named('b')]
  t.equal(a.type, b.type)
  t.equal(a.options, column.options)
  t.strictSame([column.name, a.name, b.name], [undefined, 'a', 'b'])
  t.end()
})

t.test('columns and their options are immutable', (t) => {
  const given = { required: true, index: [{ using: 'sai' }] }
  const column = c.Text(given)
  given.required = false
  given.index.push({ using: 'sasi' })
  t.strictSame(column.options, { required: true, index: [{ using: 'sai' }] })
  t.throws(() => { (column.options as { required: boolean }).required = false }, TypeError)
  t.throws(() => { (c as { Text: unknown }).Text = 1 }, TypeError)
  t.equal(c.Bytes().cql, 'blob')
  t.end()
})
