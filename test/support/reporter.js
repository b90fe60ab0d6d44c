// tap's reporter: a line per test file, what failed with its diagnostics, and the closing line.
// It reads TAP text, the only form in which tap hands its results to a stream: a subtest's lines are indented below
// `# Subtest: name` and closed by `ok` or `not ok` on the level of that comment.
import { Transform } from 'node:stream'
import { closingLine } from './closing-line.js'

const indentWidth = 4
const longest = 80
// How tap started a file, and what the stack says too.
const hidden = new Set(['args', 'at', 'command', 'cwd', 'externalID', 'jobId', 'stdio', 'tapCaught'])

export default class Reporter extends Transform {
  #incomplete = ''
  #lines = []
  #failures = []
  #counts

  constructor () {
    super()
    if (!process.send) return
    // When tap.config.js was killed nobody waits for these tests, and their server is gone.
    process.once('disconnect', () => process.exit(1))
    process.channel.unref()
  }

  _transform (chunk, _encoding, done) {
    const lines = (this.#incomplete + chunk).split('\n')
    this.#incomplete = lines.pop()
    for (const line of lines) this.#read(line)
    done()
  }

  _flush (done) {
    this.#finishFile()
    if (this.#failures.length > 0) this.push(`\nFailed:\n${this.#failures.map(({ path }) => `  ${path.join(' › ')}\n`).join('')}`)
    this.push('\n')
    // Without totals tap broke off. With them it still leaves out a file that was killed.
    const counts = this.#counts ?? { passed: 0, failed: 1, skipped: 0 }
    counts.failed = Math.max(counts.failed, this.#failures.length)
    // Under tap.config.js the closing line has to wait for the server to stop.
    if (process.send) process.send(counts)
    else this.push(`${closingLine(counts)}\n`)
    done()
  }

  #read (line) {
    if (line.startsWith('# Subtest: ')) this.#finishFile()
    const totals = /^# (\{.*total:.*\})$/.exec(line)
    if (totals) this.#counts = readTotals(totals[1])
    else if (/^Bail out!/.test(line)) this.push(`${line}\n`)
    this.#lines.push(line)
    const result = /^(not )?ok \d+ - (.*)$/.exec(line)
    if (result) this.push(`${result[1] ? '✗' : '✓'} ${fileLine(result[2])}\n`)
  }

  // Diagnostics of a file follow its result line, so a file is done when the next one begins.
  #finishFile () {
    const failures = failuresOf(this.#lines)
    this.#lines = []
    this.#failures.push(...failures)
    for (const { path, diagnostics } of failures) {
      this.push(`  ✗ ${path.slice(1).join(' › ') || path[0]}\n${diagnostics.map((line) => `      ${line}\n`).join('')}`)
    }
  }
}

/** `build/test/a.test.js # time=1234.5ms` → `test/a.test.ts (1.2 s)` */
function fileLine (text) {
  const [, name, directive = '', time] = /^(.*?)((?: # (?:SKIP|TODO).*?)?)(?: # time=([\d.]+)ms)?$/.exec(text)
  return source(name) + directive + (time === undefined ? '' : ` (${(time / 1000).toFixed(1)} s)`)
}

const source = (name) => name.replace(/^build\/(.*)\.js$/, '$1.ts')

/** `{ total: 9, pass: 6, fail: 1, todo: 1, skip: 1 }`, where zeros are left out. */
function readTotals (text) {
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(text)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

/**
 * The failed assertions, and the subtests that failed by themselves (crash, timeout, wrong plan): their names from the file
 * down, and their diagnostics.
 */
export function failuresOf (lines) {
  const failures = []
  const open = []
  lines.forEach((line, index) => {
    const [, indent, text] = /^( *)(.*)$/.exec(line)
    if (indent.length % indentWidth !== 0) return
    const depth = indent.length / indentWidth
    const subtest = /^# Subtest: (.*)$/.exec(text)
    if (subtest) {
      open.length = depth
      open[depth] = { name: source(subtest[1]), failuresBefore: failures.length }
      return
    }
    const result = /^(not )?ok \d+(?: - (.*))?$/.exec(text)
    if (!result) return
    const closed = open[depth]
    open.length = Math.min(open.length, depth)
    const explained = closed !== undefined && failures.length > closed.failuresBefore
    if (!result[1] || explained || / # (SKIP|TODO)\b/.test(text)) return
    const name = closed?.name ?? (result[2] ?? '').replace(/ # time=.*$/, '')
    failures.push({ path: [...open.map((test) => test?.name), name].filter(Boolean), diagnostics: diagnosticsAfter(lines, index, indent.length) })
  })
  return failures
}

/** The YAML block below a result line, without what says nothing new. */
function diagnosticsAfter (lines, index, indent) {
  const margin = ' '.repeat(indent + 2)
  if (lines[index + 1] !== `${margin}---`) return []
  const end = lines.indexOf(`${margin}...`, index)
  let shown = true
  const block = lines.slice(index + 2, end < 0 ? undefined : end).map((line) => line.slice(margin.length)).filter((line) => {
    const key = /^(\w+):/.exec(line)?.[1]
    if (key) shown = !hidden.has(key)
    return shown
  })
  return block.length <= longest ? block : [...block.slice(0, longest), `… ${block.length - longest} more lines`]
}
