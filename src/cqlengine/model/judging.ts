import type { State } from './state.js'

let judged: { readonly instance: object, readonly base: State } | undefined

/**
 * Calls the `validate()` of an instance as a write does: an override may call ours, which then judges what is sent.
 * @param base what counts as stored
 */
export function judgedAsSent<T> (instance: object, base: State, validate: () => T): T {
  const outer = judged
  judged = { instance, base }
  try {
    return validate()
  } finally {
    judged = outer
  }
}

/** What counts as stored for the write that calls the `validate()` of this instance now; undefined where none does. */
export function baseJudged (instance: object): State | undefined {
  return judged?.instance === instance ? judged.base : undefined
}
