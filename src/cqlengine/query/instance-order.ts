import type { OpOptions } from '../model/operations.js'
import { State } from '../model/state.js'

/**
 * Runs the writes of one instance one after the other: each sends what differs from what is stored, and that is known only when the one
 * before has ended. (Two increments at once would both count from the same number.) What goes into a batch does not wait: see {@link baseOf}.
 */
export async function inTurn (state: State, op: OpOptions, run: () => Promise<void>): Promise<void> {
  if (op.batch !== undefined) {
    await run()
    return
  }
  while (state.writing !== undefined) await state.writing
  const turn = run()
  state.writing = turn.then(nothing, nothing)
  try {
    await turn
  } finally {
    state.writing = undefined
  }
}

function nothing (): void {}

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
