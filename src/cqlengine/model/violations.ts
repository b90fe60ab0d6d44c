// Rules that values break: gathered, so that one error can tell them all.
import { InvalidValue, type Rule, type ValuePath } from '../columns/cql-type.js'
import { mostViolations, ValidationError, type Violation } from '../errors.js'
import { listed, meant } from '../words.js'
import { keep } from './compile/keepers.js'

/** Gathers the broken rules of several columns, so that one error can tell them all. */
export class Violations {
  #errors: Violation[] | undefined
  #count = 0
  #tellsKnown = false

  /** Runs `check`, keeping a broken rule instead of throwing it. Other errors pass. */
  try<T> (column: string, check: () => T): T | undefined {
    try {
      return check()
    } catch (error) {
      this.add(column, error)
      return undefined
    }
  }

  add (column: string, error: unknown): void {
    if (!(error instanceof InvalidValue)) throw error
    this.#note(column, error.rule, error.message, error.path)
  }

  /** A name that no column has; there can be any number of them. Only the first tells all those that there are. */
  unknown (
    name: string, { known, of = 'the model has no such column' }: { known: readonly Named[], of?: string }
  ): void {
    if (this.#count >= mostViolations) this.#count++
    else this.#note(name, 'unknown', unknownMessage(name, of, namesOf(known), !this.#tellsKnown))
    this.#tellsKnown = true
  }

  /** More than an error lists are only counted. */
  #note (column: string, rule: Rule, message: string, path?: ValuePath): void {
    this.#errors ??= []
    if (this.#count++ < mostViolations) this.#errors.push({ column, rule, message, path })
  }

  /** @throws {ValidationError} when a rule was broken */
  finish (model: string | undefined): void {
    if (this.#errors !== undefined) throw new ValidationError(model, this.#errors, this.#count)
  }
}

keep(() => new Violations())

/** The one error for a single value. */
export function validationError (model: string | undefined, column: string, error: unknown): unknown {
  return error instanceof InvalidValue
    ? new ValidationError(model, [{ column, rule: error.rule, message: error.message, path: error.path }])
    : error
}

interface Named { readonly name: string, readonly options: { readonly hidden?: boolean | undefined } }

function unknownMessage (name: string, what: string, known: readonly string[], tellsKnown: boolean): string {
  return `${what}${meant(name, known)}${tellsKnown ? `; it has ${listed(known)}` : ''}`
}

/** The names of columns for messages: hidden ones are told to nobody who does not know them. */
export function namesOf (columns: readonly Named[]): string[] {
  return columns.filter(({ options }) => options.hidden !== true).map(({ name }) => name)
}
