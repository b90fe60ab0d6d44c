// Ties one `db` to one Fastify instance: its place, its hooks, its start and its end.
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import { ClosedError, ConfigError } from '../cqlengine/errors.js'
import type { PluginDb } from './contract.js'
import { addHttpErrors } from './http-errors.js'
import { checkPlace, place } from './instances.js'
import { logging } from './logging.js'
import { ownOptions, readPluginOptions, type PluginOptions } from './options.js'
import { addRequestScope } from './request-scope.js'

/** Part of Fastify's own limit for a plugin; the rest is for ending what the attempt began. */
const SHARE_OF_PLUGIN_TIMEOUT = 0.9

/**
 * Registers `db` with `app` and connects it.
 * @throws ConfigError for wrong options, a place that is taken, and a `db` that is open already
 * @throws the driver's error when no connection can be made, or its OperationTimedOutError after `connectTimeout` ms
 */
export async function register (app: FastifyInstance, db: PluginDb, options: PluginOptions<unknown>): Promise<void> {
  const { name, decorator, scope, httpErrors, init } = readPluginOptions(options)
  if (db.isOpen) {
    throw new ConfigError(`the db for app.${decorator}${name === undefined ? '' : `.${name}`} is in use already; ` +
      'close it first, or make another with new CQLAlchemy()')
  }
  checkPlace(app, { decorator, name }, db)
  let state: 'starting' | 'open' | 'over' = 'starting'
  let remove = (): void => {}
  const log = logging(app.log.child({ cassandra: name ?? 'default' }) as FastifyBaseLogger)

  // Before the first await: Fastify runs it then even when this start takes too long, and takes no hooks later.
  app.addHook('onClose', async () => {
    if (state === 'over') return
    state = 'over'
    try {
      await db.close()
    } finally {
      remove()
      log.stop()
    }
  })
  useHttpErrors(app, httpErrors)
  if (scope !== undefined) addRequestScope(app, db, scope, () => state === 'open')

  try {
    await db.init({ connectTimeout: defaultTimeout(app), ...init }, { name, ownOptions, ...log.hooks })
  } catch (error) {
    state = 'over'
    log.stop()
    throw error
  }
  // The hook has closed the db, which may serve another app by now.
  if (isOver()) throw new ClosedError('the app was closed while its db was starting')
  try {
    remove = place(app, { decorator, name }, db)
    state = 'open'
  } catch (error) {
    // Fastify gave up on this start: what was opened meanwhile must not stay.
    state = 'over'
    log.stop()
    await db.close()
    throw error
  }

  // The compiler does not see that the hook may have changed it.
  function isOver (): boolean { return state === 'over' }
}

/** 0: Fastify waits without limit, so do we. */
const defaultTimeout = (app: FastifyInstance): number =>
  Math.floor((app.initialConfig.pluginTimeout ?? 0) * SHARE_OF_PLUGIN_TIMEOUT)

const kHttpErrors = Symbol('fastify-cqlalchemy: http errors')

interface HttpErrors { isWanted: boolean }

/** One pair of hooks per family of contexts, however many instances it has; each context may decide for itself. */
function useHttpErrors (app: FastifyInstance, wanted: boolean | undefined): void {
  const current = Reflect.get(app, kHttpErrors) as HttpErrors | undefined
  if (Object.hasOwn(app, kHttpErrors)) {
    if (wanted !== undefined && current !== undefined) current.isWanted = wanted
    return
  }
  app.decorate(kHttpErrors, { isWanted: wanted ?? current?.isWanted ?? true })
  if (current === undefined) addHttpErrors(app, isWanted)
}

const isWanted = (reply: FastifyReply): boolean =>
  (Reflect.get(reply.server, kHttpErrors) as HttpErrors | undefined)?.isWanted ?? true
