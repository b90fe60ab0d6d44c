import { CQLAlchemy, types } from 'fastify-cqlalchemy'

export const db = new CQLAlchemy()
const c = db.columns

/** The catalogue: on the default connection. */
export class Product extends db.Model.define('product', {
  sku: c.Text({ primaryKey: true }),
  title: c.Text({ required: true, maxLength: 200 }),
  price: c.Decimal()
}, { description: 'Something that is sold' }).as<Product>() {}

/** What happens in the shop, by days: on a cluster of its own, where it disturbs nobody. */
export class View extends db.Model.define('product_view', {
  day: c.Date({ partitionKey: true, default: () => new Date() }),
  at: c.TimeUUID({ primaryKey: true, default: () => types.TimeUuid.now() }),
  sku: c.Text({ required: true })
}, { connection: 'events', description: 'Somebody looked at a product' }).as<View>() {}
