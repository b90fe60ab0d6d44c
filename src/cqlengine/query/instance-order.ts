import type { OpOptions } from '../model/operations.js'
import { State } from '../model/state.js'
import type { Write } from './pending-write.js'
import { transmit } from './write.js'

/**
 * True while a write of the instance is under way that the next one has to wait for: it sends what differs from what is stored, and that is
 * known only afterwards. (Two increments at once would both count from the same number.) What goes into a batch does not wait: see
 * {@link baseOf}. Ask again after {@link itsEnd}, for several may be waiting.
 */
export function mustWait (state: State, op: OpOptions): boolean {
  return state.writing !== undefined && op.batch === undefined
}

/** The end of the write that is under way, whatever it was: it is told to whoever asked for that write. */
export async function itsEnd ({ writing }: State): Promise<void> {
  await Promise.allSettled([writing])
}

/** Sends a write of the instance; those that come meanwhile wait for it. */
export async function sendInTurn (state: State, write: Write, op: OpOptions): Promise<void> {
  const sending = transmit(write, op)
  state.writing = sending
  try {
    await sending
  } finally {
    state.writing = undefined
  }
}

/** What counts as stored for the next write: in a batch what its statements before have already queued, for they succeed or fail together. */
export function baseOf (state: State, { batch }: OpOptions): State {
  return batch !== undefined && state.queued?.batch === batch ? state.queued.state : state
}

/** After a write was queued: what the instance will be when the batch has succeeded. */
export function queue (state: State, base: State, { batch }: OpOptions, settle: (state: State) => void): void {
  if (batch === undefined) return
  const next = new State(base.model, base.source, base.stored === undefined ? undefined : { ...base.stored })
  next.givenEmpty = base.givenEmpty
  next.defaulted = base.defaulted
  next.context = base.context
  settle(next)
  state.queued = { batch, state: next }
}
