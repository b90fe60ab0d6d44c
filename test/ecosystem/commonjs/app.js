'use strict'
const fastify = require('fastify')
const cqlalchemy = require('fastify-cqlalchemy')
const { db, User } = require('./models.js')

function build () {
  const app = fastify()
  app.register(cqlalchemy, { db, keyspace: 'commonjs' })
  app.post('/users', async (request) => await User.create(request.body))
  app.get('/users/:uid', async (request) => await User.get(request.params))
  return app
}

module.exports = { build, db, User }
