type Result = IteratorResult<unknown, void>
type Pages = AsyncIterator<readonly unknown[], void, undefined>

/**
 * The rows of pages one by one. An async generator would do, but it takes three turns of the microtask queue for each
 * row; this takes one.
 */
export class RowIterator implements AsyncIterator<unknown, void, undefined> {
  readonly #pages: Pages
  #rows: readonly unknown[] = []
  #at = 0
  #ended = false
  #loading: Promise<void> | undefined

  constructor (pages: Pages) {
    this.#pages = pages
  }

  next (): Promise<Result> {
    if (this.#loading === undefined && this.#at < this.#rows.length) {
      return Promise.resolve({ done: false, value: this.#rows[this.#at++] })
    }
    return this.#nextLoaded()
  }

  /** Ends early: nothing more is asked for. */
  async return (): Promise<Result> {
    this.#ended = true
    this.#rows = []
    await this.#pages.return?.()
    return { done: true, value: undefined }
  }

  /** Calls that come while a page is under way get their rows in the order of the calls. */
  async #nextLoaded (): Promise<Result> {
    while (true) {
      if (this.#loading !== undefined) await this.#loading
      else if (this.#at < this.#rows.length) return { done: false, value: this.#rows[this.#at++] }
      else if (this.#ended) return { done: true, value: undefined }
      else this.#loading = this.#load()
    }
  }

  async #load (): Promise<void> {
    try {
      const page = await this.#pages.next()
      this.#rows = page.done === true || this.#ended ? [] : page.value
      this.#at = 0
      this.#ended ||= page.done === true
    } catch (error) {
      this.#ended = true
      throw error
    } finally {
      this.#loading = undefined
    }
  }
}
