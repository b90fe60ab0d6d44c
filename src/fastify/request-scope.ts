// The option `scope`: everything that a request does runs inside a scope of the `db`, in all hooks and handlers.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Route } from '../cqlengine/connection/route.js'
import type { Scope } from '../cqlengine/connection/scope.js'
import type { PluginDb } from './contract.js'

/** Says where the statements of a request go; called, synchronously, whenever one of them needs a default. */
export type RequestScope = (request: FastifyRequest) => Route | undefined

/**
 * Adds the hooks. The async context does not survive everything: whoever goes on in an event of a socket or a pool is
 * outside, and with it all that follows. So each stage enters the scope again; that costs next to nothing where it
 * still holds, and touches no other AsyncLocalStorage.
 */
export function addRequestScope (
  app: FastifyInstance, db: Pick<PluginDb, 'openScope'>, routeOf: RequestScope, isActive: () => boolean
): void {
  const scopes = new WeakMap<FastifyRequest, Scope>()
  const within = (request: FastifyRequest, done: () => void): void => {
    const scope = scopes.get(request)
    if (scope === undefined) done()
    else scope.run(done)
  }
  app.addHook('onRequest', (request, _reply, done) => {
    if (isActive()) scopes.set(request, db.openScope(() => routeOf(request)))
    within(request, done)
  })
  app.addHook('preParsing', (request, _reply, payload, done) => { within(request, () => { done(null, payload) }) })
  app.addHook('preValidation', (request, _reply, done) => { within(request, done) })
  app.addHook('preHandler', (request, _reply, done) => { within(request, done) })
  app.addHook('preSerialization', (request, _reply, payload, done) => {
    within(request, () => { done(null, payload) })
  })
  app.addHook('onSend', (request, _reply, payload, done) => { within(request, () => { done(null, payload) }) })
  app.addHook('onError', (request, _reply, _error, done) => { within(request, done) })
  app.addHook('onResponse', (request, _reply, done) => { within(request, done) })
  app.addHook('onTimeout', (request, _reply, done) => { within(request, done) })
  app.addHook('onRequestAbort', (request, done) => { within(request, done) })
}
