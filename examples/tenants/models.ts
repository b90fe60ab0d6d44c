import { CQLAlchemy, types } from 'fastify-cqlalchemy'

export const db = new CQLAlchemy()
const c = db.columns

/** Who has a keyspace. It names its own keyspace, so no request's scope ever moves it. */
export class Tenant extends db.Model.define('tenant', {
  name: c.Text({ primaryKey: true, validate: (name) => /^[a-z][a-z0-9_]{0,39}$/.test(name) || 'must be a letter, then letters, digits and underscores, 40 at most' }),
  since: c.DateTime({ default: () => new Date() })
}, { keyspace: 'tenants' }).as<Tenant>() {
  get keyspace () { return `tenant_${this.name}` }
}

/** Belongs to whoever the request is from: it names no keyspace, and without a tenant there is none. */
export class Note extends db.Model.define('note', {
  id: c.TimeUUID({ primaryKey: true, default: () => types.TimeUuid.now() }),
  text: c.Text({ required: true, maxLength: 1000 })
}).as<Note>() {}

/** Called at start: the tenants' list, and for each of them the tables as the models say today. */
export async function prepare (): Promise<void> {
  await db.createKeyspaceSimple('tenants', 1)
  await db.syncTable(Tenant)
  const keyspaces = (await Tenant.all()).map((tenant) => tenant.keyspace)
  if (keyspaces.length > 0) await db.syncDb({ models: [Note], keyspaces })
}

/** The row comes last: who finds a tenant finds its tables. Twice the same name: LWTError, which is a 409. */
export async function createTenant (name: string): Promise<Tenant> {
  const tenant = new Tenant({ name })
  tenant.validate()
  await db.createKeyspaceSimple(tenant.keyspace, 1)
  await db.syncDb({ models: [Note], keyspaces: [tenant.keyspace] })
  return await tenant.ifNotExists().save()
}

/** A job outside of any request enters the scopes by itself. */
export async function notesByTenant (): Promise<Record<string, number>> {
  const notes: Record<string, number> = {}
  for await (const { name, keyspace } of Tenant.objects) notes[name] = await db.scope({ keyspace }, async () => await Note.objects.count())
  return notes
}
