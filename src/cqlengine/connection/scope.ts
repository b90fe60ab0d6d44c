// Defaults for everything that runs inside a call, across awaits. One Scopes belongs to one db.
import { AsyncLocalStorage } from 'node:async_hooks'
import { QueryError } from '../errors.js'
import { asOurs } from '../known-options.js'
import type { Route } from './route.js'
import { meant, shown } from '../words.js'

/** A scope that may still ask: called synchronously whenever a statement needs a default. */
export type RouteFunction = () => Route | undefined

interface Frame {
  readonly parent: Frame | undefined
  /** The scope with its parents, where all of them are fixed. */
  readonly fixed: Route | undefined
  readonly ask: Route | RouteFunction
}

/** A scope that can be entered several times: HTTP hooks lose it while a body is read and must come back to it. */
export interface Scope {
  /**
   * Calls `fn` at once, inside the scope, and gives its value.
   * @example
   * const tenant = db.openScope({ keyspace: 'tenant_a' })
   * const users = await tenant.run(() => User.all())
   */
  run<T> (fn: () => T): T
}

export class Scopes {
  // Made by the first scope: an AsyncLocalStorage in use costs every promise of the process a little.
  #storage: AsyncLocalStorage<Frame | undefined> | undefined

  /**
   * Calls `fn` at once and gives its value; `route` holds for all that `fn` starts. Inner scopes override outer ones
   * key by key.
   * @throws {QueryError} `route` is no object of `connection` and `keyspace`, nor a function
   */
  run<T> (route: Route | RouteFunction, fn: () => T): T {
    if (typeof fn !== 'function') throw new QueryError('A scope runs a function, which is the last argument')
    return this.open(route).run(fn)
  }

  /** A scope inside the present one, to be entered later, as often as needed. */
  open (route: Route | RouteFunction): Scope {
    if (route === undefined || route === null) {
      throw new QueryError('A scope is an object of connection and keyspace, or a function that gives one, not ' +
        `${shown(route)}`)
    }
    const storage = this.#storage ??= new AsyncLocalStorage()
    const parent = storage.getStore()
    const frame = typeof route === 'function'
      ? { parent, fixed: undefined, ask: route }
      : fixedFrame(checkedScopeRoute(route) ?? {}, parent)
    return { run: (fn) => storage.run(frame, fn) }
  }

  /**
   * The defaults that hold here; undefined outside all scopes. What a scope's function throws reaches the caller.
   * @throws {QueryError} a scope's function gives something else than `{ connection, keyspace }`, or a promise
   */
  current (): Route | undefined {
    if (this.#storage === undefined) return undefined
    const frame = this.#storage.getStore()
    if (frame === undefined) return undefined
    return frame.fixed ?? this.#ask(this.#storage, frame)
  }

  #ask (storage: AsyncLocalStorage<Frame | undefined>, innermost: Frame): Route | undefined {
    let connection: string | undefined
    let keyspace: string | undefined
    for (let frame: Frame | undefined = innermost; frame !== undefined; frame = frame.parent) {
      const { fixed, parent, ask } = frame
      // The function runs in the scope around it: a statement in there must not ask it again.
      const route: Route | undefined = fixed ??
        (typeof ask === 'function' ? checkedScopeRoute(storage.run(parent, ask)) : ask)
      connection ??= route?.connection
      keyspace ??= route?.keyspace
      if (fixed !== undefined || (connection !== undefined && keyspace !== undefined)) break
    }
    return connection === undefined && keyspace === undefined ? undefined : { connection, keyspace }
  }
}

function fixedFrame (route: Route, parent: Frame | undefined): Frame {
  const outer = parent === undefined ? {} : parent.fixed
  const fixed = outer &&
    Object.freeze({ connection: route.connection ?? outer.connection, keyspace: route.keyspace ?? outer.keyspace })
  return { parent, fixed, ask: Object.freeze({ connection: route.connection, keyspace: route.keyspace }) }
}

function checkedScopeRoute (route: unknown): Route | undefined {
  try {
    return read(route)
  } catch (error) {
    throw asOurs(error, 'scope')
  }
}

function read (route: unknown): Route | undefined {
  if (route === undefined || route === null) return undefined
  if (typeof route !== 'object' || Array.isArray(route)) {
    throw new QueryError(`A scope is an object of connection and keyspace, not ${typeof route}`)
  }
  if (typeof (route as { then?: unknown }).then === 'function') {
    // Whoever made the promise would otherwise see its rejection as unhandled.
    Promise.resolve(route).catch(() => {})
    throw new QueryError('A scope function must give its answer at once, not a promise: it is called whenever a ' +
      'statement needs a default')
  }
  for (const [key, value] of Object.entries(route)) {
    if (key !== 'connection' && key !== 'keyspace') {
      throw new QueryError('A scope has connection and keyspace, but no ' +
        `${shown(key)}${meant(key, ['connection', 'keyspace'])}`)
    }
    if (value !== undefined && value !== null && (typeof value !== 'string' || value === '')) {
      throw new QueryError(`The ${key} of a scope must be a name, that is a string that is not empty`)
    }
  }
  const { connection, keyspace } = route as Route
  return { connection: connection ?? undefined, keyspace: keyspace ?? undefined }
}
