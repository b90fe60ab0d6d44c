// Which tests name which row of the reference page of cqlengine: `node build/test/support/rows.js` lists them all.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './root.js'

/** The page's prefixes with the number of their rows: `CON: 22` is CON-01 to CON-22, `B: 46` the defects B01 to B46. */
const rowsByPrefix = {
  CON: 22,
  COL: 16,
  TYP: 27,
  DRT: 12,
  MOD: 19,
  INS: 14,
  DML: 13,
  POL: 8,
  QRY: 29,
  OPR: 8,
  UPD: 12,
  LWT: 8,
  OPT: 7,
  BAT: 13,
  CTX: 6,
  STM: 15,
  UDT: 11,
  NAM: 6,
  MGT: 16,
  FCA: 10,
  B: 46
}

export type Prefix = keyof typeof rowsByPrefix

/** Prefixes whose rows must all be named by a test, or stand in `notInJavaScript`. Add one when its last row is covered. */
export const done: readonly Prefix[] = Object.keys(rowsByPrefix) as Prefix[]

/** Rows that cannot apply here: `this row does not apply to JavaScript, because …`. */
export const notInJavaScript: Readonly<Record<string, string>> = {
  'INS-12': 'JavaScript prints objects by their keys; there is no text form of a class to override',
  'MGT-05': 'an environment variable that only warns guards nothing: syncDb adds only, and runs only when it is called',
  'STM-14': 'statements are made and sent inside; db.execute and db.cql are the way for CQL by hand',
  'FCA-10': 'it names versions that another project was tested with'
}

export const rowIds = Object.entries(rowsByPrefix).flatMap(([prefix, count]) =>
  Array.from({ length: count }, (_, index) => `${prefix}${prefix === 'B' ? '' : '-'}${String(index + 1).padStart(2, '0')}`))

export const prefixOf = (row: string): string => row.replace(/-?\d+$/, '')

/** For each row the test files that name it in the title of a test or assertion, or in a comment. */
export function testsByRow (files: ReadonlyMap<string, string> = testFiles()): Map<string, string[]> {
  const tests = new Map<string, string[]>(rowIds.map((row) => [row, []]))
  for (const [path, text] of files) {
    for (const row of new Set(text.match(/\b(?:[A-Z]{3}-\d{2}|B\d{2})\b/g))) tests.get(row)?.push(path)
  }
  return tests
}

/** Rows of done prefixes that no test names and that nothing excuses. */
export function missingRows (tests: ReadonlyMap<string, readonly string[]>, prefixes: readonly string[] = done, excused = notInJavaScript): string[] {
  return rowIds.filter((row) => prefixes.includes(prefixOf(row)) && tests.get(row)?.length === 0 && !(row in excused))
}

function testFiles (): Map<string, string> {
  const folder = join(root, 'test')
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts')).sort()
  return new Map(paths.map((path) => [join('test', path), readFileSync(join(folder, path), 'utf8')]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [row, tests] of testsByRow()) console.log(`${row.padEnd(6)} ${tests.map((path) => relative('test', path)).join(' ') || notInJavaScript[row] || '–'}`)
}
