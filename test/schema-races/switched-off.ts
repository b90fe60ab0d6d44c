// A server that has views and SASI switched off: what needs them is told before anything is sent, with the name of the setting.
import process from 'node:process'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import { SchemaError } from '../../src/cqlengine/errors.js'
import { startCassandra } from '../../src/testing/cassandra.js'
import type { Checks } from './checks.js'

export async function switchedOffServer (checks: Checks): Promise<void> {
  // Cassandra takes properties of Java for settings, and Java takes them from here.
  process.env['JAVA_TOOL_OPTIONS'] = '-Dcassandra.config.allow_system_properties=true -Dcassandra.settings.materialized_views_enabled=false -Dcassandra.settings.sasi_indexes_enabled=false'
  const cassandra = await startCassandra({ durable: false })
  delete process.env['JAVA_TOOL_OPTIONS']
  const db = await new CQLAlchemy().init({ hosts: cassandra.hosts, localDataCenter: cassandra.localDataCenter, keyspace: 'off', env: false })
  await db.createKeyspaceSimple('off', 1)
  const c = db.columns
  class Row extends db.Model.define('row', { id: c.Integer({ primaryKey: true }), v: c.Text({ index: true }) }).as<Row>() {}
  await db.syncDb()
  const refused = await db.execute('CREATE MATERIALIZED VIEW off.by_v AS SELECT * FROM off.row WHERE v IS NOT NULL AND id IS NOT NULL PRIMARY KEY (v, id)').then(() => 'made', (error: unknown) => String(error))
  checks.that(/disabled/.test(refused), 'the server has views switched off', refused)
  db.Model.view('row_by_v', Row, { partitionKey: ['v'], clusteringKey: ['id'] })
  db.Model.define('likes', { id: c.Integer({ primaryKey: true }), v: c.Text({ index: { using: 'sasi' } }) })
  const error = await db.syncDb().then(() => undefined, (one: unknown) => one)
  const report = error instanceof SchemaError ? error.report : undefined
  checks.that(report?.statements.length === 0, 'nothing was sent', String(error))
  const told = report?.conflicts.map(({ kind, table, message }) => `${kind} ${table} ${message}`) ?? []
  checks.that(told.some((text) => /^server row_by_v .*materialized_views_enabled in cassandra\.yaml/.test(text)), 'views: the setting is named', told)
  checks.that(told.some((text) => /^server likes .*sasi_indexes_enabled in cassandra\.yaml/.test(text)), 'SASI: the setting is named', told)
  await db.close()
  await cassandra.stop()
}
