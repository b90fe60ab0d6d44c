// Table options as values (B38): both sides become numbers, flags, words and maps before they are compared, so that
// neither the form in which an option was written nor the form in which the server gives it back can make a sync send
// it again.
import type { OptionValue } from '../statements/ddl.js'
import { listed, meant, shown } from '../words.js'

type OptionKind = 'text' | 'word' | 'policy' | 'integer' | 'number' | 'flag' | 'map'

const kinds: ReadonlyMap<string, OptionKind> = new Map(Object.entries<OptionKind>({
  additional_write_policy: 'policy',
  allow_auto_snapshot: 'flag',
  bloom_filter_fp_chance: 'number',
  caching: 'map',
  cdc: 'flag',
  comment: 'text',
  compaction: 'map',
  compression: 'map',
  crc_check_chance: 'number',
  default_time_to_live: 'integer',
  gc_grace_seconds: 'integer',
  incremental_backups: 'flag',
  max_index_interval: 'integer',
  memtable: 'text',
  memtable_flush_period_in_ms: 'integer',
  min_index_interval: 'integer',
  read_repair: 'word',
  speculative_retry: 'policy'
}))

/** Columns of system_schema.tables that are no options, or no longer: Cassandra 4 and later refuse them. */
const noOptions: ReadonlySet<string> = new Set([
  'keyspace_name', 'table_name', 'id', 'flags', 'extensions', 'dclocal_read_repair_chance', 'read_repair_chance'
])

/** What the server leaves out when an option has its default. */
const defaults: ReadonlyMap<string, OptionValue> = new Map<string, OptionValue>([
  ['allow_auto_snapshot', true], ['incremental_backups', true], ['memtable', 'default']
])

const expectations: Readonly<Record<OptionKind, string>> = {
  text: 'a string',
  word: 'a string',
  policy: "a string such as '99p', '50ms', 'NEVER' or 'MIN(99p,50ms)'",
  integer: 'a whole number',
  number: 'a number',
  flag: 'true or false',
  map: "an object of strings, numbers and booleans, such as { class: 'LeveledCompactionStrategy' }"
}

/** Options of a model, ready for CQL, and what is wrong with the others. */
export interface ReadOptions {
  readonly values: Readonly<Record<string, OptionValue>>
  readonly problems: readonly string[]
}

/**
 * Checks the options of a model.
 * @param known names of the columns of system_schema.tables: other servers and later versions have options that we do
 *   not know
 */
export function readOptions (given: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): ReadOptions {
  const values: Record<string, OptionValue> = {}
  const problems: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const kind = kinds.get(name) ?? (known.has(name) && !noOptions.has(name) ? kindOf(value) : undefined)
    if (kind === undefined) {
      problems.push(`the table option ${shown(name)} is unknown${meant(name, [...kinds.keys()])}; there are ` +
        `${listed([...kinds.keys()])}`)
      continue
    }
    const read = readOptionValue(kind, value)
    if (read === undefined) problems.push(`the table option ${name} must be ${expectations[kind]}`)
    else values[name] = read
  }
  return { values, problems }
}

/**
 * What has to be sent so that the table gets the wanted options, and the names of those that the server does not tell.
 */
export interface OptionsDifference {
  readonly changed: Readonly<Record<string, OptionValue>>
  readonly hidden: readonly string[]
}

/**
 * @param wanted from {@link readOptions}
 * @param existing the table's row of system_schema.tables
 */
export function differentOptions (
  wanted: Readonly<Record<string, OptionValue>>, existing: ReadonlyMap<string, unknown>
): OptionsDifference {
  const changed: Record<string, OptionValue> = {}
  const hidden: string[] = []
  for (const [name, value] of Object.entries(wanted)) {
    const now = existing.get(name) ?? defaults.get(name)
    // Told only by servers on which change data capture is on.
    if (name === 'cdc' && now === undefined) hidden.push(name)
    else if (typeof value === 'object') {
      const map = changedMap(name, value, now instanceof Map ? now : new Map())
      if (map !== undefined) changed[name] = map
    } else if (!sameValue(name, value, now)) changed[name] = value
  }
  return { changed, hidden }
}

const kindOf = (value: unknown): OptionKind =>
  typeof value === 'number' || typeof value === 'bigint'
    ? 'number'
    : typeof value === 'boolean' ? 'flag' : typeof value === 'object' ? 'map' : 'text'

function readOptionValue (kind: OptionKind, value: unknown): OptionValue | undefined {
  switch (kind) {
    case 'text': return typeof value === 'string' ? value : undefined
    case 'word': case 'policy': return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
    case 'integer': { const n = numberOf(value); return Number.isSafeInteger(n) ? n : undefined }
    case 'number': return numberOf(value)
    case 'flag': return flagOf(value)
    case 'map': return mapOf(value)
  }
}

function numberOf (value: unknown): number | undefined {
  const n = typeof value === 'number'
    ? value
    : typeof value === 'bigint' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN
  return Number.isFinite(n) ? n : undefined
}

function flagOf (value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return typeof value === 'string' && /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : undefined
}

function mapOf (value: unknown): Record<string, string | number | boolean> | undefined {
  if (!isMap(value)) return undefined
  const given = Object.entries(value).filter(([, v]) => v !== undefined)
    .map(([k, v]) => [k, typeof v === 'bigint' ? String(v) : v] as const)
  return given.every((entry): entry is readonly [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]))
    ? Object.fromEntries(given)
    : undefined
}

function isMap (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sameValue (name: string, wanted: string | number | boolean, existing: unknown): boolean {
  const kind = kinds.get(name) ?? kindOf(wanted)
  if (kind === 'policy') return policy(String(wanted)) === policy(String(existing))
  if (kind === 'word') return String(wanted).toUpperCase() === String(existing).toUpperCase()
  if (kind === 'integer' || kind === 'number') return wanted === numberOf(existing)
  return wanted === existing
}

/** `99.0PERCENTILE` is stored as `99p`, `10.5ms` as `10ms`, `NONE` as `NEVER`, `MAX(10ms, 99p)` as `MAX(99p,10ms)`. */
function policy (text: string): string {
  const word = text.replaceAll(/\s/g, '').toUpperCase()
  const [, percentile] = /^(\d+(?:\.\d+)?)P(?:ERCENTILE)?$/.exec(word) ?? []
  if (percentile !== undefined) return `${Number(percentile)}P`
  const [, ms] = /^(\d+(?:\.\d+)?)MS$/.exec(word) ?? []
  if (ms !== undefined) return `${Math.trunc(Number(ms))}MS`
  const [, both, first, second] = /^(MIN|MAX)\(([^,]*),([^,]*)\)$/.exec(word) ?? []
  if (both !== undefined) return `${both}(${[policy(first as string), policy(second as string)].sort().join(',')})`
  return word === 'NONE' ? 'NEVER' : word
}

/**
 * The whole map to send when a given key differs: a map replaces the one before, so the keys that nobody gave go along
 * – unless another class is wanted, to which they would mean nothing, or compression is off, beside which nothing else
 * may stand.
 */
function changedMap (
  name: string, given: Readonly<Record<string, string | number | boolean>>, existing: ReadonlyMap<string, unknown>
): OptionValue | undefined {
  const isCompression = name === 'compression'
  const isOff = isCompression && (flagOf(given['enabled']) === false || Object.keys(given).length === 0)
  const wanted: typeof given = isOff ? { enabled: 'false' } : given
  if (Object.entries(wanted).every(([key, value]) => sameEntry(name, key, value, existing.get(key)))) return undefined
  if (isOff) return wanted
  const isOtherClass = wanted['class'] !== undefined &&
    !sameEntry(name, 'class', wanted['class'], existing.get('class'))
  const kept = [...existing].filter(([key]) => !isOtherClass && !(isCompression && key === 'enabled'))
  return { ...Object.fromEntries(kept) as Record<string, string>, ...wanted }
}

function sameEntry (option: string, key: string, wanted: string | number | boolean, existing: unknown): boolean {
  if (existing === undefined) return isDefaultEntry(option, key, wanted)
  const [a, b] = [String(wanted).trim(), String(existing).trim()]
  if (a === b) return true
  if (key === 'class') return sameClass(a, b)
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== undefined || y !== undefined) return x === y
  const isWord = option === 'caching' || flagOf(a) !== undefined
  return isWord && a.toUpperCase() === b.toUpperCase()
}

/** What the server does not store because it means the same as nothing. */
function isDefaultEntry (option: string, key: string, wanted: string | number | boolean): boolean {
  if (key === 'enabled') return flagOf(wanted) === true
  return option === 'compression' && key === 'min_compress_ratio' && numberOf(wanted) === 0
}

/** A class of Cassandra's own may be given without its package. */
function sameClass (a: string, b: string): boolean {
  const short = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
  return short(a) === short(b) && (!a.includes('.') || !b.includes('.'))
}
