import t from 'tap'
import { done, missingRows, notInJavaScript, prefixOf, rowIds, testsByRow } from '../support/rows.js'

t.test('every row of a finished part of the reference has a test', async (t) => {
  t.same(missingRows(testsByRow()), [])
})

t.test('excuses are given only for rows that exist, belong to a finished part and have no test', async (t) => {
  const tests = testsByRow()
  for (const row of Object.keys(notInJavaScript)) {
    t.ok(done.some((prefix) => prefix === prefixOf(row)) && tests.get(row)?.length === 0, row)
  }
  t.equal(new Set(rowIds).size, 318)
})

t.test('the check finds what is missing', async (t) => {
  // Put together here, for this file is read by the check too.
  const row = (prefix: string, number: string) => `${prefix}-${number}`
  const files = new Map([['test/a.test.ts', `${row('NAM', '01')} ${row('NAM', '02')}, ${row('NAM', '03')}: ${row('NAM', '04')}x`]])
  t.same(missingRows(testsByRow(files), ['NAM'], { [row('NAM', '05')]: 'a reason' }), [row('NAM', '04'), row('NAM', '06')])
  t.same(missingRows(testsByRow(files), [], {}), [])
})
