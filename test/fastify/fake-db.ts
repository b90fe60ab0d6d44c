// A `db` without a database: just what the plugin needs of one, and what happened to it.
import { ClosedError } from '../../src/cqlengine/errors.js'
import { Scopes } from '../../src/cqlengine/connection/scope.js'
import type { RouteFunction, Scope } from '../../src/cqlengine/connection/scope.js'
import type { Route } from '../../src/cqlengine/connection/route.js'
import type { PluginDb } from '../../src/fastify/contract.js'
import type { InitOptions } from '../../src/settings/options.js'
import type { InitHooks } from '../../src/start.js'

export class FakeDb implements PluginDb {
  isOpen = false
  readonly events: string[] = []
  options: InitOptions | undefined
  hooks: InitHooks | undefined
  readonly #start: () => Promise<void>
  readonly #scopes = new Scopes()

  /** @param start what connecting does */
  constructor (start: () => Promise<void> = async () => {}) {
    this.#start = start
  }

  async init (options: InitOptions, hooks: InitHooks = {}): Promise<this> {
    this.events.push('init')
    this.isOpen = true
    this.options = options
    this.hooks = hooks
    try {
      await this.#start()
      if (!this.#stillOpen()) throw new ClosedError('closed meanwhile')
    } catch (error) {
      this.isOpen = false
      throw error
    }
    return this
  }

  /** The compiler does not see that `close()` may have been called during an await. */
  #stillOpen (): boolean { return this.isOpen }

  async close (): Promise<void> {
    this.events.push('close')
    this.isOpen = false
  }

  openScope (route: RouteFunction): Scope {
    return this.#scopes.open(route)
  }

  /** Where a statement would go. */
  where (): Route | undefined {
    return this.#scopes.current()
  }
}
