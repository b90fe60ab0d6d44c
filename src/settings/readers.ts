// One function per option: from what was written, as a value or as text, to what the library works with. They throw
// ConfigError, and never show a value.
import { parseConsistency } from '../cqlengine/connection/consistency.js'
import { parseHosts } from '../cqlengine/connection/hosts.js'
import { ConfigError, NoConfigError } from '../cqlengine/errors.js'
import { listOf } from '../cqlengine/known-options.js'
import { isObject, splitDriverOptions, type ReadDriverOptions } from './driver-options.js'

const TRUE = new Set(['true', '1', 'yes', 'on', 'y', 't'])
const FALSE = new Set(['false', '0', 'no', 'off', 'n', 'f', ''])
/** The longest time that Node's timers can wait; above it they fire at once. */
const MAX_TIMER = 2 ** 31 - 1

export function readHosts (value: unknown, where: string): string[] {
  const empty = (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
  if (empty) throw new NoConfigError(`${where}: no hosts are configured; name at least one host or host:port`)
  return parseHosts(value, where)
}

/** `null` is none on purpose, and stays `null`. */
export function readKeyspace (value: unknown, where: string): string | null {
  if (value === null) return null
  if (value === '') {
    throw new NoConfigError(`${where}: no keyspace is configured; name one, or write null for none on purpose`)
  }
  if (typeof value !== 'string' || !/^\w{1,48}$/.test(value)) {
    throw new ConfigError(`${where} must be 1 to 48 letters, digits or underscores`)
  }
  return value
}

export function readConsistency (value: unknown, where: string): number {
  return parseConsistency(value, where, ConfigError)
}

export function readFlag (value: unknown, where: string): boolean {
  const word = typeof value === 'object' ? undefined : String(value).trim().toLowerCase()
  if (word !== undefined && TRUE.has(word)) return true
  if (word !== undefined && FALSE.has(word)) return false
  throw new ConfigError(`${where} must be true or false`)
}

export function readText (value: unknown, where: string): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new ConfigError(`${where} must be a text that is not empty`)
  }
  return value.trim()
}

/** An object as it is, with its class instances, or the JSON text of one. */
export function readObject (value: unknown, where: string): Readonly<Record<string, unknown>> {
  let object = value
  if (typeof value === 'string') {
    if (value.trim() === '') return {}
    // The parser's own message quotes the text, which may hold a password: it must not become a cause.
    try { object = JSON.parse(value) } catch { throw new ConfigError(`${where} must be valid JSON`) }
  }
  if (!isObject(object)) {
    throw new ConfigError(`${where} must be an object${typeof value === 'string' ? ' in JSON' : ''}`)
  }
  return object
}

export function readDriverOptions (value: unknown, where: string): ReadDriverOptions {
  return splitDriverOptions(readObject(value, where), where)
}

/** Milliseconds, 0 included. */
export function readMilliseconds (value: unknown, where: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_TIMER)) {
    throw new ConfigError(`${where} must be a number of milliseconds from 0 to ${MAX_TIMER}`)
  }
  return value
}

export function readSecrets (value: unknown, where: string): string | readonly string[] {
  const all = Array.isArray(value) ? listOf(value) ?? [] : [value]
  const usable = all.length > 0 && all.every((one) => typeof one === 'string' && one !== '')
  if (!usable) throw new ConfigError(`${where} must be a text that is not empty, or an array of such`)
  return typeof value === 'string' ? value : Object.freeze([...all] as string[])
}
