import t from 'tap'
import { parseType } from '../../src/cqlengine/columns/parse-type.js'
import { readType, sameType, userTypeNames } from '../../src/cqlengine/columns/type-tree.js'

const equal: readonly (readonly [string, string])[] = [
  ['text', 'varchar'],
  ['TEXT', 'text'],
  ['map<text,int>', 'map< varchar , int >'],
  ['list<frozen<list<int>>>', 'List<list<int>>'],
  ['frozen<map<text, list<int>>>', 'frozen<map<text, frozen<list<int>>>>'],
  ['frozen<list<frozen<map<text, frozen<"Inner">>>>>', 'frozen<list<map<text, "Inner">>>'],
  ['tuple<int, list<text>>', 'frozen<tuple<int, frozen<list<text>>>>'],
  ['vector<float, 3>', 'frozen<vector<float,3>>'],
  ['vector<list<text>, 2>', 'vector<frozen<list<text>>, 2>'],
  ['frozen<"address">', 'frozen<address>'],
  ['frozen<"address">', 'frozen<"shop"."address">'],
  ['frozen<"text">', 'frozen<text>'],
  ['frozen<"list">', 'frozen<list>'],
  ['list<frozen<"select">>', 'list<frozen<"select">>'],
  ['frozen<"a""b;c">', ' frozen< "a""b;c" > '],
  ["'org.apache.X(a=>b)'", "'org.apache.X(a=>b)'"]
]

const different: readonly (readonly [string, string])[] = [
  ['text', 'ascii'],
  ['int', 'bigint'],
  ['list<int>', 'frozen<list<int>>'],
  ['list<int>', 'set<int>'],
  ['map<int, text>', 'map<text, int>'],
  ['"address"', 'frozen<"address">'],
  ['frozen<"Address">', 'frozen<address>'],
  ['frozen<"text">', 'text'],
  ['vector<float, 3>', 'vector<float, 4>'],
  ['tuple<int>', 'tuple<int, int>']
]

for (const [a, b] of equal) t.test(`MGT-10: ${a} means the same as ${b}`, async (t) => { t.ok(sameType(a, b)) })
for (const [a, b] of different) t.test(`MGT-10: ${a} differs from ${b}`, async (t) => { t.notOk(sameType(a, b)) })

t.test('MGT-13: inside a user type everything is frozen, whether or not the text says so', async (t) => {
  t.ok(sameType('list<text>', 'frozen<list<text>>', { frozen: true }))
  t.notOk(sameType('list<text>', 'set<text>', { frozen: true }))
})

t.test('what is no type is none', async (t) => {
  for (const text of ['', 'int; DROP TABLE x', 'list<>', 'list<int', 'list<int>>', 'map<int>', 'vector<float>', 'vector<float, x>', 'list<int> -- x', 'frozen<int', 'a.', '1x', '"', "'", 'int int', 'unknown<int>', '$$']) {
    t.equal(readType(text), undefined, JSON.stringify(text))
  }
})

t.test('the user types of a type are found at any depth', async (t) => {
  const tree = readType('map<frozen<"A">, frozen<list<tuple<int, "b c">>>>')
  t.same(tree === undefined ? [] : userTypeNames(tree), ['A', 'b c'])
})

t.test('in frozen<…> the server means a user type, whatever it is called; where there are none it is the type itself', async (t) => {
  for (const text of ['frozen<date>', 'list<frozen<text>>', 'frozen<list<frozen<"int">>>']) t.throws(() => parseType(text, { userTypes: true }), { code: 'CQL_MODEL_DEFINITION' }, text)
  t.equal(parseType('frozen<date>', { userTypes: false }).cql, 'date')
  t.equal(parseType('list<frozen<text>>', { userTypes: false }).cql, 'list<text>')
  t.throws(() => parseType('frozen<"date">', { userTypes: false }), { code: 'CQL_MODEL_DEFINITION' })
})
