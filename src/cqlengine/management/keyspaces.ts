import type { Connection } from '../connection/connection.js'
import { QueryError } from '../errors.js'
import { asOurs, checkFlag } from '../known-options.js'
import { createKeyspace, dropKeyspaceText } from '../statements/ddl.js'
import { keyspaceNameLimit, nameRule } from '../statements/identifiers.js'
import { changeSchema } from './schema-statement.js'
import { shown } from '../words.js'

export interface KeyspaceProperties {
  /** Writes go to the commit log first. Default true; without, a crash of all replicas loses what was not flushed. */
  readonly durableWrites?: boolean | undefined
}

/**
 * Creates a keyspace with that many replicas of each row, in one data center. One that exists is left as it is,
 * whatever its replication (MGT-01).
 * @throws {QueryError} for a name or number that Cassandra cannot take
 */
export async function createKeyspaceSimple (
  connection: Connection, name: string, replicationFactor: number, options: KeyspaceProperties = {}
): Promise<void> {
  const at = checkKeyspaceName('createKeyspaceSimple', name)
  checkFactor(`${at}: the replication factor`, replicationFactor)
  await create(connection, at, name, { class: 'SimpleStrategy', replication_factor: replicationFactor }, options)
}

/**
 * As {@link createKeyspaceSimple}, with the number of replicas for each data center: `{ dc1: 3, dc2: 2 }` (MGT-02).
 * @throws the driver's ResponseError when the cluster has no such data center
 */
export async function createKeyspaceNetworkTopology (
  connection: Connection, name: string, dataCenters: Readonly<Record<string, number>>, options: KeyspaceProperties = {}
): Promise<void> {
  const at = checkKeyspaceName('createKeyspaceNetworkTopology', name)
  await create(connection, at, name, { class: 'NetworkTopologyStrategy', ...readFactors(at, dataCenters) }, options)
}

function readFactors (at: string, given: unknown): Record<string, number> {
  try {
    const factors = typeof given !== 'object' || given === null || Array.isArray(given) ? [] : Object.entries(given)
    if (factors.length === 0) {
      throw new QueryError(`${at}: the replicas must be given for each data center, such as { dc1: 3 }`)
    }
    for (const [dataCenter, factor] of factors) {
      if (dataCenter === '' || dataCenter === 'class') {
        throw new QueryError(`${at}: ${shown(dataCenter)} is no name of a data center`)
      }
      checkFactor(`${at}: the replication factor of data center ${shown(dataCenter)}`, factor)
    }
    return Object.fromEntries(factors) as Record<string, number>
  } catch (error) {
    throw asOurs(error, at)
  }
}

/**
 * Drops a keyspace with all that is in it; a missing one is no error (MGT-03). @throws as {@link createKeyspaceSimple}
 */
export async function dropKeyspace (connection: Connection, name: string): Promise<void> {
  checkKeyspaceName('dropKeyspace', name)
  try {
    await changeSchema(connection, dropKeyspaceText(name), name)
  } finally {
    // Its tables may come back with other types: see dropTable.
    connection.session.forgetPrepared()
  }
}

async function create (
  connection: Connection,
  at: string,
  name: string,
  replication: Readonly<Record<string, string | number>>,
  options: KeyspaceProperties
): Promise<void> {
  const { durableWrites = true } = options
  checkFlag(at, 'durableWrites', durableWrites)
  await changeSchema(connection, createKeyspace(name, replication, durableWrites), name)
}

/** @returns the call, for messages @throws {QueryError} */
export function checkKeyspaceName (caller: string, name: unknown): string {
  if (typeof name !== 'string' || !nameRule.test(name) || name.length > keyspaceNameLimit) {
    throw new QueryError(`${caller}: a keyspace's name must have 1 to ${keyspaceNameLimit} letters, digits and _, ` +
      `unlike ${nameForMessage(name)}`)
  }
  return `${caller}("${name}")`
}

const nameForMessage = (name: unknown): string =>
  typeof name === 'string' ? shown(name) : `a value of type ${typeof name}`

function checkFactor (what: string, factor: unknown): void {
  if (typeof factor !== 'number' || !Number.isInteger(factor) || factor < 1) {
    throw new QueryError(`${what} must be a whole number from 1`)
  }
}
