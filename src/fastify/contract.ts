// What the plugin needs of a `db`. CQLAlchemy has all of this; the plugin's parts know no more of it.
import type { RouteFunction, Scope } from '../cqlengine/connection/scope.js'
import type { InitOptions } from '../settings/options.js'
import type { InitHooks } from '../start.js'

export interface PluginDb {
  /**
   * Reads the settings and connects, within `connectTimeout` ms. When it rejects, nothing stays open (or closes by
   * itself once the driver's attempt has come to an end), and it may be called again.
   */
  init (options: InitOptions, hooks?: InitHooks): Promise<unknown>
  /** Lets running statements finish, bounded, then closes everything. Does no harm twice. */
  close (): Promise<void>
  /** From the call of `init()` to its failure, or to the call of `close()`. */
  readonly isOpen: boolean
  /** A scope that can be entered several times. */
  openScope (route: RouteFunction): Scope
}
