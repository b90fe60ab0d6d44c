// The table, for a terminal or in Markdown.
import type { Fault } from './faults.js'
import type { Figures, Verdict } from './judge.js'

const seconds = (ms: number): string => ms < 9950 ? (ms / 1000).toFixed(2) : (ms / 1000).toFixed(1)

const columns: readonly (readonly [string, (figures: Figures) => string | number])[] = [
  ['who', ({ who }) => who],
  ['operations', ({ operations }) => operations],
  ['reads, writes failed', ({ failed }) => failed],
  ['counters failed', ({ countersFailed }) => countersFailed],
  ['longest s', ({ longest }) => seconds(longest)],
  ['p99 s', ({ p99 }) => seconds(p99)],
  ['over 1 s %', ({ overOneSecond }) => (overOneSecond * 100).toFixed(2)],
  ['lost', ({ lost }) => lost],
  ['missed', ({ missed }) => missed],
  ['never settled', ({ unsettled }) => unsettled],
  ['counted twice', ({ countedTwice }) => countedTwice],
  ['failed but applied', ({ failedButApplied }) => failedButApplied],
  ['sent again', ({ sentAgain }) => sentAgain],
  ['disturbed s', ({ disturbed }) => seconds(disturbed)],
  ['back after s', ({ recovery }) => recovery === undefined ? '–' : seconds(recovery)],
  ['connect s', ({ connecting }) => seconds(connecting)],
  ['close + end s', ({ closing, ending }) => `${seconds(closing)} + ${ending === undefined ? 'never' : seconds(ending)}`],
  ['memory MiB', ({ memory }) => memory === undefined ? '–' : `${Math.round(memory.heap)} (${Math.round(memory.resident)})`],
  ['lag s', ({ lag }) => seconds(lag)]
]

const heads = ['fault', ...columns.map(([head]) => head)]

export function table (faults: readonly Fault[], all: readonly Figures[], markdown: boolean): string {
  const rows = faults.flatMap((fault) => all.filter((figures) => figures.fault === fault.name)
    .map((figures) => [fault.title, ...columns.map(([head, text]) => figures.died === undefined || head === 'who' ? String(text(figures)) : 'died')]))
  if (markdown) return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  // Two lines of head: no column is wider than its figures need.
  const halves = heads.map((head) => head.includes(' ') && head.length > 9 ? [head.slice(0, head.lastIndexOf(' ')), head.slice(head.lastIndexOf(' ') + 1)] : ['', head])
  const lines = [halves.map(([first = '']) => first), halves.map(([, last = '']) => last), ...rows]
  const widths = heads.map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)))
  return lines.map((cells) => cells.map((cell, i) => i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)).join('  ')).join('\n')
}

export function verdictLines (verdicts: readonly Verdict[], markdown: boolean): string {
  const line = ({ fault, what, figure, holds }: Verdict): string => `${markdown ? '- ' : ''}${holds ? '✓' : '✗'} ${fault}: ${what} (${figure})`
  return verdicts.map(line).join('\n')
}

/** What kinds of failures there were, for who wants to know why. */
export function errorLines (all: readonly Figures[]): string {
  return all.flatMap(({ fault, who, errors }) => Object.entries(errors).map(([text, times]) => `${fault}, ${who}: ${times} × ${text}`)).join('\n')
}
