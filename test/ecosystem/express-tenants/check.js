import { expressShutdown } from 'fastify-cqlalchemy/express'
import { db, keyspaceOf, start } from './app.js'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const server = await start(0)
const url = `http://localhost:${server.address().port}`
async function ask (tenant, method, path, body) {
  const response = await fetch(url + path, { method, headers: { 'x-tenant': tenant, 'content-type': 'application/json' }, ...body && { body: JSON.stringify(body) } })
  return { status: response.status, body: await response.json() }
}

const tenants = ['acme', 'globex']
const made = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(tenants[i % 2], 'POST', '/notes', { text: `${tenants[i % 2]} ${i}` })))
tell(made.every(({ status }) => status === 201), 'notes of two tenants are written at once')
for (const tenant of tenants) {
  const { body } = await ask(tenant, 'GET', '/notes')
  tell(body.length === 20 && body.every(({ text }) => text.startsWith(tenant)), `${tenant} sees its own notes alone`)
  const rows = (await db.execute(`SELECT text FROM ${keyspaceOf(tenant)}.note`)).rows
  tell(rows.length === 20 && rows.every(({ text }) => text.startsWith(tenant)), `and ${keyspaceOf(tenant)} holds no others`)
}
const other = await ask('globex', 'GET', `/notes/${made[0].body.id}`)
tell(other.status === 404 && other.body.code === 'CQL_DOES_NOT_EXIST', `another tenant's note is not there: ${JSON.stringify(other)}`)
tell((await ask('acme', 'POST', '/notes', { text: 5 })).status === 400, 'a wrong value is a 400')
tell((await ask('nobody', 'GET', '/notes')).status === 400, 'no tenant, no scope')
await expressShutdown(server, db)
