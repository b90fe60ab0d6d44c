import t from 'tap'
import { parseHosts } from '../../src/cqlengine/connection/hosts.js'
import { ConfigError } from '../../src/cqlengine/errors.js'
import { thrownBy } from './fake-client.js'

t.test('contact points as an array, or with commas', async (t) => {
  t.same(parseHosts(['a', 'b:9043'], 'hosts'), ['a', 'b:9043'])
  t.same(parseHosts(' a , b:9043 ,', 'hosts'), ['a', 'b:9043'])
  t.same(parseHosts([' a '], 'hosts'), ['a'])
})

t.test('every form that the driver understands', async (t) => {
  for (const host of ['127.0.0.1', '127.0.0.1:1', 'cassandra', 'node-1.db_internal.example', 'node1:65535', 'bücher.example', '::1', 'fe80::1', '[::1]:9042']) t.same(parseHosts([host], 'hosts'), [host])
  t.same(parseHosts(['[::1]'], 'hosts'), ['::1'], 'brackets without a port would confuse it')
})

t.test('slips of the pen that the driver takes for something else', async (t) => {
  const wrong = ['host:abc', 'host:', 'host:0', 'host:65536', 'host:99999', 'host:-1', 'host:9042x', 'http://host', 'https://host:9042', 'host/path', 'user@host', ':9042', 'a b', '[::1', '::1]:9042', '[::1]:abc', '[host]:9042', '1:2:3', 'host:9042:9042', 'host;x', 'a?b', '"a"']
  for (const host of wrong) {
    const error = thrownBy(() => parseHosts(['good', host], 'hosts (CASSANDRA_HOSTS)'))
    t.type(error, ConfigError, host)
    t.match(error.message, /^hosts \(CASSANDRA_HOSTS\): entry 2 /)
    // The message names the two forms; only what it adds would be the value.
    t.notOk(error.message.replace('"host" or "host:port"', '').includes(host), host)
  }
})

t.test('nothing, and things that are no hosts', async (t) => {
  for (const value of ['', ' , ', [], undefined, null, 7, {}, true, [''], [' '], [undefined], [7], [['a']]]) t.throws(() => parseHosts(value, 'hosts'), { constructor: ConfigError, message: /^hosts/ })
})
