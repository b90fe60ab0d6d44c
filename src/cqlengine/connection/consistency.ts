// Consistency levels as people write them. The driver sends what it does not know as ANY, so everything is checked here
// first.
import { types } from '../driver.js'
import { type CQLEngineError, QueryError } from '../errors.js'

/** The class of the error to throw: `QueryError` for options of a statement, `ConfigError` for settings. */
type ErrorClass = new (message: string) => CQLEngineError

const simplify = (name: string): string => name.replace(/_/g, '').toLowerCase()
const levels = Object.entries(types.consistencies)
  .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
const byName: ReadonlyMap<string, number> = new Map(levels.map(([name, level]) => [simplify(name), level]))
const numbers: ReadonlySet<number> = new Set(byName.values())
const inCql = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
const list = (of: readonly (readonly [string, number])[]): string => of.map(([name]) => inCql(name)).join(', ')
const serialLevels = levels.filter(([name]) => /serial$/i.test(name))

/**
 * The number of a consistency level.
 * @param value a name in any case (`LOCAL_QUORUM`, `localQuorum`), or a number of `types.consistencies`, also as a
 *   string
 * @param where what to name in the error, such as an option or variable
 * @throws {QueryError} (or `Kind`) for everything else; lists the levels, never the value
 */
export function parseConsistency (value: unknown, where: string, Kind: ErrorClass = QueryError): number {
  const level = levelOf(value)
  if (level === undefined) {
    throw new Kind(`${where} is no consistency level: use one of ${list(levels)}, or a number of types.consistencies`)
  }
  return level
}

/** As {@link parseConsistency}, for the serial phase of conditions: `SERIAL` or `LOCAL_SERIAL`. */
export function parseSerialConsistency (value: unknown, where: string, Kind: ErrorClass = QueryError): number {
  const level = levelOf(value)
  if (!serialLevels.some(([, serial]) => serial === level)) {
    throw new Kind(`${where} is no serial consistency level: use one of ${list(serialLevels)}`)
  }
  return level as number
}

function levelOf (value: unknown): number | undefined {
  if (typeof value === 'number') return numbers.has(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{1,3}$/.test(text)) return levelOf(Number(text))
  return byName.get(simplify(text))
}
