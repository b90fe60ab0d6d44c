import type { Loaded, Source } from './state.js'

/**
 * How the constructor of a model that runs now was called: by `new`, by `create()`, to take over a row, or only to see
 * whether fields of its class hide columns (a probe). One for all models, for nothing waits in that moment; and
 * constructors find it at once, where asking each class for its own took as long as all the rest.
 */
class Construction {
  /** The class that is constructed next for a row or a probe: its constructor sets no defaults. */
  #target: unknown = undefined
  #source: Source | undefined = undefined
  #loaded: Loaded | undefined = undefined
  #isProbe = false
  /** The class of which `create()` makes a new instance next: nobody sees it before it is saved; see `defaults.ts`. */
  #created: unknown = undefined

  /** Makes instances of the rows of one source; `make` says {@link row} before each. */
  ofRows<T> (source: Source, make: () => T): T { return this.#within(source, undefined, make) }

  /** Makes an object of this class that is nothing yet. */
  empty<T> (target: unknown, make: () => T): T { return this.#within(undefined, target, make) }

  /** The next instance of this class takes over what was loaded. */
  row (target: unknown, loaded: Loaded): void {
    this.#loaded = loaded
    this.#target = target
  }

  /** Makes an instance of this class that takes over nothing, among those of a source's rows. */
  probe (target: unknown, make: () => unknown): void {
    this.#loaded = undefined
    this.#target = target
    this.#isProbe = true
    make()
    this.#isProbe = false
  }

  /** Makes a new instance for `create()`. @param isUnseen nobody sees it before it is saved */
  create (model: new (values: unknown) => object, values: unknown, isUnseen: boolean): object {
    const outer = this.#created
    this.#created = isUnseen ? model : undefined
    try {
      return new model(values) // eslint-disable-line new-cap -- a class in a variable
    } finally {
      this.#created = outer
    }
  }

  /** For the constructor of this class: it takes over a row, or is probed. */
  isOfRow (target: unknown): boolean { return this.#target === target }
  /** Only fields of the class are looked for. */
  get isProbe (): boolean { return this.#isProbe }
  /** What the row is of. Of an empty object none. */
  get source (): Source { return this.#source as Source }
  get loaded (): Loaded | undefined { return this.#loaded }
  /** The constructor has taken over its row: it may make others of its class. */
  rowTaken (): void { this.#target = undefined }

  /** For the constructor of this class: `create()` called it. Of what that makes further it has no say. */
  takeCreated (target: unknown): boolean {
    if (this.#created !== target) return false
    this.#created = undefined
    return true
  }

  /**
   * Puts back what was under way: the constructor of a row may load others, be it that of a probe, and one that threw
   * must not leave its row to the next.
   */
  #within<T> (source: Source | undefined, target: unknown, make: () => T): T {
    const outer = { target: this.#target, source: this.#source, loaded: this.#loaded, isProbe: this.#isProbe }
    this.#target = target
    this.#source = source
    this.#loaded = undefined
    this.#isProbe = false
    try {
      return make()
    } finally {
      this.#target = outer.target
      this.#source = outer.source
      this.#loaded = outer.loaded
      this.#isProbe = outer.isProbe
    }
  }
}

export const construction = new Construction()
