// One load of one side, a process of its own: what it takes in memory and how it ends is its own. It has to end by itself.
import { OpenLoop, Recorder } from './open-loop.js'
import { countSent } from './sent.js'
import type { Side } from './sides.js'
import { connect } from './sides.js'
import type { Memory, News, Order, Records, Task } from './task.js'

const task = JSON.parse(process.argv[2] ?? '') as Task
const sent = countSent()
// Left alone by the command, which was interrupted.
const leave = (): void => { process.exit(1) }
process.once('disconnect', leave)

const tell = (news: News): void => { process.send?.(news) }
const told = (order: Order): Promise<void> => new Promise((resolve) => {
  const hear = (message: unknown): void => {
    if (message !== order) return
    process.off('message', hear)
    resolve()
  }
  process.on('message', hear)
})

/** For rows that are there before the load: ids that no load has. */
const firstOwnId = 1_000_000_000
const ownRows = 1000

/** `n` operations, `most` at a time. */
async function inTurns (n: number, most: number, one: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: most }, async () => { while (next < n) await one(next++) }))
}

/** Every statement is known to every node, and the compiler has seen the code. */
async function warmUp (side: Side): Promise<number[]> {
  const ids = Array.from({ length: ownRows }, (_, i) => firstOwnId + i)
  await inTurns(ownRows, 16, async (i) => {
    const id = ids[i] ?? 0
    await side.insert(id)
    await side.read(id)
    // Nothing is added up here: a counter that nobody looks at.
    if (i % 20 === 0) await side.count(firstOwnId)
  })
  return ids
}

/** The share of each node in the reads of one row. */
async function spread (side: Side): Promise<number[]> {
  const before = new Map(sent.byNode)
  const reads = 600
  await inTurns(reads, 4, async () => await side.read(firstOwnId))
  return [...sent.byNode].map(([node, n]) => (n - (before.get(node) ?? 0)) / reads).filter((share) => share > 0)
}

/** What `work` takes at most, above what there was before. */
async function watched (work: () => Promise<Records>): Promise<{ records: Records, memory: Memory }> {
  globalThis.gc?.()
  const before = process.memoryUsage()
  let heap = 0
  let resident = 0
  const look = (): void => {
    const { heapUsed, rss } = process.memoryUsage()
    heap = Math.max(heap, heapUsed - before.heapUsed)
    resident = Math.max(resident, rss - before.rss)
  }
  const watch = setInterval(look, 20)
  const working = work()
  look()
  const records = await working
  look()
  clearInterval(watch)
  return { records, memory: { heap: heap / 2 ** 20, resident: resident / 2 ** 20 } }
}

const connecting: number[] = []
const sides: Side[] = []
for (let attempt = 0; attempt < task.connects; attempt++) {
  const began = performance.now()
  sides.push(await connect(task.who, task.place))
  connecting.push(performance.now() - began)
}
const side = sides.at(-1) as Side
for (const other of sides.slice(0, -1)) await other.close()

const begin = told('begin')
if (task.cold) tell({ is: 'ready', connecting })
const known = task.cold ? [] : await warmUp(side)
if (!task.cold) tell({ is: 'ready', connecting })
await begin

const close = told('close')
const recorder = new Recorder(side, sent, task.firstCounter)
const allAtOnce = (one: () => void) => async (): Promise<Records> => {
  for (let i = 0; i < task.count; i++) one()
  return await recorder.settled()
}
let closing: Promise<number> | undefined
const closed = async (): Promise<number> => {
  const began = performance.now()
  await side.close()
  return performance.now() - began
}

if (task.job === 'load') {
  const ended = told('end')
  const loop = new OpenLoop(recorder, task.rate)
  await ended
  const records = await loop.end()
  tell({ is: 'settled', records, ...!task.cold && { spread: await spread(side) } })
} else if (task.job === 'closing') {
  const records = allAtOnce(() => { recorder.insert() })()
  closing = closed()
  tell({ is: 'settled', records: await records })
} else {
  const { records, memory } = await watched(allAtOnce(task.job === 'creates' ? () => { recorder.insert() } : () => { recorder.read(undefined, known) }))
  tell({ is: 'settled', records, memory })
}

await close
const took = await (closing ?? closed())
tell({ is: 'closed', took })
process.off('disconnect', leave)
process.disconnect?.()
