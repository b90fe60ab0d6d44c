import { canGenerate, generate } from './generate.js'
import type { Table, TableColumn } from '../table.js'
import { eachValue } from '../values.js'
import { type Violations } from '../violations.js'

/** Reads an object that has just the keys that it was made for, to values by position. */
type Take = (given: object) => unknown[]

interface Known { readonly keys: readonly string[], readonly take: Take }

/** A program writes a model in few forms; more than these are not kept. */
const mostKnown = 8

/**
 * Reads what a user gave for a new instance of one model. The forms in which it comes again and again are remembered.
 */
export class Givens {
  readonly #model: string
  readonly #table: Table
  readonly #remembers = canGenerate('literals')
  readonly #known: Known[] = []

  constructor (model: string, table: Table) {
    this.#model = model
    this.#table = table
  }

  /**
   * The own enumerable properties of `given`, read once each, in the order of the columns; unknown names are broken
   * rules.
   * @throws {ValidationError} when it is no object, or a property cannot be read
   */
  read (given: unknown, violations: Violations): unknown[] {
    try {
      const take = typeof given === 'object' && given !== null ? this.#find(given) : undefined
      if (take !== undefined) return take(given as object)
    } catch { /* what cannot be read is told below, by its name */ }
    return this.#byName(given, violations)
  }

  #find (given: object): Take | undefined {
    if (!this.#remembers || !isLiteral(given)) return undefined
    for (const known of this.#known) {
      if (hasKeys(given, known.keys)) return known.take
    }
    if (this.#known.length < mostKnown) this.#remember(Object.keys(given))
    return undefined
  }

  #remember (keys: readonly string[]): void {
    const { columns, byName } = this.#table
    if (keys.every((name) => byName.has(name))) this.#known.push({ keys, take: takerOf(columns, keys) })
  }

  #byName (given: unknown, violations: Violations): unknown[] {
    const { columns, byName } = this.#table
    const values: unknown[] = []
    for (let i = 0; i < columns.length; i++) values.push(undefined)
    eachValue(given, this.#model, (name, value) => {
      const column = byName.get(name)
      if (column === undefined) violations.unknown(name, { known: columns })
      else values[column.position] = value
    })
    return values
  }
}

function takerOf (columns: readonly TableColumn[], keys: readonly string[]): Take {
  const reads = columns.map(({ name }) => keys.includes(name) ? `g[${JSON.stringify(name)}]` : 'undefined')
  return generate<Take>('take', {}, `return (g) => [${reads.join(', ')}]`)
}

/** What a program writes as values, or a parser made; anything else may behave in ways of its own. */
function isLiteral (given: object): boolean {
  return Object.getPrototypeOf(given) === Object.prototype
}

/**
 * The literal has just these keys, in this order. Not by `Object.keys`, which makes an array each time. What somebody
 * gave to all objects comes behind its own ones, so that the last key tells of all whether they are its own.
 */
function hasKeys (literal: object, keys: readonly string[]): boolean {
  let i = 0
  let last = ''
  for (const key in literal) {
    if (key !== keys[i++]) return false
    last = key
  }
  return i === keys.length && (i === 0 || Object.hasOwn(literal, last))
}
