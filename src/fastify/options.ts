// The plugin's own options, beside those of `db.init()`.
import { ConfigError } from '../cqlengine/errors.js'
import type { InitOptions } from '../settings/options.js'
import type { RequestScope } from './request-scope.js'

export interface PluginOptions<Db> extends InitOptions {
  /** A `db` made before, so that model files can import it. Default: a new one. */
  db?: Db | undefined
  /** Makes this instance `app.db.<name>`, which reads `CASSANDRA_<NAME>_…` only. Default: it is `app.db`. */
  name?: string | undefined
  /** Default `db`. */
  decorator?: string | undefined
  /** Where the statements of a request go; called, synchronously, whenever one of them needs a default. Nothing returned: no scope. */
  scope?: RequestScope | undefined
  /** Replace bodies that Fastify makes from errors of the driver; default true. */
  httpErrors?: boolean | undefined
}

/** The options that are the plugin's alone, checked, and those for `db.init()`. */
export interface ReadOptions {
  readonly name: string | undefined
  readonly decorator: string
  readonly scope: RequestScope | undefined
  readonly httpErrors: boolean | undefined
  readonly init: InitOptions
}

interface FastifysOwn { prefix?: unknown, logLevel?: unknown, logSerializers?: unknown }

/** @throws ConfigError naming the option */
export function readPluginOptions (options: PluginOptions<unknown> & FastifysOwn): ReadOptions {
  // Fastify hands over the user's own object, with three options of its own in it.
  const { db, name, decorator = 'db', scope, httpErrors, prefix, logLevel, logSerializers, ...init } = options
  if (name !== undefined && !isName(name)) throw new ConfigError('option name must be a letter and then letters, digits, _ or -')
  if (!isName(decorator)) throw new ConfigError('option decorator must be a letter and then letters, digits, _ or -')
  if (scope !== undefined && typeof scope !== 'function') throw new ConfigError('option scope must be a function of the request')
  if (httpErrors !== undefined && typeof httpErrors !== 'boolean') throw new ConfigError('option httpErrors must be true or false')
  return { name, decorator, scope, httpErrors, init }
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z][\w-]*$/.test(value)
