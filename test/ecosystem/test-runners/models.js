import { randomUUID } from 'node:crypto'
import { CQLAlchemy } from 'fastify-cqlalchemy/core'

export const db = new CQLAlchemy()
const c = db.columns

export class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true, default: randomUUID }),
  username: c.Text({ required: true })
}) {}
