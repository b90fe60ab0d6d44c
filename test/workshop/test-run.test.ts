import t, { type Test } from 'tap'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from '../support/root.js'
import { type Outcome, runScript } from '../support/run-script.js'

const tap = join(dirname(createRequire(import.meta.url).resolve('tap/package.json')), 'dist/esm/run.mjs')
const tapFlags = ['--disable-coverage', '--jobs=2', '--test-env=TAP_TYPE_STRIP_ONLY=1', `--reporter=${join(root, 'test/support/reporter.js')}`]

/** Runs tap with our reporter over files of these contents. */
function runFiles (t: Pick<Test, 'testdir'>, files: Record<string, string>, ...flags: string[]): Promise<Outcome> {
  const contents = Object.entries(files).map(([name, body]) => [`${name}.test.js`, `import t from 'tap'\n${body}\n`])
  const folder = t.testdir({ 'package.json': '{ "type": "module" }', ...Object.fromEntries(contents) })
  return runScript([tap, ...tapFlags, ...flags, ...Object.keys(files).map((name) => `${name}.test.js`)], folder)
}

t.test('all well: exit code 0 and a line per file', async (t) => {
  const outcome = await runFiles(t, { a: "t.test('one', async (t) => { t.ok(1); t.equal(2, 2) })", b: 't.ok(1)' })
  t.equal(outcome.lastLine, '3 passed, 0 failed')
  t.equal(outcome.code, 0)
  t.match(outcome.stdout, /^✓ a\.test\.js \(\d+\.\d s\)\n✓ b\.test\.js/)
})

t.test('failed assertions are told with their place and difference, and end in exit code 1', async (t) => {
  const outcome = await runFiles(t, {
    bad: "t.test('outer', async (t) => {\n  t.test('inner', async (t) => { t.equal(1, 2, 'one is two') })\n  t.ok(true)\n})",
    skips: "t.test('later', { skip: 'no reason' }, async () => {})\nt.ok(1)"
  })
  t.equal(outcome.lastLine, '2 passed, 1 failed, 1 skipped')
  t.equal(outcome.code, 1)
  t.match(outcome.stdout, '✗ bad.test.js')
  t.match(outcome.stdout, '  ✗ outer › inner › one is two\n')
  t.match(outcome.stdout, /bad\.test\.js:3:/)
  t.match(outcome.stdout, /-2\n\s*\+1/)
  t.match(outcome.stdout, 'Failed:\n  bad.test.js › outer › inner › one is two\n')
})

t.test('a file that crashes, is killed or does not load counts as failed', async (t) => {
  const files = {
    throws: "t.ok(1)\nthrow new Error('at the top')",
    exits: 't.ok(1)\nprocess.exit(3)',
    killed: "t.ok(1)\nprocess.kill(process.pid, 'SIGKILL')",
    syntax: 'const = 1'
  }
  const outcome = await runFiles(t, files)
  t.match(outcome.lastLine, /^3 passed, [4-9] failed$/)
  t.equal(outcome.code, 1)
  for (const name of Object.keys(files)) t.match(outcome.stdout, `✗ ${name}.test.js`)
})

t.test('a file that never ends counts as failed when its time is over', async (t) => {
  const outcome = await runFiles(t, { hangs: "t.test('for ever', () => new Promise(() => { setInterval(() => {}, 1000) }))" }, '--timeout=1')
  t.match(outcome.lastLine, /^0 passed, [1-9] failed$/)
  t.equal(outcome.code, 1)
})
