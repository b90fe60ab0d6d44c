// npm run build && tsc -b examples && node build/examples/tenants/main.js: on a Cassandra of its own, or on that of CASSANDRA_HOSTS.
import { fail, serve, startClusters } from '../serve.js'
import { build } from './app.js'

const clusters = await startClusters(1).catch(fail)
const app = await build({ env: { ...process.env, ...clusters[0]?.env } }).catch(fail)
const json = "-H 'content-type: application/json' -d"
await serve(app, clusters, (url) => [
  `curl ${url}/tenants ${json} '{"name":"acme"}'`,
  `curl ${url}/notes -H 'x-tenant: acme' ${json} '{"text":"only theirs"}'`,
  `curl ${url}/notes -H 'x-tenant: acme'`,
  `curl ${url}/usage`
]).catch(fail)
