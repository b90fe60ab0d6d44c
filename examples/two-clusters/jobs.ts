// Work that needs both clusters.
import { db, Product, View } from './models.js'

/** Makes the keyspace and the tables on both clusters; the catalogue's copy has the same table as the catalogue. */
export async function prepare (): Promise<void> {
  if (db.keyspace === undefined) throw new Error('Name a keyspace: CASSANDRA_KEYSPACE')
  await db.createKeyspaceSimple(db.keyspace, 1, { connections: ['default', 'events'] })
  await db.syncDb() // each model where it lives
  await db.syncTable(Product, { connections: ['events'] })
}

export interface ReportLine { sku: string, title: string | null, views: number }

/**
 * How often each product was looked at on a day: events of one cluster, with titles of the other.
 * @param titles where from: the catalogue, or last night's copy beside the events
 */
export async function report (day: string, titles: 'catalogue' | 'copy'): Promise<ReportLine[]> {
  const views = new Map<string, number>()
  for await (const { sku } of View.filter({ day })) views.set(sku, (views.get(sku) ?? 0) + 1)

  const products = titles === 'copy' ? Product.using({ connection: 'events' }) : Product.objects
  const lines = await Promise.all([...views].map(async ([sku, count]) => {
    const product = await products.filter({ sku }).first()
    return { sku, title: product?.title ?? null, views: count }
  }))
  return lines.sort((a, b) => b.views - a.views || a.sku.localeCompare(b.sku))
}

/**
 * Copies the catalogue to the cluster of the events, row by row, in constant memory. A save to another place than the row came from inserts
 * the whole row there; the instance itself goes on belonging to the catalogue.
 */
export async function copyCatalogue (): Promise<number> {
  let copied = 0
  for await (const product of Product.objects) {
    await product.using({ connection: 'events' }).save()
    copied++
  }
  return copied
}
