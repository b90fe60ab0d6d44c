// Which tests need a server of 5.0. On an older one they are skipped and say so; all others run there too.
import process from 'node:process'
import t from 'tap'
import { Client } from '../../src/cqlengine/driver.js'
import { hosts, localDataCenter } from './cassandra.js'

/** The version of the test cluster, such as `5.0.8`. */
export const release = await askRelease()

const isOld = Number.parseInt(release) < 5
const reason = (what: string): string => `needs Cassandra 5.0 (${what}), and this is ${release}`

/** The options of a test that needs 5.0, because of this. */
export const needs5 = (what: string): { skip?: string } => isOld ? { skip: reason(what) } : {}

/** To be called at the head of a file, all of which needs 5.0. */
export function fileNeeds5 (what: string): void {
  if (!isOld) return
  t.pass('', { skip: reason(what) })
  t.end()
  process.exit(0)
}

async function askRelease (): Promise<string> {
  const client = new Client({ contactPoints: hosts, localDataCenter })
  try {
    await client.connect()
    return String((await client.execute('SELECT release_version FROM system.local')).first()['release_version'])
  } finally {
    await client.shutdown()
  }
}
