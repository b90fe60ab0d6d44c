// Times competitors in turns, so that a busy moment of the machine hits all of them, and prints medians.

export interface Competitor { readonly name: string, run (times: number): Promise<void> | void }

export interface Result { readonly name: string, readonly wall: number, readonly cpu: number }

/** @returns µs per operation: the median of `passes`, wall clock and CPU of this process */
export async function interleaved (competitors: readonly Competitor[], times: number, passes: number): Promise<Result[]> {
  const samples = competitors.map(() => ({ wall: [] as number[], cpu: [] as number[] }))
  for (const { run } of competitors) await run(Math.ceil(times / 4)) // lets the compiler finish
  for (let pass = 0; pass < passes; pass++) {
    for (const [i, { run }] of competitors.entries()) {
      globalThis.gc?.()
      await run(Math.ceil(times / 10)) // V8 throws away what it compiled for objects that are gone
      const cpu = process.cpuUsage()
      const started = performance.now()
      await run(times)
      const used = process.cpuUsage(cpu)
      samples[i]?.wall.push((performance.now() - started) * 1000 / times)
      samples[i]?.cpu.push((used.user + used.system) / times)
    }
  }
  return competitors.map(({ name }, i) => ({ name, wall: median(samples[i]?.wall ?? []), cpu: median(samples[i]?.cpu ?? []) }))
}

export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** One table of a report; the first competitor is what the others are compared with. */
export function print (title: string, results: readonly Result[]): void {
  console.log(`\n${title}`)
  const [base] = results
  for (const { name, wall, cpu } of results) {
    console.log(`  ${name.padEnd(20)} ${wall.toFixed(3).padStart(10)} µs  cpu ${cpu.toFixed(3).padStart(10)} µs  own ${(wall - (base?.wall ?? 0)).toFixed(3).padStart(8)} µs  × ${(cpu / (base?.cpu ?? 1)).toFixed(2)}`)
  }
}

/** What a list of rows holds of the heap, for each of them. Whatever keeps the last answer of all keeps one at both times. */
export async function bytesPerRow (read: () => Promise<readonly unknown[]>): Promise<number> {
  for (let i = 0; i < 5; i++) await read() // what is made once is nobody's
  const held = [await read()]
  const before = heapInUse()
  for (let i = 0; i < 4; i++) held.push(await read())
  const bytes = heapInUse() - before
  return Math.round(bytes / held.slice(1).flat().length)
}

function heapInUse (): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
