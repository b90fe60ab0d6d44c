// From settings to open connections, all or none.

import { type Plan, planConnection } from './cqlengine/connection/plan.js'
import {
  type ConnectionRegistry, defaultConnectionName, type RegistryOptions
} from './cqlengine/connection/registry.js'
import type { ConnectionSettings } from './settings/connection-settings.js'
import type { Settings } from './settings/read-settings.js'

/**
 * Whoever runs the `db` may watch it: slow requests, clients before they connect, warnings, states of connections. None
 * of these may throw.
 */
export interface InitHooks extends Pick<RegistryOptions, 'observe' | 'onClient' | 'onState' | 'warn'> {
  /** The instance's name: it reads `CASSANDRA_<NAME>_…` only. */
  readonly name?: string | undefined
  /**
   * Options that the caller has beside those of `init`: they are listed with the others when somebody writes one that
   * does not exist.
   */
  readonly ownOptions?: readonly string[] | undefined
}

/**
 * Registers the default connection and the named ones, at the same time.
 * @param check throws when this start is over: a hook may have closed the db
 * @throws the first failure
 */
export async function connectAll (
  registry: ConnectionRegistry, settings: Settings, hooks: InitHooks, check: () => void
): Promise<void> {
  const { connectTimeout, slowQuery, keyspace, warnings } = settings
  const { onClient, onState, warn: onWarning, observe } = hooks
  registry.configure({
    ...onClient !== undefined && { onClient },
    ...onState !== undefined && { onState },
    ...onWarning !== undefined && { warn: onWarning },
    ...connectTimeout !== undefined && connectTimeout > 0 && { connectTimeout },
    // Without a threshold nobody asked to see statements.
    ...observe !== undefined && slowQuery !== undefined && { observe, slowQuery }
  })
  const warn = hooks.warn ?? warnProcess
  for (const warning of warnings) warn(warning)
  registry.configureKeyspace(keyspace)
  const all = [[defaultConnectionName, settings.default] as const, ...Object.entries(settings.connections)]
  const plans = all.map(([name, one]) =>
    withSettings(planConnection(name, optionsOf(one, name === defaultConnectionName), warn), one))
  const outcomes = await Promise.allSettled(plans.map(async (plan) => {
    check()
    await registry.registerPlan(plan)
  }))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

function warnProcess (message: string): void { process.emitWarning(message, 'CQLEngineWarning') }

/** What a connection of the settings has, and one of `registerConnection` beside a client has not (CON-06). */
function withSettings (plan: Plan, { lazyConnect, retryConnect, consistency }: ConnectionSettings): Plan {
  return {
    ...plan,
    // Its keyspace is the db's, also when a client of the user's brings one along: `setKeyspace` reaches it.
    ...plan.isDefault && { keyspace: undefined },
    // These may stand beside a client, too.
    lazyConnect,
    retryConnect,
    consistency
  }
}

/** Settings as `registerConnection` takes them; what it refuses beside a client is left out. */
function optionsOf (
  { client, keyspace, driver, ...own }: ConnectionSettings, isDefault: boolean
): Record<string, unknown> {
  if (client !== undefined) return { client, keyspace, default: isDefault }
  return { ...own, keyspace, setupKwargs: driver, default: isDefault }
}
