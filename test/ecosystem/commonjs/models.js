'use strict'
const { randomUUID } = require('node:crypto')
const { CQLAlchemy } = require('fastify-cqlalchemy')

const db = new CQLAlchemy()

class User extends db.Model.define('user', {
  uid: db.columns.UUID({ primaryKey: true, default: randomUUID }),
  username: db.columns.Text()
}) {
  greet () { return `hello ${this.username}` }
}

module.exports = { db, User }
