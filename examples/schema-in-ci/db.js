// A build that fails when these models and the cluster of CASSANDRA_HOSTS, keyspace CASSANDRA_KEYSPACE, differ: `npm run build`.
// `npm run deploy` brings the cluster up to date.
import { CQLAlchemy } from 'fastify-cqlalchemy/core'

export const db = new CQLAlchemy()
const c = db.columns

export class User extends db.Model.define('user', {
  email: c.Text({ primaryKey: true }),
  name: c.Text({ required: true })
}) {}

export class Visit extends db.Model.define('visit', {
  email: c.Text({ primaryKey: true }),
  at: c.DateTime({ primaryKey: true, clusteringOrder: 'desc' }),
  page: c.Text()
}) {}
