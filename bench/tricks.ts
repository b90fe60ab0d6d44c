// What each trick saves: processes without it and with all of them, in turns, of which the quickest round counts, for
// only other work on the machine makes one slower. `LINES=save,insert node build/bench/tricks.js [rounds] [trick …]`
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tricks } from '../src/cqlengine/model/compile/generate.js'

const [rounds = '5', ...only] = process.argv.slice(2)
const tried = tricks.filter((trick) => only.length === 0 || only.includes(trick))
const program = fileURLToPath(new URL('trick-lines.js', import.meta.url))

function run (without: string): Record<string, number> {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program], { env: { ...process.env, WITHOUT: without }, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Record<string, number>
}

const samples = new Map<string, Record<string, number>[]>(['', ...tried].map((trick) => [trick, []] as const))
for (let round = 0; round < Number(rounds); round++) {
  for (const [trick, found] of samples) found.push(run(trick))
}
const best = (trick: string) => (line: string): number => Math.min(...(samples.get(trick) ?? []).map((one) => one[line] ?? Number.NaN))
const names = Object.keys(samples.get('')?.[0] ?? {})
for (const trick of tried) {
  console.log(`\nwithout ${trick}`)
  for (const line of names) {
    const [all, less] = [best('')(line), best(trick)(line)]
    console.log(`  ${line.padEnd(64)} ${all.toFixed(3).padStart(8)} → ${less.toFixed(3).padStart(8)} µs  ${((less / all - 1) * 100).toFixed(1).padStart(6)} %`)
  }
}
