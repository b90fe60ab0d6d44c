'use strict'
const { build, db, User } = require('./app.js')

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }

async function main () {
  const warnings = []
  process.on('warning', ({ message }) => { warnings.push(message) })
  const app = build()
  await app.ready()
  tell(app.db === db, 'require() gives the plugin: register takes it as it is')
  await db.createKeyspaceSimple('commonjs', 1)
  await db.syncDb()
  const created = await app.inject({ method: 'POST', url: '/users', payload: { username: 'ada' } })
  const { uid } = created.json()
  tell(created.statusCode === 200 && uid !== undefined, `a user is created: ${created.body}`)
  tell((await User.get({ uid })).greet() === 'hello ada', 'its methods are there')
  tell((await app.inject('/users/f47ac10b-58cc-4372-a567-0e02b2c3d479')).statusCode === 404, 'a missing one is a 404')
  const { CQLAlchemy } = require('fastify-cqlalchemy/core')
  const imported = await import('fastify-cqlalchemy/core')
  tell(CQLAlchemy === imported.CQLAlchemy, 'require() and import give one and the same class')
  for (const entry of ['express', 'testing']) tell(Object.keys(require(`fastify-cqlalchemy/${entry}`)).length > 0, `require('fastify-cqlalchemy/${entry}') works`)
  await app.close()
  tell(warnings.length === 0, `no warnings: ${warnings.join('; ')}`)
}

main()
