// Contact points as people write them. The driver takes `host:abc` for `host:9042`, and `http://host` to DNS.
import { isIPv6 } from 'node:net'
import { ConfigError } from '../errors.js'
import { listOf } from '../known-options.js'

/**
 * Contact points in the driver's form.
 * @param value an array, or a string with commas: `host`, `host:port`, `::1`, `[::1]`, `[::1]:port`
 * @param where the option and variable, for messages
 * @throws {ConfigError} naming `where` and the position, never the value
 */
export function parseHosts (value: unknown, where: string): string[] {
  const items = typeof value === 'string'
    ? value.split(',').map((item) => item.trim()).filter((item) => item !== '')
    : listOf(value)
  if (items === undefined) {
    throw new ConfigError(`${where} must be an array of hosts, or a string with commas between them`)
  }
  if (items.length === 0) throw new ConfigError(`${where} must name at least one host`)
  return items.map((item, index) =>
    parseHost(item) ?? refuseHosts(`${where}: entry ${index + 1} is not "host" or "host:port"`))
}

function parseHost (item: unknown): string | undefined {
  if (typeof item !== 'string') return undefined
  const text = item.trim()
  if (isIPv6(text)) return text
  const [, bracketed, bracketedPort] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? []
  if (bracketed !== undefined) {
    return isIPv6(bracketed) && isPort(bracketedPort) ? (bracketedPort === undefined ? bracketed : text) : undefined
  }
  const [, name, port] = /^([^\s:/?#@[\]\\,;'"`<>|(){}=*!%&$^]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  return name !== undefined && isPort(port) ? text : undefined
}

const isPort = (digits: string | undefined): boolean =>
  digits === undefined || (Number(digits) >= 1 && Number(digits) <= 65_535)

function refuseHosts (message: string): never {
  throw new ConfigError(message)
}
