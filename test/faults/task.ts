// What the command and the process of a load tell each other.

/** Where the rows are, and how to get there. */
export interface Place {
  readonly hosts: readonly string[]
  readonly localDataCenter: string
  readonly keyspace: string
  /** Of this load alone: `id int PRIMARY KEY, v text`. */
  readonly table: string
  /** From a node's own address to the door in front of it; absent: straight to the nodes. */
  readonly doors?: Readonly<Record<string, string>> | undefined
}

export type Who = 'driver' | 'ours'

/**
 * `load`: an open loop from `begin` to `end`. `creates`, `gets`: as many as `count` says, all at once. `closing`: `count` creates, and the client is closed
 * while they run. All but `cold` loads have prepared their statements on every node before they begin.
 */
export type Job = 'load' | 'creates' | 'gets' | 'closing'

export interface Task {
  readonly who: Who
  readonly place: Place
  readonly job: Job
  /** Operations per second. */
  readonly rate: number
  readonly count: number
  /** Connects `connects` times, one after the other, and begins with the last one: nothing was prepared before. */
  readonly cold: boolean
  readonly connects: number
  /** Counters have the ids from here on. */
  readonly firstCounter: number
}

export const counters = 100
export const tallyTable = 'tally'

export const kind = { insert: 0, read: 1, count: 2 } as const
/** `missed`: the read of an acknowledged row did not find it, or found another value. */
export const outcome = { pending: 0, done: 1, failed: 2, missed: 3 } as const

/** Everything that was asked for, one entry in each list for each operation. */
export interface Records {
  /** ms since the epoch, when the first operation was due. */
  readonly began: number
  /** ms since `began`. */
  readonly due: Float64Array
  /** ms from the moment that the operation was due to the one that it was asked for: the generator's own. */
  readonly lag: Float64Array
  /** ms from the moment that the operation was due to its end. */
  readonly took: Float64Array
  readonly kinds: Uint8Array
  readonly outcomes: Uint8Array
  readonly ids: Int32Array
  readonly errors: Readonly<Record<string, number>>
  readonly sent: readonly SentSample[]
}

/** What had been asked for, and how many requests had left, at a moment (ms since the epoch). */
export interface SentSample { readonly at: number, readonly asked: number, readonly sent: number }

export interface Memory {
  /** MiB above what it was before. */
  readonly heap: number
  readonly resident: number
}

export type News =
  | { readonly is: 'ready', /** ms */ readonly connecting: readonly number[] }
  | { readonly is: 'settled', readonly records: Records, readonly memory?: Memory, /** Share of reads of one row by node. */ readonly spread?: readonly number[] }
  | { readonly is: 'closed', /** ms */ readonly took: number }

export type Order = 'begin' | 'end' | 'close'

export const textOf = (id: number): string => `row ${id}`
