// What is done to the nodes while a load runs, and what must hold of ours.
import { setTimeout as delay } from 'node:timers/promises'
import type { Stage } from './stage.js'
import type { Job } from './task.js'

export interface Span {
  /** ms since the epoch: the fault began, and was over. */
  readonly from: number
  readonly to: number
  /** When the cluster could serve again, after it could not. */
  readonly served?: number
}

export interface Fault {
  readonly name: string
  readonly title: string
  readonly job: Job
  readonly count?: number
  /** The load reaches the nodes through doors. */
  readonly doors?: true
  /** Operations per second; default that of the command. */
  readonly rate?: number
  /** Before the load connects; what it gives is done when the load is over. The load is then a cold one. */
  before? (stage: Stage): Promise<() => Promise<void>>
  /** While the load runs. @param ms how long a fault lasts */
  during (stage: Stage, ms: number): Promise<Span>
  readonly bars: readonly BarName[]
}

/**
 * `calm`: no read and no idempotent write fails. `prompt`: the longest takes 2.5 s, three in a thousand over 1 s. `thrifty`: 2 % are sent twice at
 * most. `back`: 5 s after the nodes. `even`: three replicas share the reads of a partition. `small`: less memory than the driver. `starts`: within 10 s.
 */
export type BarName = 'calm' | 'prompt' | 'thrifty' | 'back' | 'even' | 'small' | 'starts'

const atOnce = 50_000
/**
 * ms of load before a fault. The budget for sending twice is a share of what was sent in the last ten seconds; and a server looks every 5 s how long the
 * reads of a table take: before that it waits 2.5 s until it asks another replica, for any client.
 */
export const before = 7000
/** ms of load after a fault. */
const after = 3000

async function spanOf (work: () => Promise<unknown>): Promise<Span> {
  await delay(before)
  const from = Date.now()
  await work()
  const to = Date.now()
  await delay(after)
  return { from, to }
}

/** The load is all there is. */
const untouched = async (): Promise<Span> => ({ from: Date.now(), to: Date.now() })

export const faults: readonly Fault[] = [
  {
    name: 'none',
    title: 'no fault',
    job: 'load',
    bars: ['calm', 'even'],
    during: (_, ms) => spanOf(() => delay(ms / 3))
  },
  {
    name: 'kill',
    title: 'SIGKILL of one node, back after two thirds',
    job: 'load',
    bars: ['calm'],
    during: ({ cassandra }, ms) => spanOf(async () => {
      await cassandra.kill(2)
      await delay(ms * 2 / 3)
      await cassandra.start(2)
    })
  },
  {
    name: 'pause',
    title: 'SIGSTOP of one node',
    job: 'load',
    bars: ['calm', 'prompt'],
    during: ({ cassandra }, ms) => spanOf(async () => {
      await cassandra.pause(2)
      await delay(ms)
      await cassandra.resume(2)
    })
  },
  {
    name: 'slow',
    title: 'one node answers 500 ms late',
    job: 'load',
    doors: true,
    bars: ['calm', 'prompt'],
    during: ({ doors }, ms) => spanOf(async () => {
      doors[1]?.late(500)
      await delay(ms)
      doors[1]?.late(0)
    })
  },
  {
    name: 'cut',
    title: 'connections of one node cut under requests, again and again',
    job: 'load',
    doors: true,
    bars: ['calm'],
    during: ({ doors }, ms) => spanOf(async () => {
      const until = Date.now() + ms * 2 / 3
      while (Date.now() < until) {
        // Held back first, so that there are requests under way.
        doors[1]?.late(300)
        await delay(250)
        doors[1]?.cut()
        doors[1]?.late(0)
        await delay(1750)
      }
    })
  },
  {
    name: 'rolling',
    title: 'rolling restart',
    job: 'load',
    bars: ['calm'],
    during: (stage) => spanOf(async () => {
      for (const node of [1, 2, 3]) await stage.restart(node)
    })
  },
  {
    name: 'outage',
    title: 'all three down',
    job: 'load',
    bars: ['back'],
    during: async (stage, ms) => {
      const { cassandra } = stage
      let served = 0
      const span = await spanOf(async () => {
        await Promise.all([1, 2, 3].map((node) => cassandra.kill(node)))
        await delay(ms)
        const serving = stage.served()
        await Promise.all([1, 2, 3].map((node) => cassandra.start(node)))
        served = await serving
      })
      // The driver pauses before it tries again: time to see it come back.
      await delay(after)
      return { ...span, served }
    }
  },
  {
    name: 'all-slow',
    title: 'all nodes answer 1.5 s late',
    job: 'load',
    doors: true,
    bars: ['calm', 'thrifty'],
    during: ({ doors }, ms) => spanOf(async () => {
      for (const door of doors) door.late(1500)
      await delay(ms)
      for (const door of doors) door.late(0)
    })
  },
  {
    name: 'silent',
    title: 'one contact point silent from the start',
    job: 'load',
    bars: ['calm', 'prompt', 'starts'],
    before: async ({ cassandra }) => {
      await cassandra.pause(1)
      return () => cassandra.resume(1)
    },
    during: async (_, ms) => {
      const from = Date.now()
      await delay(ms)
      return { from, to: Date.now() }
    }
  },
  { name: 'creates', title: '50,000 inserts at once', job: 'creates', count: atOnce, bars: ['calm'], during: untouched },
  { name: 'gets', title: '50,000 reads at once', job: 'gets', count: atOnce, bars: ['calm', 'small'], during: untouched },
  { name: 'close', title: 'close() with 1,000 in flight', job: 'closing', count: 1000, bars: ['calm'], during: untouched },
  {
    name: 'outages',
    title: 'forty short outages, then the end',
    job: 'load',
    doors: true,
    rate: 100,
    bars: ['back'],
    during: async ({ doors }) => {
      const from = Date.now()
      for (let outage = 0; outage < 40; outage++) {
        for (const door of doors) await door.shut()
        for (const door of doors) await door.open()
        await delay(200)
      }
      const to = Date.now()
      await delay(2 * after)
      return { from, to, served: to }
    }
  }
]
