import t from 'tap'
import { classifyDriverError } from '../../src/cqlengine/connection/http-cause.js'
import { errors } from '../../src/cqlengine/driver.js'
import { ClosedError } from '../../src/cqlengine/errors.js'
import { type Driver, secondDriver } from '../support/second-driver.js'

const system = (code: string) => Object.assign(new Error(`connect ${code} 10.1.2.3:9042`), { code, syscall: 'connect' })
function casesOf ({ errors }: Pick<Driver, 'errors'>): [string, Error, number, string][] {
  // The declarations call it abstract, yet the driver throws it as it is.
  const DriverError = errors.DriverError as unknown as new (message: string) => Error
  const { ArgumentError, AuthenticationError, BusyConnectionError, NoHostAvailableError, OperationTimedOutError, ResponseError } = errors
  const response = (code: number) => new ResponseError(code, 'SELECT secret FROM 10.1.2.3')
  const onReplicas = (code: number, ...reasons: number[]) => Object.assign(response(code), { reasons: Object.fromEntries(reasons.map((reason, i) => [`10.1.2.${i}`, reason])) })
  const closed = () => Object.assign(new DriverError('Socket was closed'), { isSocketError: true })
  const noHost = (...inner: Error[]) => new NoHostAvailableError(Object.fromEntries(inner.map((error, index) => [`10.1.2.${index}:9042`, error])))
  const timedOut = () => new OperationTimedOutError('The host 10.1.2.3:9042 did not reply', '10.1.2.3:9042')

  return [
    ['all hosts known to be down', noHost(), 503, 'CQL_UNAVAILABLE'],
    ['after shutdown', new NoHostAvailableError(null, 'Connecting after shutdown is not supported'), 503, 'CQL_UNAVAILABLE'],
    ['some known to be down, by a sentence', new NoHostAvailableError({ '10.1.2.3:9042': 'Host considered as DOWN', '10.1.2.4:9042': timedOut() }), 503, 'CQL_UNAVAILABLE'],
    ['an empty pool', noHost(new Error('No connection available')), 503, 'CQL_UNAVAILABLE'],
    ['an empty pool when preparing', new Error('No connection available'), 503, 'CQL_UNAVAILABLE'],
    ['refused', noHost(system('ECONNREFUSED'), system('EHOSTUNREACH')), 503, 'CQL_UNAVAILABLE'],
    ['SYN unanswered', noHost(new DriverError('Connection timeout')), 503, 'CQL_UNAVAILABLE'],
    ['sockets closed', noHost(closed(), closed()), 503, 'CQL_UNAVAILABLE'],
    ['a socket closed, sent once', closed(), 503, 'CQL_UNAVAILABLE'],
    ['unavailable', response(0x1000), 503, 'CQL_UNAVAILABLE'],
    ['unavailable, one host', noHost(response(0x1000)), 503, 'CQL_UNAVAILABLE'],
    ['bootstrapping', response(0x1002), 503, 'CQL_UNAVAILABLE'],
    ['overloaded', response(0x1001), 503, 'CQL_OVERLOADED'],
    ['busy connection', noHost(new BusyConnectionError('10.1.2.3:9042', 2048, 1)), 503, 'CQL_OVERLOADED'],
    ['time-out of the driver', timedOut(), 504, 'CQL_TIMEOUT'],
    ['time-outs of all hosts', noHost(timedOut(), timedOut()), 504, 'CQL_TIMEOUT'],
    ['a time-out and a refusal', noHost(timedOut(), system('ECONNREFUSED')), 503, 'CQL_UNAVAILABLE'],
    ['read timeout', response(0x1200), 504, 'CQL_TIMEOUT'],
    ['write timeout', response(0x1100), 504, 'CQL_TIMEOUT'],
    ['replicas that do not know a change of the schema yet', onReplicas(0x1300, 3, 3), 503, 'CQL_UNAVAILABLE'],
    ['a replica that went away', onReplicas(0x1500, 2, 5), 503, 'CQL_UNAVAILABLE'],
    ['replicas that were too late', onReplicas(0x1500, 2), 504, 'CQL_TIMEOUT'],
    ['too many tombstones', onReplicas(0x1300, 1, 3), 500, 'CQL_DRIVER'],
    ['replicas that know no reason', onReplicas(0x1300, 0), 500, 'CQL_DRIVER'],
    ['a failure without reasons', response(0x1300), 500, 'CQL_DRIVER'],
    ['a table that is gone looks like an outage', noHost(response(0x2500), response(0x2500)), 500, 'CQL_DRIVER'],
    ['a time-out and a table that is gone', noHost(timedOut(), response(0x2500)), 500, 'CQL_DRIVER'],
    ['wrong password', noHost(new AuthenticationError('Provided username ann')), 500, 'CQL_DRIVER'],
    ['wrong data center', noHost(new ArgumentError('only found')), 500, 'CQL_DRIVER'],
    ['data center missing', new ArgumentError('not defined'), 500, 'CQL_DRIVER'],
    ['wrong certificate', noHost(Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })), 500, 'CQL_DRIVER'],
    ['a code without the call that failed', noHost(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })), 503, 'CQL_UNAVAILABLE'],
    ['a mistake that Node tells by a code', noHost(Object.assign(new TypeError('wrong'), { code: 'ERR_INVALID_ARG_TYPE' })), 500, 'CQL_DRIVER'],
    ['TLS to a plain port', noHost(Object.assign(system('EPROTO'), { syscall: 'write' })), 500, 'CQL_DRIVER'],
    ['bad port', noHost(Object.assign(new RangeError('port'), { code: 'ERR_SOCKET_BAD_PORT' })), 500, 'CQL_DRIVER'],
    ['unauthorized', response(0x2100), 500, 'CQL_DRIVER'],
    ['syntax', response(0x2000), 500, 'CQL_DRIVER'],
    ['invalid', response(0x2200), 500, 'CQL_DRIVER'],
    ['truncate', response(0x1003), 500, 'CQL_DRIVER'],
    ['server error', response(0), 500, 'CQL_DRIVER'],
    ['other errors of the driver', new DriverError('something'), 500, 'CQL_DRIVER']
  ]
}

t.test('errors are judged by their causes, and nothing of them is repeated', async (t) => {
  for (const [copy, driver] of [['our driver', { errors }], ['another copy', secondDriver(t)]] as const) {
    for (const [what, error, statusCode, code] of casesOf(driver)) {
      const name = `${copy}: ${what}`
      const cause = classifyDriverError(error)
      t.match(cause, { statusCode, code }, name)
      t.equal(cause?.retryAfter !== undefined, statusCode === 503, `${name}: trying again makes sense, or not`)
      t.notMatch(JSON.stringify(cause), /10\.1\.2|SELECT|ann|FROM| at /, name)
    }
  }
})

/** Of the same names as the driver's, but none of it. */
class AuthenticationError extends Error {}
class DriverError extends Error {}

t.test("what is not the driver's is left alone", async (t) => {
  for (const error of [new Error('x'), new TypeError('x'), new AuthenticationError('x'), new DriverError('x'), new ClosedError('x'), system('ECONNREFUSED'), undefined, null, 'x', { statusCode: 400 }]) t.equal(classifyDriverError(error), undefined)
})
