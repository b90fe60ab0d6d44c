import { randomUUID } from 'node:crypto'
import { CQLAlchemy } from 'fastify-cqlalchemy'

export const db = new CQLAlchemy()
const c = db.columns

export class User extends db.Model.define('rest_user', {
  id: c.UUID({ primaryKey: true, default: randomUUID }),
  email: c.Text({ required: true, maxLength: 254, validate: (email) => email.includes('@') || 'must be an e-mail address' }),
  name: c.Text({ maxLength: 100 }),
  tags: c.Set(c.Text),
  logins: c.BigInt({ default: 0 }),
  passwordHash: c.Text({ hidden: true }),
  createdAt: c.DateTime({ default: () => new Date() })
}, { description: 'Somebody who can log in' }).as<User>() {
  get displayName () { return this.name ?? this.email }
}
