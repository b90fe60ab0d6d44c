// Prints each row of a scan with the scan's position, until it is killed.
import { CQLAlchemy } from '../../../src/cqlalchemy.js'

const db = await new CQLAlchemy().init()
const c = db.columns
class Reading extends db.Model.define('reading', {
  sensor: c.Integer({ primaryKey: true, partitionKey: true }),
  month: c.Text({ primaryKey: true, partitionKey: true }),
  at: c.Integer({ primaryKey: true }),
  place: c.Text({ static: true }),
  value: c.Integer()
}).as<Reading>() {}

const scan = Reading.objects.fetchSize(10).scan({ concurrency: 4 })
for await (const row of scan) {
  process.stdout.write(`${JSON.stringify({ row: `${row.sensor}/${row.at}`, position: scan.position })}\n`)
  // So that whoever reads this can kill it before it is done.
  await new Promise((resolve) => { setTimeout(resolve, 2) })
}
await db.close()
