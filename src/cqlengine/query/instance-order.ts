import type { OpOptions } from '../model/operations.js'
import { State } from '../model/state.js'
import type { Write } from './pending-write.js'
import { batchOf, request } from './write.js'

/**
 * True while a write of the instance is under way that the next one has to wait for: it sends what differs from what is stored, and that is
 * known only afterwards. (Two increments at once would both count from the same number.) What goes into a batch does not wait: see
 * {@link baseOf}. Ask again after {@link itsEnd}, for several may be waiting.
 */
export function mustWait (state: State, op: OpOptions): boolean {
  return state.writing !== undefined && op.batch === undefined
}

/** The end of the write that is under way, whatever it was: whoever asked for it learns that first, and may still change the instance. */
export async function itsEnd ({ writing }: State): Promise<void> {
  await writing?.then(() => {}, () => {})
}

/**
 * Sends a checked write of the instance and gives what it receives; those that come meanwhile wait for it.
 * @throws {LWTError} when a condition was not met
 */
export function sendInTurn<T> (state: State, write: Write<T>, op: OpOptions): Promise<T> {
  const sent = request(write, op)
  state.writing = sent
  return sent
}

/** The instance's write is over, whatever came of it. */
export function endTurn (state: State): void { state.writing = undefined }

/** What counts as stored for the next write: in a batch what its statements before have already queued, for they succeed or fail together. */
export function baseOf (state: State, op: OpOptions): State {
  const queued = op.batch === undefined ? undefined : batchOf(op).foreseen(state)
  if (queued === undefined) return state
  const { base } = queued
  const next = new State(base.source, base.stored === undefined ? undefined : { ...base.stored })
  next.givenEmpty = base.givenEmpty
  next.defaulted = base.defaulted
  next.accepted = base.accepted
  queued.settle(next)
  // What it settled is given to the instance itself, too.
  if (next.stored !== undefined) next.stored = { ...next.stored }
  return next
}
