// From the records of a load to figures, and from the figures of ours to what holds and what does not.
import type { Fault, Span } from './faults.js'
import type { End } from './running-load.js'
import type { Memory, Records, Who } from './task.js'
import { kind, outcome, textOf } from './task.js'

/** One load of one side. Times in ms. */
export interface Figures {
  readonly fault: string
  readonly who: Who
  readonly operations: number
  /** Reads and inserts. */
  readonly failed: number
  readonly countersFailed: number
  /** Of reads and inserts, from the moment that they were due; what had no outcome counts with the time that was waited. */
  readonly longest: number
  readonly p99: number
  /** From the moment that they were asked for: without the delay of the generator. */
  readonly longestAsked: number
  /** Shares of the reads and inserts. */
  readonly overOneSecond: number
  readonly acknowledged: number
  readonly lost: number
  readonly missed: number
  readonly unsettled: number
  readonly countedTwice: number
  /** Inserts that failed, and are in the table. */
  readonly failedButApplied: number
  /** Requests beyond one for each operation, while the fault lasted, and their share. */
  readonly sentAgain: number
  readonly sentAgainShare: number
  readonly askedDuringFault: number
  /** From the fault to the end of the last operation that failed or took over a second. */
  readonly disturbed: number
  /** From the moment that the nodes could serve to the first success. */
  readonly recovery: number | undefined
  readonly closing: number
  /** undefined: did not end. */
  readonly ending: number | undefined
  /** The longest delay of the generator itself. */
  readonly lag: number
  readonly connecting: number
  readonly spread: readonly number[] | undefined
  readonly memory: Memory | undefined
  readonly errors: Readonly<Record<string, number>>
  /** The process of the load ended by an error that nobody could catch: there are no other figures. */
  readonly died?: string
}

export interface Measured {
  readonly fault: Fault
  readonly who: Who
  readonly records: Records
  readonly span: Span
  readonly stored: { readonly rows: ReadonlyMap<number, string>, readonly tallies: ReadonlyMap<number, number> }
  readonly end: End
  readonly connecting: readonly number[]
  readonly spread?: readonly number[] | undefined
  readonly memory?: Memory | undefined
}

const second = 1000
/** A request that is sent again leaves so long after the one before. */
const sentAgainWithin = 1500

export function figuresOf ({ fault, who, records, span, stored, end, connecting, spread, memory }: Measured): Figures {
  const { began, due, took, lag, kinds, outcomes, ids } = records
  const seen = { failed: 0, countersFailed: 0, over: 0, acknowledged: 0, lost: 0, missed: 0, unsettled: 0, failedButApplied: 0 }
  const times: number[] = []
  let longestAsked = 0
  let disturbedUntil = span.from
  const tallies = new Map<number, { done: number, unknown: number }>()
  let recovered: number | undefined

  for (const [i, how] of outcomes.entries()) {
    const id = ids[i] ?? 0
    const time = how === outcome.pending ? Date.now() - began - (due[i] ?? 0) : took[i] ?? 0
    const endedAt = began + (due[i] ?? 0) + time
    if (how === outcome.pending) seen.unsettled++
    if (how !== outcome.done || time > second) disturbedUntil = Math.max(disturbedUntil, endedAt)
    if (span.served !== undefined && how === outcome.done && began + (due[i] ?? 0) > span.from + second && endedAt < (recovered ?? Infinity)) recovered = endedAt
    if (kinds[i] === kind.count) {
      if (how === outcome.failed) seen.countersFailed++
      const tally = tallies.get(id) ?? { done: 0, unknown: 0 }
      tally[how === outcome.done ? 'done' : 'unknown']++
      tallies.set(id, tally)
      continue
    }
    times.push(time)
    longestAsked = Math.max(longestAsked, time - (lag[i] ?? 0))
    if (time > second) seen.over++
    if (how === outcome.failed) seen.failed++
    if (how === outcome.missed) seen.missed++
    if (kinds[i] !== kind.insert) continue
    const isThere = stored.rows.get(id) === textOf(id)
    if (how === outcome.done) seen.acknowledged++
    if (how === outcome.done && !isThere) seen.lost++
    if (how === outcome.failed && isThere) seen.failedButApplied++
  }

  times.sort((a, b) => a - b)
  const again = sentAgain(records, span)
  return {
    fault: fault.name,
    who,
    operations: due.length,
    failed: seen.failed,
    countersFailed: seen.countersFailed,
    longest: times.at(-1) ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    longestAsked,
    overOneSecond: seen.over / Math.max(1, times.length),
    acknowledged: seen.acknowledged,
    lost: seen.lost,
    missed: seen.missed,
    unsettled: seen.unsettled,
    countedTwice: countedWrong(tallies, stored.tallies),
    failedButApplied: seen.failedButApplied,
    ...again,
    disturbed: disturbedUntil - span.from,
    // Never: as long as was waited.
    recovery: span.served === undefined ? undefined : Math.max(0, (recovered ?? Date.now()) - span.served),
    closing: end.closing,
    ending: end.lingering,
    lag: lag.reduce((a, b) => Math.max(a, b), 0),
    connecting: Math.max(...connecting),
    spread,
    memory,
    errors: records.errors
  }
}

/** Of a load whose process died. */
export const diedOf = (fault: Fault, who: Who, died: string): Figures => ({
  ...{ operations: 0, failed: 0, countersFailed: 0, longest: 0, p99: 0, longestAsked: 0, overOneSecond: 0, acknowledged: 0, lost: 0, missed: 0, unsettled: 0, countedTwice: 0 },
  ...{ failedButApplied: 0, sentAgain: 0, sentAgainShare: 0, askedDuringFault: 0, disturbed: 0, recovery: undefined, closing: 0, ending: 0, lag: 0, connecting: 0, spread: undefined, memory: undefined },
  fault: fault.name,
  who,
  errors: { [`the process died: ${died}`]: 1 },
  died
})

/** Counters that hold less than was acknowledged, or more than was asked for. */
function countedWrong (tallies: ReadonlyMap<number, { done: number, unknown: number }>, stored: ReadonlyMap<number, number>): number {
  let wrong = 0
  for (const [id, { done, unknown }] of tallies) {
    const value = stored.get(id) ?? 0
    if (value < done || value > done + unknown) wrong++
  }
  return wrong
}

/** Where nothing was touched: of the whole load. */
function sentAgain ({ sent }: Records, { from, to }: Span): Pick<Figures, 'sentAgain' | 'sentAgainShare' | 'askedDuringFault'> {
  const last = sent.at(-1) ?? { at: 0, asked: 0, sent: 0 }
  const first = to === from ? undefined : sent.filter(({ at }) => at <= from).at(-1)
  const end = to === from ? last : sent.find(({ at }) => at >= to + sentAgainWithin) ?? last
  const { asked, sent: left } = first ?? { asked: 0, sent: 0 }
  const askedDuringFault = end.asked - asked
  const again = Math.max(0, end.sent - left - askedDuringFault)
  return { sentAgain: again, sentAgainShare: again / Math.max(1, askedDuringFault), askedDuringFault }
}

export interface Verdict {
  readonly fault: string
  readonly what: string
  readonly figure: string
  readonly holds: boolean
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** What must hold of ours; the driver's figures are for comparison. */
export function verdictsOn (fault: Fault, ours: Figures, theirs: Figures | undefined): Verdict[] {
  const verdicts: Verdict[] = []
  const must = (what: string, figure: string | number, holds: boolean): void => { verdicts.push({ fault: fault.name, what, figure: String(figure), holds }) }
  must('the process lives', ours.died ?? 'yes', ours.died === undefined)
  if (ours.died !== undefined) return verdicts
  must('acknowledged writes lost: 0', ours.lost, ours.lost === 0)
  must('reads that missed an acknowledged write: 0', ours.missed, ours.missed === 0)
  must('requests never settled: 0', ours.unsettled, ours.unsettled === 0)
  must('counters counted twice: 0', ours.countedTwice, ours.countedTwice === 0)
  must('end of the process after close(): 2 s', ours.ending === undefined ? 'never' : seconds(ours.ending), ours.ending !== undefined && ours.ending <= 2000)
  if (fault.bars.includes('calm')) must('reads and idempotent writes failed: 0', ours.failed, ours.failed === 0)
  if (fault.bars.includes('prompt')) {
    must('longest read or write: 2.5 s', seconds(ours.longestAsked), ours.longestAsked <= 2500)
    must('share over 1 s: 0.3 %', percent(ours.overOneSecond), ours.overOneSecond <= 0.003)
  }
  if (fault.bars.includes('thrifty')) {
    // Ten in any case: that is how the budget is defined.
    must('requests sent twice: 2 %', percent(ours.sentAgainShare), ours.sentAgain <= Math.max(10, ours.askedDuringFault * 0.02))
  }
  if (fault.bars.includes('back')) must('success again: 5 s', seconds(ours.recovery ?? Infinity), (ours.recovery ?? Infinity) <= 5000)
  if (fault.bars.includes('starts')) must('connected: 10 s', seconds(ours.connecting), ours.connecting <= 10_000)
  if (fault.bars.includes('even')) {
    const shares = ours.spread ?? []
    must('reads of one partition by replica: 25 to 42 %', shares.map(percent).join(', '), shares.length === 3 && shares.every((share) => share >= 0.25 && share <= 0.42))
  }
  if (fault.bars.includes('small') && theirs !== undefined) {
    const [own, driver] = [ours.memory?.heap ?? Infinity, theirs.memory?.heap ?? 0]
    must('memory: at most the driver\'s', `${Math.round(own)} MiB to ${Math.round(driver)} MiB`, own <= driver)
  }
  return verdicts
}
