// One of the processes that share the ranges of a table: reads its share, and tells after every few rows what it has read and where it stands.
import process from 'node:process'
import { CQLAlchemy } from '../../src/cqlalchemy.js'
import type { types } from '../../src/cqlengine/driver.js'
import type { Share, Told } from './shared-ranges.js'

const { hosts, localDataCenter, share } = JSON.parse(process.env['READER'] ?? '{}') as { hosts: string[], localDataCenter: string, share: Share }
const db = await new CQLAlchemy().init({ hosts, localDataCenter, keyspace: 'parts', env: false })
class Grain extends db.Model.define('grain', { id: db.columns.Integer({ primaryKey: true }) }).as<Grain>() {}

const { client } = db
await client.metadata.refreshKeyspaces()
const { execute } = client
let strangers = 0
let nodes = new Set<string>()
client.execute = (async (cql: string, params: unknown[], ...rest: unknown[]) => {
  const answer = await (execute as (...args: unknown[]) => Promise<types.ResultSet>).call(client, cql, params, ...rest)
  if (!cql.includes('"grain"')) return answer
  // Where the part begins, for where it ends is what was asked by.
  const [replica] = client.metadata.getReplicas('parts', client.metadata.newToken((BigInt(String(params[0])) + 1n).toString()))
  if (replica?.address !== answer.info.queriedHost) strangers++
  nodes.add(answer.info.queriedHost)
  return answer
}) as typeof client.execute

for (const [i, range] of share.ranges.entries()) {
  const scan = Grain.objects.inRange(range).fetchSize(25).scan({ concurrency: 3, ...i === 0 && share.from !== undefined && { from: share.from } })
  let ids: number[] = []
  const tell = async (): Promise<void> => {
    const told: Told = { ids, left: share.ranges.slice(i), position: scan.position, strangers, nodes: [...nodes] }
    ids = []
    nodes = new Set()
    await new Promise((resolve) => process.send?.(told, resolve))
  }
  for await (const { id } of scan) {
    ids.push(id)
    if (ids.length === 20) await tell()
  }
  await tell()
}
await db.close()
process.disconnect()
