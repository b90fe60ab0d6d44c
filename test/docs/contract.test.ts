// docs/contract.md and what cites it: no ID without a row, no row without a test.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../support/root.js'
import { citations, citedIn, contractRows, provingTests, rowsOf, textsIn, withoutComments } from '../support/rows.js'

const page = readFileSync(join(root, 'docs/contract.md'), 'utf8')
const rows = contractRows()

t.test('the rows of each part are numbered from 1 without gaps, under the heading of their part', async (t) => {
  const parts = page.split(/^## .*\((\w+)\)$/m).slice(1)
  t.ok(parts.length > 2, 'there are parts')
  for (let at = 0; at < parts.length; at += 2) {
    const [part, text] = [parts[at]!, parts[at + 1]!]
    const found = rowsOf(text)
    const expected = found.map((_, index) => `${part}${part.length === 1 ? '' : '-'}${String(index + 1).padStart(2, '0')}`)
    t.strictSame(found, expected, part)
    t.match(page, new RegExp(`\\| ${part} \\|`), `${part} is in the table of parts`)
  }
  t.equal(new Set(rows).size, rows.length, 'no ID twice')
  t.equal(page.match(/^- \*\*/gm)?.length, rows.length, 'each entry is a row')
})

t.test('each row is one sentence', async (t) => {
  for (const entry of page.split(/^- (?=\*\*)/m).slice(1)) {
    const text = entry.split(/\n(?:\n|$)/)[0]!.replace(/\s+/g, ' ').trim()
    t.match(text, /\.$/, text)
    t.notMatch(text, /[^.…]\. [A-Z]/, text)
  }
})

t.test('each ID that is cited anywhere is a row', async (t) => {
  const files = textsIn(['src', 'test', 'examples', 'docs', 'bench'], /\.(?:ts|js|md)$/)
  for (const path of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'eslint.config.js', 'tap.config.js']) files.set(path, readFileSync(join(root, path), 'utf8'))
  const unknown = [...citations(files)].filter(([row]) => !rows.includes(row))
  t.same(unknown, [])
})

t.test('each row is proved by a test that names it', async (t) => {
  const tests = citations(provingTests())
  t.same(rows.filter((row) => !tests.has(row)), [])
})

t.test('the check sees what is there and what is not', async (t) => {
  t.same(rowsOf('- **QRY-01** A.\n- **B07** B.\n- QRY-02 no.\n- **R3** no.\n'), ['QRY-01', 'B07'])
  t.same([...citedIn('QRY-01, QRY-02: B07x B08 and UTF-8, AES-256, B1, R12')], ['QRY-01', 'QRY-02', 'B08', 'R12'])
  t.same([...citedIn(withoutComments("// B08\n  /** B09 */\n * B10\nt.test('B11 x', () => {}) // B12\n"))], ['B11', 'B12'])
  t.same([...citations(new Map([['a', 'B08'], ['b', 'B08 R12']]))], [['B08', ['a', 'b']], ['R12', ['b']]])
})
