import { randomUUID } from 'node:crypto'
import { db } from './db'

const c = db.columns

export class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true, default: randomUUID }),
  username: c.Text({ required: true })
}, { replace: true }).as<User>() {
  greet () { return `hello ${this.username}` }
}
