import { QueryError } from '../errors.js'
import { META, type ModelConstructor } from '../model/meta.js'
import { mergeOptions } from '../model/options.js'
import type { OpOptions } from '../model/operations.js'

const usual = 64
/** Beyond this the driver's own queue grows, and with it memory (reference driver-faults F13). */
const most = 512

/**
 * Writes rows as they come, at most `concurrency` at once, and takes from the source no faster than that.
 * @param rows an iterable or async iterable of what `create` takes
 * @param given options of one operation, and `concurrency` (1 to 512, default 64)
 * @returns how many were written
 * @throws the first failure, after what was under way has ended, with `written` (a number) and `failed` (the values of all that failed)
 */
export async function createMany (model: ModelConstructor, rows: unknown, given: unknown): Promise<{ written: number }> {
  const at = `${model[META].name}.createMany`
  const source = iteratorOf(rows, at)
  const { concurrency = usual, ...options } = (given ?? {}) as OpOptions & { concurrency?: number }
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > most) throw new QueryError(`${at}: concurrency must be a whole number from 1 to ${most}`)
  const op = mergeOptions(undefined, options, at)
  if (op.batch !== undefined) throw new QueryError(`${at}: it writes each row by itself and cannot be in a batch`)

  let written = 0
  const failed: unknown[] = []
  const errors: unknown[] = []
  let ended = false
  const worker = async (): Promise<void> => {
    while (!ended && errors.length === 0) {
      const next = await source.next()
      if (next.done === true) { ended = true; return }
      if (errors.length > 0) { failed.push(next.value); return }
      try {
        const instance = new model(next.value ?? {}) as { save (o: OpOptions): Promise<unknown> } // eslint-disable-line new-cap -- a class in a variable
        await instance.save(op)
        written++
      } catch (error) {
        errors.push(error)
        failed.push(next.value)
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') errors.push(outcome.reason)
  if (errors.length === 0) return { written }
  await source.return?.()
  throw Object.defineProperties(errors[0] as object, {
    written: { value: written, configurable: true },
    failed: { value: failed, configurable: true }
  })
}

interface Source { next (): Promise<IteratorResult<unknown>>, return?: () => Promise<unknown> }

/** One request for a row at a time: most async iterators do not expect several. */
function iteratorOf (rows: unknown, at: string): Source {
  const given = rows as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined
  const iterator = given?.[Symbol.asyncIterator]?.() ?? (typeof given === 'object' ? given?.[Symbol.iterator]?.() : undefined)
  if (iterator === undefined) throw new QueryError(`${at}: expected an iterable or async iterable of values`)
  let before: Promise<unknown> = Promise.resolve()
  return {
    next: () => {
      const turn = before.then(async () => await iterator.next())
      before = turn.catch(() => {})
      return turn
    },
    return: async () => await iterator.return?.(undefined)
  }
}
