// The plugin's own options, beside those of `db.init()`.
import { ConfigError } from '../cqlengine/errors.js'
import { Problems } from '../settings/connection-settings.js'
import type { InitOptions } from '../settings/options.js'
import { readSettings } from '../settings/read-settings.js'
import type { RequestScope } from './request-scope.js'

export interface PluginOptions<Db> extends InitOptions {
  /** A `db` made before, so that model files can import it. Default: a new one. */
  db?: Db | undefined
  /** Makes this instance `app.db.<name>`, which reads `CASSANDRA_<NAME>_…` only. Default: it is `app.db`. */
  name?: string | undefined
  /** Default `db`. */
  decorator?: string | undefined
  /**
   * Where the statements of a request go; called, synchronously, whenever one of them needs a default. Nothing
   * returned: no scope.
   * @example
   * await app.register(fastifyCqlalchemy, {
   *   scope: (request) => ({ keyspace: request.headers.host === 'acme.example.org' ? 'tenant_acme' : 'shared' })
   * })
   */
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

/** For messages: what the plugin has beside the options of `db.init()`. */
export const ownOptions = ['db', 'name', 'decorator', 'scope', 'httpErrors'] as const

/**
 * @throws ConfigError for all options that are wrong, those for `db.init()` too: who mends one must not meet the next
 * at the next start
 */
export function readPluginOptions (options: PluginOptions<unknown> & FastifysOwn): ReadOptions {
  // Fastify hands over the user's own object, with three options of its own in it.
  const { db, name, decorator = 'db', scope, httpErrors, prefix, logLevel, logSerializers, ...init } = options
  const wrong = [
    name !== undefined && !isName(name) && 'option name must be a letter and then letters, digits, _ or -',
    !isName(decorator) && 'option decorator must be a letter and then letters, digits, _ or -',
    scope !== undefined && typeof scope !== 'function' && 'option scope must be a function of the request',
    httpErrors !== undefined && typeof httpErrors !== 'boolean' && 'option httpErrors must be true or false'
  ].filter((message) => message !== false)
  if (wrong.length > 0) {
    const problems = new Problems()
    for (const message of wrong) problems.try(() => { throw new ConfigError(message) })
    problems.try(() => readSettings(init, { name: isName(name) ? name : undefined, ownOptions }))
    problems.finish()
  }
  return { name, decorator, scope, httpErrors, init }
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z][\w-]*$/.test(value)
