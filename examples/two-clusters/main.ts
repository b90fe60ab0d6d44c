// npm run build && tsc -b examples && node build/examples/two-clusters/main.js: two Cassandras of its own, or those of CASSANDRA_HOSTS and
// CASSANDRA_CONNECTIONS='{"events":{"hosts":["10.2.0.1"]}}'.
import { fail, say, serve, startClusters } from '../serve.js'
import { build } from './app.js'

const clusters = await startClusters(2).catch(fail)
const [catalogue, events] = clusters
const environment = catalogue === undefined || events === undefined
  ? process.env
  : { ...process.env, ...catalogue.env, CASSANDRA_CONNECTIONS: JSON.stringify({ events: { hosts: events.hosts, localDataCenter: events.localDataCenter } }) }
if (catalogue !== undefined && events !== undefined) say(`The catalogue is on ${catalogue.hosts[0]}, the events are on ${events.hosts[0]}`)

const app = await build({ env: { CASSANDRA_KEYSPACE: 'shop', ...environment } }).catch(fail)
const json = "-H 'content-type: application/json' -d"
await serve(app, clusters, (url) => [
  `curl ${url}/products ${json} '{"sku":"p1","title":"Lamp","price":"19.90"}'`,
  `curl ${url}/products/p1`,
  `curl ${url}/report/${new Date().toISOString().slice(0, 10)}`,
  `curl -X POST ${url}/nightly-copy`,
  `curl ${url}/report/${new Date().toISOString().slice(0, 10)}?titles=copy`
]).catch(fail)
