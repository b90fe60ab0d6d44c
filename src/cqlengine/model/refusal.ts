/**
 * The method by which a batch is told what it cannot take. A symbol, so that models need to know no more of batches.
 */
export const REFUSE: unique symbol = Symbol('refuse')

interface Refusing { [REFUSE] (error: unknown): void }

/** The batch that options name, if it is one; for the way of errors, so that nothing is thrown. */
export function batchIn (options: unknown): Refusing | undefined {
  try {
    const batch = (options as { batch?: unknown } | null | undefined)?.batch
    return typeof batch === 'object' && batch !== null && REFUSE in batch ? batch as Refusing : undefined
  } catch {
    return undefined
  }
}

/** Tells the batch of a call that a statement did not get into it, so that the others are not sent without it. */
export function refuse (error: unknown, options: unknown, collected?: unknown): void {
  (batchIn(options) ?? batchIn(collected))?.[REFUSE](error)
}

/**
 * What a call gives whose statement was refused. In a batch it need not be awaited: the end of the batch throws the
 * error, so that its rejection is never an unhandled one.
 */
export function refusal (error: unknown, options: unknown, collected?: unknown): Promise<never> {
  const rejected = Promise.reject(error)
  const batch = batchIn(options) ?? batchIn(collected)
  if (batch === undefined) return rejected
  rejected.catch(() => {})
  batch[REFUSE](error)
  return rejected
}

/** A promise of a call that may be for a batch: its failure is told to the batch. */
export function watched<T> (promise: Promise<T>, options: unknown): Promise<T> {
  const batch = options === undefined ? undefined : batchIn(options)
  if (batch !== undefined) promise.catch((error: unknown) => { batch[REFUSE](error) })
  return promise
}
