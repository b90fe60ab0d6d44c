// A load that does not wait for its answers: operations are due at fixed moments, whatever became of those before them.
import { setTimeout as delay } from 'node:timers/promises'
import type { Sent } from './sent.js'
import type { Side } from './sides.js'
import type { Records, SentSample } from './task.js'
import { counters, kind, outcome } from './task.js'

type Kind = typeof kind[keyof typeof kind]

/** ms between two looks at what is due. */
const tick = 5
/** ms between two looks at what was sent. */
const sampling = 250
/** ms that what is under way gets, when the load is over: what has no outcome then never gets one. */
const patience = 60_000
const mostErrors = 12

/** Asks a side for operations, and keeps what became of each. */
export class Recorder {
  readonly #side: Side
  readonly #sent: Sent
  readonly #firstCounter: number
  readonly #sentBefore: number
  readonly #began = Date.now()
  readonly #zero = performance.now()
  readonly #due: number[] = []
  readonly #lag: number[] = []
  readonly #took: number[] = []
  readonly #kinds: number[] = []
  readonly #outcomes: number[] = []
  readonly #ids: number[] = []
  readonly #acknowledged: number[] = []
  readonly #errors: Record<string, number> = {}
  readonly #samples: SentSample[] = []
  #nextId: number
  #pending = 0

  /** @param firstId of the rows that are inserted: others are not judged by {@link Records} */
  constructor (side: Side, sent: Sent, firstCounter: number, firstId = 0) {
    this.#nextId = firstId
    this.#side = side
    this.#sent = sent
    this.#sentBefore = sent.total
    this.#firstCounter = firstCounter
  }

  get pending (): number { return this.#pending }
  /** ms since the beginning. */
  get now (): number { return performance.now() - this.#zero }
  get asked (): number { return this.#due.length }

  insert (due = this.now): void {
    const id = this.#nextId++
    this.#follow(kind.insert, id, due, () => this.#side.insert(id))
  }

  /** Reads a row that is known to be there; which one, chance decides. */
  read (due = this.now, known: readonly number[] = this.#acknowledged): void {
    const id = known[Math.floor(Math.random() * known.length)]
    if (id === undefined) this.insert(due)
    else this.#follow(kind.read, id, due, () => this.#side.read(id))
  }

  count (due = this.now): void {
    const id = this.#firstCounter + this.asked % counters
    this.#follow(kind.count, id, due, () => this.#side.count(id))
  }

  /** For how many requests had left by now. */
  sample (): void {
    this.#samples.push({ at: Date.now(), asked: this.asked, sent: this.#sent.total - this.#sentBefore })
  }

  /** Waits until everything has an outcome, and no longer than a minute. */
  async settled (): Promise<Records> {
    const deadline = performance.now() + patience
    while (this.#pending > 0 && performance.now() < deadline) await delay(tick)
    this.sample()
    return {
      began: this.#began,
      due: Float64Array.from(this.#due),
      lag: Float64Array.from(this.#lag),
      took: Float64Array.from(this.#took),
      kinds: Uint8Array.from(this.#kinds),
      outcomes: Uint8Array.from(this.#outcomes),
      ids: Int32Array.from(this.#ids),
      errors: { ...this.#errors },
      sent: [...this.#samples]
    }
  }

  #follow (what: Kind, id: number, due: number, ask: () => Promise<unknown>): void {
    const index = this.#due.push(due) - 1
    this.#lag.push(Math.max(0, this.now - due))
    this.#took.push(0)
    this.#kinds.push(what)
    this.#outcomes.push(outcome.pending)
    this.#ids.push(id)
    this.#pending++
    const ended = (how: number): void => {
      this.#took[index] = this.now - due
      this.#outcomes[index] = how
      this.#pending--
    }
    let asked: Promise<unknown>
    try {
      asked = ask()
    } catch (error) {
      asked = Promise.reject(error)
    }
    asked.then((found) => {
      if (what === kind.insert) this.#acknowledged.push(id)
      ended(what === kind.read && found === false ? outcome.missed : outcome.done)
    }, (error: unknown) => {
      this.#note(error)
      ended(outcome.failed)
    })
  }

  #note (error: unknown): void {
    // Without numbers and places, so that each kind of failure is counted once.
    const [line = ''] = String(error).split('\n')
    const text = line.replace(/\d+(\.\d+)*/g, '#').slice(0, 160)
    if (text in this.#errors || Object.keys(this.#errors).length < mostErrors) this.#errors[text] = (this.#errors[text] ?? 0) + 1
  }
}

/** Half inserts of new rows, half reads of acknowledged ones, one counter in fifty. */
export class OpenLoop {
  readonly #recorder: Recorder
  readonly #timers: NodeJS.Timeout[]
  readonly #rate: number

  constructor (recorder: Recorder, rate: number) {
    this.#recorder = recorder
    this.#rate = rate
    this.#timers = [setInterval(() => { this.#askDue() }, tick), setInterval(() => { recorder.sample() }, sampling)]
  }

  async end (): Promise<Records> {
    for (const timer of this.#timers) clearInterval(timer)
    return await this.#recorder.settled()
  }

  #askDue (): void {
    const recorder = this.#recorder
    const due = Math.floor(recorder.now * this.#rate / 1000)
    while (recorder.asked < due) {
      const at = recorder.asked * 1000 / this.#rate
      if (recorder.asked % 50 === 49) recorder.count(at)
      else if (recorder.asked % 2 === 0) recorder.insert(at)
      else recorder.read(at)
    }
  }
}
