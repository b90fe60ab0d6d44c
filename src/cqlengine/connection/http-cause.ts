// What an error of the driver means to somebody behind HTTP. No address, CQL or stack in here.
import { types } from '../driver.js'
import { isDriverError } from './driver-error.js'

export interface HttpCause {
  readonly statusCode: number
  readonly code: string
  readonly message: string
  /** s; only where trying again makes sense. */
  readonly retryAfter?: number
}

const unavailable: HttpCause = {
  statusCode: 503, code: 'CQL_UNAVAILABLE', message: 'The database is not available', retryAfter: 5
}
const overloaded: HttpCause = {
  statusCode: 503, code: 'CQL_OVERLOADED', message: 'The database is overloaded', retryAfter: 5
}
const timeout: HttpCause = { statusCode: 504, code: 'CQL_TIMEOUT', message: 'The database did not answer in time' }
const failed: HttpCause = { statusCode: 500, code: 'CQL_DRIVER', message: 'The database could not process the request' }

const codes = types.responseErrorCodes
const byCode: ReadonlyMap<number, HttpCause> = new Map([
  [codes.unavailableException, unavailable],
  [codes.isBootstrapping, unavailable],
  [codes.overloaded, overloaded],
  [codes.readTimeout, timeout],
  [codes.writeTimeout, timeout]
])

/** Why a replica failed, in version 5 of the native protocol. Zero: it knows no better reason. */
export const replicaFailure = { timeout: 2, incompatibleSchema: 3, nodeDown: 5 } as const

/** Of a read or write that failed on replicas, their reasons; of any other error, and in older versions, nothing. */
export const failureReasons = (error: object): number[] =>
  Object.values((error as { reasons?: Record<string, number> }).reasons ?? {}) // the driver declares no reasons

/** A node that was away, or knew no change of the schema yet, explains a failure that another moment may not have. */
function ofReplicas (reasons: readonly number[]): HttpCause {
  const { timeout: late, incompatibleSchema, nodeDown } = replicaFailure
  const passing: readonly number[] = [late, incompatibleSchema, nodeDown]
  if (reasons.length === 0 || !reasons.every((reason) => passing.includes(reason))) return failed
  return reasons.every((reason) => reason === late) ? timeout : unavailable
}

/** undefined: it is none of the driver's errors. */
export function classifyDriverError (error: unknown): HttpCause | undefined {
  if (isDriverError(error, 'NoHostAvailableError')) return ofHosts(Object.values<unknown>(error.innerErrors ?? {}))
  if (isDriverError(error, 'OperationTimedOutError')) return timeout
  if (isDriverError(error, 'BusyConnectionError')) return overloaded
  if (isDriverError(error, 'ResponseError')) return byCode.get(error.code) ?? ofReplicas(failureReasons(error))
  if (isDriverError(error, 'AuthenticationError') || isDriverError(error, 'ArgumentError')) return failed
  if (isDriverError(error, 'DriverError')) return isLostConnection(error) ? unavailable : failed
  return isNoConnection(error) ? unavailable : undefined
}

/** A driver gives up when no host could serve: the reasons decide. None: all hosts are known to be down. */
function ofHosts (reasons: readonly unknown[]): HttpCause {
  if (reasons.length === 0) return unavailable
  const causes = reasons.map((reason) =>
    classifyDriverError(reason) ??
      (isKnownDown(reason) ? unavailable : isSystemError(reason) ? ofSystem(reason) : failed))
  // One host out of reach, or busy, explains a failure that another moment may not have. Else the mistakes count more
  // than the time-outs.
  return [unavailable, overloaded, failed].find((cause) => causes.includes(cause)) ?? timeout
}

/** The pool of a host is empty at the moment. The driver throws a plain Error. */
export const isNoConnection = (error: unknown): boolean =>
  error instanceof Error && error.constructor === Error && error.message === 'No connection available'

/** Hosts that it did not try stand there with a sentence; those that it is trying, with nothing. */
const isKnownDown = (reason: unknown): boolean => typeof reason === 'string' || reason === null

/** The driver marks it so; the words are those of `connectTimeout` and of a socket that was closed. */
const isLostConnection = (error: Error & { isSocketError?: boolean }): boolean =>
  error.isSocketError === true || /^(Socket was closed|Connection timeout)/.test(error.message)

/** Node's have a `syscall`; those that tests and proxies make often have the code alone. `ERR_…` is a mistake. */
function isSystemError (error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false
  const { syscall, code } = error as NodeJS.ErrnoException
  return typeof syscall === 'string' || (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code))
}

/** ECONNREFUSED, EHOSTUNREACH, ECONNRESET and their like: nobody there now. EPROTO is TLS that does not fit. */
const ofSystem = ({ code = '' }: NodeJS.ErrnoException): HttpCause =>
  code.startsWith('E') && code !== 'EPROTO' ? unavailable : failed
