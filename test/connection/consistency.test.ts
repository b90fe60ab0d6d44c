import t from 'tap'
import { parseConsistency, parseSerialConsistency } from '../../src/cqlengine/connection/consistency.js'
import { types } from '../../src/cqlengine/driver.js'
import { ConfigError, QueryError } from '../../src/cqlengine/errors.js'
import { thrownBy } from './fake-client.js'

const levels = Object.entries(types.consistencies).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
const inCql = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

t.test('every level by name in any case, by number, and by number as text', async (t) => {
  t.equal(levels.length, 11)
  for (const [name, level] of levels) {
    for (const form of [name, inCql(name), inCql(name).toLowerCase(), name.toUpperCase(), ` ${name} `, level, String(level)]) t.equal(parseConsistency(form, 'x'), level, String(form))
  }
})

t.test('anything else is an error that names the place and the levels, never the value', async (t) => {
  const wrong: unknown[] = ['', ' ', 'hunter2', 'LOCAL QUORUM', 'quorum;', '7777', '-1', '1.5', 11, -1, 1.5, NaN, Infinity, 6n, null, undefined, true, {}, ['quorum'], { valueOf: () => 1 }]
  for (const value of wrong) {
    t.throws(() => parseConsistency(value, 'consistency (CASSANDRA_CONSISTENCY)'), { constructor: QueryError, message: /^consistency \(CASSANDRA_CONSISTENCY\) .*ANY, ONE.*LOCAL_QUORUM/ })
  }
  const error = thrownBy(() => parseConsistency('hunter2', 'x', ConfigError))
  t.type(error, ConfigError)
  t.notMatch(error.message, 'hunter2')
})

t.test('names of Object.prototype are no levels', async (t) => {
  for (const name of ['constructor', 'toString', '__proto__', 'valueOf']) t.throws(() => parseConsistency(name, 'x'), QueryError)
})

t.test('the serial phase knows two levels', async (t) => {
  t.equal(parseSerialConsistency('LOCAL_SERIAL', 'x'), types.consistencies.localSerial)
  t.equal(parseSerialConsistency('serial', 'x'), types.consistencies.serial)
  t.equal(parseSerialConsistency(8, 'x'), types.consistencies.serial)
  for (const value of ['quorum', 1, 'one', undefined, 'seriall']) t.throws(() => parseSerialConsistency(value, 'serialConsistency'), { constructor: QueryError, message: /serialConsistency.*SERIAL, LOCAL_SERIAL/ })
})
