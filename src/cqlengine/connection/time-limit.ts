// How long one request may take as a whole, and how long anything else may.
import { errors } from '../driver.js'

/** The longest that Node's timers can wait; above it they fire at once. */
const longestTimer = 2 ** 31 - 1

/**
 * The outcome of `promise`, or the driver's OperationTimedOutError after `ms`. What is under way goes on; its later
 * failure is nobody's.
 */
export function withTimeout<T> (promise: Promise<T>, ms: number, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new errors.OperationTimedOutError(message)) }, Math.min(ms, longestTimer))
    promise.then(resolve, reject).finally(() => { clearTimeout(timer) })
  })
}

/** Of one request: connecting, waiting for its turn, preparing and every repetition included. */
export class TimeLimit {
  readonly #ms: number
  readonly #message: string
  readonly #deadline: number
  #hasEnded = false
  /** Takes the request out of where it waits. */
  leave: (() => void) | undefined

  constructor (ms: number, message: string) {
    this.#ms = ms
    this.#message = message
    this.#deadline = performance.now() + ms
  }

  /** Its caller has given up: sent now, it would surprise everybody. The timer may be late, or a little early. */
  isOver (): boolean { return this.#hasEnded || performance.now() >= this.#deadline }

  error (): errors.OperationTimedOutError { return new errors.OperationTimedOutError(this.#message) }

  /** The outcome of the request, or an error once the time is over. */
  of<T> (request: Promise<T>): Promise<T> {
    return withTimeout(request, this.#ms, this.#message).finally(() => {
      this.#hasEnded = true
      this.leave?.()
    })
  }
}
