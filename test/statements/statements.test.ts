// The texts of statements: golden strings (STM rows), with ? for every value.
import t from 'tap'
import type { ChangeKind } from '../../src/cqlengine/columns/cql-type.js'
import { operators } from '../../src/cqlengine/columns/expression.js'
import { assignment } from '../../src/cqlengine/statements/assignment.js'
import { literal, qualified, quote } from '../../src/cqlengine/statements/identifiers.js'
import { relation, tokenRelation } from '../../src/cqlengine/statements/relation.js'
import { select } from '../../src/cqlengine/statements/select.js'
import { insert, remove, update } from '../../src/cqlengine/statements/write.js'
import fc from '../support/random.js'

const table = '"k"."t"'

t.test('STM-01 SELECT', async (t) => {
  const golden: [parts: Parameters<typeof select>[0], text: string][] = [
    [{ table, what: ['"f"'] }, 'SELECT "f" FROM "k"."t"'],
    [{ table, what: ['"f1"', '"f2"'] }, 'SELECT "f1", "f2" FROM "k"."t"'],
    [{ table, what: ['COUNT(*)'] }, 'SELECT COUNT(*) FROM "k"."t"'],
    [{ table, what: ['"f"'], distinct: true }, 'SELECT DISTINCT "f" FROM "k"."t"'],
    [{ table, what: ['"f"'], where: [] }, 'SELECT "f" FROM "k"."t"'],
    [{ table, what: ['"f"'], where: ['"a" = ?', '"b" > ?'] }, 'SELECT "f" FROM "k"."t" WHERE "a" = ? AND "b" > ?'],
    [{ table, what: ['"f"'], groupBy: ['"a"', '"b"'] }, 'SELECT "f" FROM "k"."t" GROUP BY "a", "b"'],
    [{ table, what: ['"f"'], orderBy: ['"x" DESC', '"y" ASC'] }, 'SELECT "f" FROM "k"."t" ORDER BY "x" DESC, "y" ASC'],
    [
      { table, what: ['"f"'], distinct: true, where: ['"a" = ?'], groupBy: ['"a"'], orderBy: ['"x" ASC'], perPartitionLimit: true, limit: true, allowFiltering: true },
      'SELECT DISTINCT "f" FROM "k"."t" WHERE "a" = ? GROUP BY "a" ORDER BY "x" ASC PER PARTITION LIMIT ? LIMIT ? ALLOW FILTERING'
    ]
  ]
  for (const [parts, text] of golden) t.equal(select(parts), text)
})

t.test('STM-02 INSERT', async (t) => {
  t.equal(insert(table, ['"a"', '"c"'], {}, false), 'INSERT INTO "k"."t" ("a", "c") VALUES (?, ?)')
  t.equal(insert(table, ['"a"'], { ttl: true }, true), 'INSERT INTO "k"."t" ("a") VALUES (?) IF NOT EXISTS USING TTL ?')
  t.equal(insert(table, ['"a"'], { ttl: true, timestamp: true }, false), 'INSERT INTO "k"."t" ("a") VALUES (?) USING TTL ? AND TIMESTAMP ?')
  t.equal(insert(table, ['"a"'], { timestamp: true }, false), 'INSERT INTO "k"."t" ("a") VALUES (?) USING TIMESTAMP ?')
})

t.test('STM-03 STM-13 UPDATE', async (t) => {
  t.equal(update(table, ['"a" = ?', '"c" = ?'], ['"p" = ?'], {}, undefined), 'UPDATE "k"."t" SET "a" = ?, "c" = ? WHERE "p" = ?')
  t.equal(update(table, ['"a" = ?'], ['"p" = ?', '"q" = ?'], { ttl: true, timestamp: true }, ['"f" = ?', '"g" != ?']), 'UPDATE "k"."t" USING TTL ? AND TIMESTAMP ? SET "a" = ? WHERE "p" = ? AND "q" = ? IF "f" = ? AND "g" != ?')
  t.equal(update(table, ['"a" = ?'], ['"p" = ?'], {}, 'exists'), 'UPDATE "k"."t" SET "a" = ? WHERE "p" = ? IF EXISTS')
})

t.test('STM-04 DELETE', async (t) => {
  t.equal(remove(table, [], ['"p" = ?'], {}, undefined), 'DELETE FROM "k"."t" WHERE "p" = ?')
  t.equal(remove(table, ['"a"', '"b"'], ['"p" = ?', '"c" > ?'], { timestamp: true }, undefined), 'DELETE "a", "b" FROM "k"."t" USING TIMESTAMP ? WHERE "p" = ? AND "c" > ?')
  t.equal(remove(table, [], ['"p" = ?'], { ttl: true }, 'exists'), 'DELETE FROM "k"."t" WHERE "p" = ? IF EXISTS', 'a deletion has no TTL')
  t.equal(remove(table, [], ['"p" IN ?'], {}, ['"f" = ?']), 'DELETE FROM "k"."t" WHERE "p" IN ? IF "f" = ?')
})

t.test('STM-05 OPR-01 relations have one marker, entries two', async (t) => {
  t.same(operators.map((o) => relation('"a"', o)), [
    '"a" = ?', '"a" != ?', '"a" > ?', '"a" >= ?', '"a" < ?', '"a" <= ?', '"a" IN ?', '"a" LIKE ?', '"a" CONTAINS ?', '"a" CONTAINS KEY ?', '"a"[?] = ?'
  ])
  t.equal(tokenRelation(['"p"', '"q"'], 'gt'), 'token("p", "q") > token(?, ?)')
})

t.test('STM-07 STM-08 STM-09 STM-10 STM-11 assignments', async (t) => {
  const golden: Record<ChangeKind, string> = {
    assign: '"s" = ?', append: '"s" = "s" + ?', prepend: '"s" = ? + "s"', add: '"s" = "s" + ?', remove: '"s" = "s" - ?', update: '"s" = "s" + ?', increment: '"s" = "s" + ?', decrement: '"s" = "s" - ?', field: '"s"."f" = ?'
  }
  for (const [kind, text] of Object.entries(golden)) t.equal(assignment('"s"', kind as ChangeKind, 'f'), text)
})

t.test('B34 whatever a name holds, it stays one identifier', async (t) => {
  t.equal(quote('a"; DROP TABLE x; --'), '"a""; DROP TABLE x; --"')
  t.equal(qualified('K"s', 't'), '"K""s"."t"')
  t.equal(literal("o'clock"), "'o''clock'")
  fc.assert(fc.property(fc.string(), (name) => {
    const inside = quote(name).slice(1, -1)
    return inside.replaceAll('""', '').includes('"') === false && inside.replaceAll('""', '"') === name
  }))
  t.pass('for any text')
})
