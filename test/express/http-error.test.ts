import t from 'tap'
import { errors } from '../../src/cqlengine/driver.js'
import { ClosedError, DoesNotExist, LWTError, PageTokenError, QueryError, ValidationError, type CQLEngineError } from '../../src/cqlengine/errors.js'
import { toHttpError } from '../../src/http-error.js'

t.test('this library’s errors answer for themselves', async (t) => {
  const cases: readonly (readonly [CQLEngineError, number, string])[] = [
    [new ValidationError('User', [{ column: 'name', rule: 'max', message: 'is too long' }]), 400, 'CQL_VALIDATION'],
    [new DoesNotExist('no User'), 404, 'CQL_DOES_NOT_EXIST'],
    [new LWTError('not applied', [{ secret: 1 }]), 409, 'CQL_LWT'],
    [new PageTokenError('bad token'), 400, 'CQL_PAGE_TOKEN'],
    [new ClosedError('closed'), 503, 'CQL_CLOSED'],
    [new QueryError('no'), 500, 'CQL_QUERY']
  ]
  for (const [error, statusCode, code] of cases) t.strictSame(toHttpError(error), { statusCode, code, message: error.message, headers: {} }, code)
})

t.test('the driver’s are judged by their causes, and say nothing', async (t) => {
  t.match(toHttpError(new errors.NoHostAvailableError({})), { statusCode: 503, code: 'CQL_UNAVAILABLE', headers: { 'retry-after': /^\d+$/ } })
  t.match(toHttpError(new errors.OperationTimedOutError('10.0.0.1')), { statusCode: 504, code: 'CQL_TIMEOUT', headers: {} })
  t.notMatch(JSON.stringify(toHttpError(new errors.ResponseError(0x2000, 'SELECT secret'))), /secret/)
})

t.test('anything else is a 500 that says nothing, whatever it is', async (t) => {
  const neutral = { statusCode: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal Server Error', headers: {} }
  for (const thrown of [new Error('secret'), Object.assign(new Error('secret'), { statusCode: 404 }), 'secret', 5, null, undefined, {}, Symbol('secret')]) t.strictSame(toHttpError(thrown), neutral)
})

t.test('a filter as those of Nest answers our errors by their own words: status, or statusCode', async (t) => {
  /** Nest's own, for what is none of its HttpExceptions: it asks for statusCode and message. */
  const byNest = (error: unknown): object => {
    const { statusCode, message } = error as { statusCode?: number, message?: string }
    return statusCode !== undefined && message !== undefined ? { statusCode, message } : { statusCode: 500, message: 'Internal server error' }
  }
  /** As people write it. */
  const byHand = (error: unknown): object => {
    const { getStatus, status = 500, expose = false, message } = error as { getStatus?: () => number, status?: number, expose?: boolean, message: string }
    return { statusCode: getStatus?.() ?? status, message: expose ? message : 'Internal server error' }
  }
  const missing = new DoesNotExist('User.get: no row fits')
  for (const filter of [byNest, byHand]) t.same(filter(missing), { statusCode: 404, message: 'User.get: no row fits' })
  t.same(byHand(new ValidationError('User', [{ column: 'name', rule: 'length', message: 'is too long' }])), { statusCode: 400, message: 'User.name: is too long' })
  t.same(byHand(new QueryError('a mistake of the program')), { statusCode: 500, message: 'Internal server error' })
  t.same(byHand(new ClosedError('closed')), { statusCode: 503, message: 'Internal server error' })
})
