import { isIPv4 } from 'node:net'
import { CassandraStartError } from './start-error.js'

/** Options of {@link startCassandra}. */
export interface StartCassandraOptions {
  /** A lone node, or three that replicate among each other. Default 1. */
  nodes?: 1 | 3 | undefined
  /** Password login: user `cassandra`, password `cassandra`. Default false. */
  auth?: boolean | undefined
  /** true: TLS and plain text on the same port; `'only'`: no plain text. Default false. */
  tls?: boolean | 'only' | undefined
  /** Keeps the data in this folder, from start to start. Absent: a temporary folder, removed by `stop()`. */
  directory?: string | undefined
  /** Of Cassandra: 5.0.x, or 4.1.x, which most clusters still run. Default 5.0.8. */
  version?: string | undefined
  /**
   * false: creates and drops tables about five times faster, but `kill()` then loses all data, tables included.
   * Default true: what was acknowledged survives `kill()` and `start()`.
   */
  durable?: boolean | undefined
  /** Loopback address of the first node, the others follow it. Absent: free ones. */
  address?: string | undefined
  /** Milliseconds from the start of the processes until all nodes answer. Default 120000. */
  startTimeout?: number | undefined
  /**
   * Called with each line of progress.
   * @example
   * const cassandra = await startCassandra({ log: console.log })
   */
  log?: ((line: string) => void) | undefined
}

type Defaulted = Omit<StartCassandraOptions, 'directory' | 'address'>

export type Settings = { [Name in keyof Defaulted]-?: Exclude<Defaulted[Name], undefined> } &
  Pick<StartCassandraOptions, 'directory' | 'address'>

const known = new Set(['nodes', 'auth', 'tls', 'directory', 'version', 'durable', 'address', 'startTimeout', 'log'])

/** Checks the options and fills in the defaults. Callers in JavaScript have no compiler to tell them. */
export function settingsOf (options: StartCassandraOptions): Settings {
  const unknown = Object.keys(options).filter((name) => !known.has(name))
  if (unknown.length > 0) throw wrong(`unknown option ${unknown.join(', ')}; known are ${[...known].join(', ')}`)
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined)
  ) as Partial<Settings>
  const settings: Settings = {
    nodes: 1, auth: false, tls: false, version: '5.0.8', durable: true, startTimeout: 120_000, log: () => {}, ...given
  }
  if (settings.nodes !== 1 && settings.nodes !== 3) throw wrong('nodes must be 1 or 3')
  if (typeof settings.auth !== 'boolean') throw wrong('auth must be a boolean')
  if (typeof settings.durable !== 'boolean') throw wrong('durable must be a boolean')
  if (typeof settings.tls !== 'boolean' && settings.tls !== 'only') throw wrong("tls must be true, false or 'only'")
  if (!/^(?:4\.1|5\.0)\.\d+$/.test(settings.version)) {
    throw wrong('version must be a released 5.0 or 4.1, such as 5.0.8')
  }
  if (settings.directory !== undefined && (typeof settings.directory !== 'string' || settings.directory === '')) {
    throw wrong('directory must be a path')
  }
  if (settings.address !== undefined && !(isIPv4(settings.address) && settings.address.startsWith('127.'))) {
    throw wrong('address must be a loopback address, 127.x.y.z')
  }
  if (!(Number.isFinite(settings.startTimeout) && settings.startTimeout > 0)) {
    throw wrong('startTimeout must be a number of milliseconds')
  }
  if (typeof settings.log !== 'function') throw wrong('log must be a function')
  return settings
}

function wrong (what: string): CassandraStartError {
  return new CassandraStartError('option', `startCassandra: ${what}.`)
}
