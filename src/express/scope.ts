// Middleware for Express and anything else with (req, res, next): everything that a request does runs inside a scope of
// the `db`.
import type { Route } from '../cqlengine/connection/route.js'
import type { RouteFunction, Scope } from '../cqlengine/connection/scope.js'

/** The part of a `db` that is needed here. @internal */
export interface ScopingDb { openScope (route: RouteFunction): Scope }

interface Emitter { emit (event: string | symbol, ...args: unknown[]): boolean }

/**
 * As the plugin's option `scope`.
 * @param db the `db` whose statements are meant
 * @param scope says where they go; called, synchronously, whenever one of them needs a default; what it throws reaches
 *   the caller
 * @example
 * const web = express()
 * web.use(expressScope(db, (request: express.Request) => ({
 *   connection: request.path.startsWith('/reports') ? 'analytics' : undefined
 * })))
 */
export function expressScope<Req> (
  db: ScopingDb, scope: (req: Req) => Route | undefined
): (req: Req, res: unknown, next: () => void) => void {
  return (req, res, next) => {
    const requestScope = db.openScope(() => scope(req))
    // Whoever reads the body, or waits for the answer's end, goes on in an event of the socket, outside of every scope.
    for (const one of [req, res]) if (isEmitter(one)) emitWithin(one, requestScope)
    requestScope.run(next)
  }
}

const isEmitter = (value: unknown): value is Emitter =>
  typeof (value as Partial<Emitter> | null | undefined)?.emit === 'function'

function emitWithin (emitter: Emitter, scope: Scope): void {
  const { emit } = emitter
  emitter.emit = (...args) => scope.run(() => emit.apply(emitter, args))
}
