// express-cassandra beside the others (WITH=express-cassandra): installed for this run into build/, since it is no part of our tests.
import type { types } from 'cassandra-driver'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

interface Model {
  new (values: object): { saveAsync(): Promise<unknown> }
  findAsync (query: object, options?: object): Promise<unknown[]>
  findOneAsync (query: object): Promise<unknown>
}

/** Of the package, what is used here. */
interface ExpressCassandra {
  createClient (options: object): {
    loadSchema (name: string, schema: object): Model
    datatypes: { Long: { fromNumber (value: number): unknown } }
    uuidFromBuffer (bytes: Buffer): unknown
    initAsync (): Promise<void>
    close (done: () => void): void
  }
}

const version = '2.9.1'

async function load (): Promise<ExpressCassandra> {
  const folder = resolve('build/express-cassandra')
  const manifest = join(folder, 'package.json')
  if (!existsSync(join(folder, 'node_modules/express-cassandra'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(manifest, '{ "private": true }')
    await promisify(execFile)('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `express-cassandra@${version}`])
  }
  return createRequire(manifest)('express-cassandra') as ExpressCassandra
}

/** Its models of the tables that the benchmark has made, with its own driver and its own settings. */
export async function expressCassandra (hosts: readonly string[], localDataCenter: string, keyspace: string) {
  const models = (await load()).createClient({
    clientOptions: { contactPoints: hosts, localDataCenter, keyspace },
    ormOptions: { createKeyspace: false, createTable: false, migration: 'safe' }
  })
  await models.initAsync()
  const scalars = { a: 'text', b: 'int', c: 'bigint', d: 'double', e: 'boolean' }
  const collections = { tags: { type: 'set', typeDef: '<text>' }, scores: { type: 'map', typeDef: '<text, int>' } }
  const partition = { p: 'int', n: 'int' }
  const key = [['p'], 'n']
  return {
    Wide: models.loadSchema('wide', { fields: { id: 'uuid', ...scalars, f: 'timestamp', g: 'uuid', ...collections }, key: ['id'] }),
    Partition: models.loadSchema('partition', { fields: { ...partition, ...scalars, f: 'timestamp', ...collections }, key }),
    ScalarPartition: models.loadSchema('scalar_partition', { fields: { ...partition, ...scalars, f: 'text', g: 'uuid', h: 'int' }, key }),
    /** What its own copy of the driver knows as these. */
    long: (value: bigint) => models.datatypes.Long.fromNumber(Number(value)),
    uuid: (value: types.Uuid) => models.uuidFromBuffer(value.getBuffer()),
    close: async () => { await new Promise<void>((resolve) => { models.close(resolve) }) }
  }
}
