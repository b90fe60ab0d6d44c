import { State } from '../../model/state.js'
import type { Demand } from './operation.js'
import type { PendingWrite } from './pending-write.js'

/**
 * True while a write of the instance is under way, or waits, that the next one has to wait for: it sends what differs
 * from what is stored, and that is known only afterwards. (Two increments at once would both count from the same
 * number.) What goes into a batch does not wait: see {@link baseOf}.
 */
export function mustWait (state: State, { batch }: Demand): boolean {
  return state.writing !== undefined && batch === undefined
}

/**
 * Writes when all writes of the instance that were asked for before are over, whatever came of them: first come, first
 * served.
 * @param write begins it; runs in the scope of whoever asked for it
 */
export function whenItsTurn<T> (state: State, write: () => Promise<T>): Promise<T> {
  const turns = state.writing instanceof Turns ? state.writing : new Turns(state)
  return turns.add(write)
}

interface Waiting {
  readonly begin: () => void
  readonly end: Promise<unknown>
  after: Waiting | undefined
}

/**
 * The writes of one instance that wait. A chain, in which each is woken once: thousands that all looked whether it is
 * their turn, at the end of each write, would cost the square of their number.
 */
class Turns {
  #first: Waiting | undefined
  #last: Waiting | undefined

  /** @param state of an instance of which a write is under way */
  constructor (state: State) {
    const { writing } = state
    state.writing = this
    void this.#run(state, writing as Promise<unknown>)
  }

  add<T> (write: () => Promise<T>): Promise<T> {
    let begin!: () => void
    // Its own promise, for that keeps the scope of the caller.
    const end = new Promise<void>((resolve) => { begin = resolve }).then(write)
    const waiting: Waiting = { begin, end, after: undefined }
    if (this.#last === undefined) this.#first = waiting
    else this.#last.after = waiting
    this.#last = waiting
    // Another one than the chain looks at: a failure that nobody takes shall be told.
    return end.then((outcome) => outcome)
  }

  async #run (state: State, underWay: Promise<unknown>): Promise<void> {
    await over(underWay)
    for (let next = this.#first; next !== undefined; next = this.#first) {
      this.#first = next.after
      if (next.after === undefined) this.#last = undefined
      next.begin()
      await over(next.end)
    }
    state.writing = undefined
  }
}

/**
 * A few turns later than the end: whoever asked for the write learns of it first, and may still change the instance.
 */
async function over (write: Promise<unknown>): Promise<void> {
  await write.then(() => {}, () => {})
}

/**
 * Sends a checked write of the instance and gives the instance; those that come meanwhile wait for it. Without a write,
 * for nothing differs or it is in a batch, nothing is sent.
 * @throws {LWTError} when a condition was not met
 */
export function sendInTurn<T extends object> (
  state: State, write: PendingWrite<object> | undefined, instance: T
): Promise<T> {
  if (write === undefined) return Promise.resolve(instance)
  // A write receives its answer by giving its instance, of which it knows no more than that it is an object.
  const sent = write.send() as Promise<T>
  state.writing ??= sent
  return sent
}

/** The instance's write is over, whatever came of it. */
export function endTurn (state: State): void {
  if (!(state.writing instanceof Turns)) state.writing = undefined
}

/**
 * What counts as stored for the next write: in a batch what its statements before have already queued, for they succeed
 * or fail together.
 */
export function baseOf (state: State, { batch }: Demand): State {
  const queued = batch?.lastOf(state)
  const base = queued?.base
  if (queued === undefined || base === undefined) return state
  const next = new State(base.source, base.stored === undefined ? undefined : { ...base.stored })
  next.givenEmpty = base.givenEmpty
  next.defaulted = base.defaulted
  next.accepted = base.accepted
  queued.settle(next)
  // What it settled is given to the instance itself, too.
  if (next.stored !== undefined) next.stored = { ...next.stored }
  return next
}
