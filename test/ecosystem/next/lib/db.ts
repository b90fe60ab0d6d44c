import { CQLAlchemy } from 'fastify-cqlalchemy/core'

// Hot reload evaluates modules again, and globalThis stays: one db, one set of connections.
const kept = globalThis as { db?: CQLAlchemy, connected?: Promise<unknown> }
export const db = kept.db ??= new CQLAlchemy()

export function connected (): Promise<unknown> {
  return kept.connected ??= (async () => {
    await db.init({ keyspace: 'next_app' })
    await db.createKeyspaceSimple('next_app', 1)
  })()
}
