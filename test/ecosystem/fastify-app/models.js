import { randomUUID } from 'node:crypto'
import { CQLAlchemy } from 'fastify-cqlalchemy'

export const db = new CQLAlchemy()

export class User extends db.Model.define('user', {
  uid: db.columns.UUID({ primaryKey: true, default: randomUUID }),
  username: db.columns.Text({ required: true }),
  visits: db.columns.BigInt({ default: 0 })
}) {}
