import { QueryError } from '../../errors.js'
import { asOurs } from '../../known-options.js'
import { saveNew } from '../../model/instance.js'
import { META, type ModelConstructor } from '../../model/meta.js'
import { mergeOptions } from '../../model/operation-options.js'
import type { OpOptions } from '../../model/operations.js'
import { refuse } from '../../model/refusal.js'
import { isBatched } from '../operation/operation.js'

const usual = 64
/** Beyond this the driver's own queue grows, and with it memory. */
const most = 512

/**
 * Writes rows as they come, at most `concurrency` at once, and takes from the source no faster than that.
 * @param rows an iterable or async iterable of what `create` takes
 * @param given options of one operation, and `concurrency` (1 to 512, default 64)
 * @returns how many were written
 * @throws the first failure, of a row or of the source, after the writes under way have ended; with `written` (a
 *   number) and `failed` (the values of the rows that were taken and not written). What the source has not given by
 *   then is not taken any more.
 */
export async function createMany (
  model: ModelConstructor, rows: unknown, given: unknown
): Promise<{ written: number }> {
  const at = `${model[META].name}.createMany`
  const { concurrency, op, iterator } = read(rows, given, at)
  const progress = new Progress()
  let isOpen = true

  const intake = async (): Promise<void> => {
    try {
      while (!progress.isFailed) {
        isOpen = false // until it has answered: a source that is done, or threw, is not to be closed
        const given = iterator.next()
        const next = 'then' in given ? await given : given // most sources have their rows at hand
        if (next.done === true) return
        isOpen = true
        if (progress.isFailed) progress.failed.push(next.value)
        else void write(model, next.value, op, progress)
        while (progress.active >= concurrency) await progress.change()
      }
    } catch (error) { // of the source: what a row throws is kept by write()
      progress.fail(error)
    }
  }
  const taking = intake()
  // A source that does not answer must not hide a failure.
  await Promise.race([taking, progress.failure])
  while (progress.active > 0) await progress.change()
  if (!progress.isFailed) return { written: progress.written }
  const isBusy = await Promise.race([
    taking.then(() => false), new Promise<true>((resolve) => { setImmediate(resolve, true) })
  ])
  if (isOpen || isBusy) await close(iterator, isBusy)
  throw failureOf(progress, at)
}

class Progress {
  written = 0
  /** Writes under way. */
  active = 0
  /** Values of rows that were taken and not written. */
  readonly failed: unknown[] = []
  readonly #errors: unknown[] = []
  readonly failure: Promise<void>
  #fail: () => void = () => {}
  #changed: (() => void)[] = []

  constructor () {
    this.failure = new Promise((resolve) => { this.#fail = resolve })
  }

  get isFailed (): boolean { return this.#errors.length > 0 }
  get firstError (): unknown { return this.#errors[0] }

  fail (error: unknown): void {
    this.#errors.push(error)
    this.#fail()
  }

  ended (): void {
    this.active--
    if (this.#changed.length === 0) return
    const waiting = this.#changed
    this.#changed = []
    for (const resolve of waiting) resolve()
  }

  /** The end of any write. */
  async change (): Promise<void> {
    await new Promise<void>((resolve) => { this.#changed.push(resolve) })
  }
}

/** Never rejects. */
async function write (model: ModelConstructor, values: unknown, op: OpOptions, progress: Progress): Promise<void> {
  progress.active++
  try {
    await saveNew(model, values, op)
    progress.written++
  } catch (error) {
    progress.failed.push(values)
    progress.fail(error)
  } finally {
    progress.ended()
  }
}

/** The first error itself, so that callers can tell what it is. Not enumerable: logs must not print rows. */
function failureOf ({ written, failed, firstError }: Progress, at: string): unknown {
  const error = typeof firstError === 'object' && firstError !== null && Object.isExtensible(firstError)
    ? firstError
    : new QueryError(`${at}: the source of the rows failed, see cause`, { cause: firstError })
  return Object.defineProperties(
    error, { written: { value: written, configurable: true }, failed: { value: failed, configurable: true } }
  )
}

function read (
  rows: unknown, given: unknown, at: string
): { readonly concurrency: number, readonly op: OpOptions, readonly iterator: InstanceSource } {
  try {
    return { ...readCreateOptions(given, at), iterator: iteratorOf(rows, at) }
  } catch (error) {
    throw asOurs(error, at)
  }
}

function readCreateOptions (given: unknown, at: string): { readonly concurrency: number, readonly op: OpOptions } {
  if (given !== undefined && given !== null && typeof given !== 'object') {
    throw new QueryError(`${at}: the last argument must be an object of options`)
  }
  const { concurrency = usual, ...options } = (given ?? {}) as OpOptions & { concurrency?: number }
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > most) {
    throw new QueryError(`${at}: concurrency must be a whole number from 1 to ${most}`)
  }
  const op = mergeOptions(undefined, options, at)
  if (!isBatched(op)) return { concurrency, op }
  const error = new QueryError(`${at}: it writes each row by itself and cannot be in a batch`)
  refuse(error, op)
  throw error
}

type InstanceSource = Partial<Pick<AsyncIterator<unknown>, 'return'>> & {
  next (): IteratorResult<unknown> | Promise<IteratorResult<unknown>>
}

function iteratorOf (rows: unknown, at: string): InstanceSource {
  const given = rows as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined
  const iterator = typeof given === 'object'
    ? given?.[Symbol.asyncIterator]?.() ?? given?.[Symbol.iterator]?.()
    : undefined
  if (iterator === undefined) throw new QueryError(`${at}: expected an iterable or async iterable of values`)
  return iterator as InstanceSource
}

/**
 * As `for await` does after an error: what closing throws must not hide it. A source that is busy is told, and not
 * waited for.
 */
async function close (iterator: InstanceSource, isBusy: boolean): Promise<void> {
  const closed = (async () => { await iterator.return?.(undefined) })().catch(() => {})
  if (!isBusy) await closed
}
