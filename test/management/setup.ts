import type { Test } from 'tap'
import type { Columns } from '../../src/cqlengine/columns/column.js'
import { Connection } from '../../src/cqlengine/connection/connection.js'
import { ownEncodingOptions } from '../../src/cqlengine/connection/encoding.js'
import type { types } from '../../src/cqlengine/driver.js'
import { Client } from '../../src/cqlengine/driver.js'
import type { SyncTarget } from '../../src/cqlengine/management/sync.js'
import { compileTable, type KeyOption } from '../../src/cqlengine/model/table.js'

export interface RecordedConnection {
  readonly connection: Connection
  /** Texts of the schema statements that reached the driver. */
  readonly sent: string[]
  /** Texts of everything else. */
  readonly read: string[]
}

interface Options { readonly hosts: readonly string[], readonly localDataCenter: string, readonly name?: string }

/** A connection that is open until the test ends, and what it sends. */
export async function recordedConnection (t: Pick<Test, 'teardown'>, { hosts, localDataCenter, name = 'default' }: Options): Promise<RecordedConnection> {
  const client = new Client({ contactPoints: [...hosts], localDataCenter, encoding: ownEncodingOptions, pooling: { warmup: false }, socketOptions: { readTimeout: 30_000 } })
  const connection = new Connection({ name, client, owned: true })
  t.teardown(async () => { await connection.close() })
  await connection.connect()
  const sent: string[] = []
  const read: string[] = []
  const execute = client.execute.bind(client) as (...given: unknown[]) => Promise<types.ResultSet>
  client.execute = ((cql: string, ...rest: unknown[]) => {
    (/^(CREATE|ALTER|DROP|TRUNCATE)/.test(cql) ? sent : read).push(cql)
    return execute(cql, ...rest)
  }) as unknown as typeof client.execute
  return { connection, sent, read }
}

interface TableOptions { readonly key?: KeyOption, readonly options?: Readonly<Record<string, unknown>>, readonly extra?: Columns, readonly model?: string, readonly connection?: string }

/** A model's table at one place. */
export function target (keyspace: string, name: string, columns: Columns, { key, options = {}, extra, model = name, connection = 'default' }: TableOptions = {}): SyncTarget {
  const table = compileTable(name, columns, key)
  const whole = extra === undefined ? undefined : compileTable(name, { ...columns, ...extra }, key)
  return { model, table, options, connection, keyspace, ...whole !== undefined && { extra: whole.columns.filter((c) => !table.byField.has(c.field) || c.name in (extra ?? {})) } }
}
