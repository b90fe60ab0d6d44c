import express from 'express'
import { randomUUID } from 'node:crypto'
import { CQLAlchemy, expressErrors, expressScope } from 'fastify-cqlalchemy/express'

export const db = new CQLAlchemy()
const c = db.columns

export class Note extends db.Model.define('note', {
  id: c.UUID({ primaryKey: true, default: randomUUID }),
  text: c.Text({ required: true, maxLength: 200 })
}) {}

export const keyspaceOf = (tenant) => `tenant_${tenant}`
const tenants = ['acme', 'globex']

export const app = express()
app.use(express.json())
app.use((request, response, next) => { tenants.includes(request.get('x-tenant')) ? next() : response.status(400).json({ message: 'x-tenant names no tenant' }) })
app.use(expressScope(db, (request) => ({ keyspace: keyspaceOf(request.get('x-tenant')) })))
app.post('/notes', async (request, response) => { response.status(201).json(await Note.create(request.body)) })
app.get('/notes', async (request, response) => { response.json(await Note.all()) })
app.get('/notes/:id', async (request, response) => { response.json(await Note.get({ id: request.params.id })) })
app.use(expressErrors())

export async function start (port) {
  await db.init({ keyspace: keyspaceOf('acme') })
  for (const tenant of tenants) await db.createKeyspaceSimple(keyspaceOf(tenant), 1)
  await db.syncDb({ keyspaces: tenants.map(keyspaceOf) })
  return await new Promise((resolve) => { const server = app.listen(port, () => { resolve(server) }) })
}
