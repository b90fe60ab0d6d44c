// What an HTTP server should answer to an error: for Fastify, Express, and whatever else. Knows none of them.
import { classifyDriverError } from './cqlengine/connection/http-cause.js'
import { CQLEngineError, OverloadedError } from './cqlengine/errors.js'

/** The parts of an HTTP answer. `message` is safe for clients: no host address, CQL, value or stack. */
export interface HttpError {
  /** 400 to 599. */
  readonly statusCode: number
  /** Stable: that of our errors, `CQL_UNAVAILABLE`, `CQL_TIMEOUT`, … for the driver's. */
  readonly code: string
  /** A sentence for the client. */
  readonly message: string
  /** What to send along, such as `retry-after` in seconds. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The answer to any error, whatever it is; never throws. This library's errors answer for themselves. The driver's are
 * judged by their causes: unreachable or overloaded 503 (with `retry-after`), time-out 504, else 500. Anything else is
 * a 500 that says nothing.
 * @example
 * app.setErrorHandler((error, request, reply) => {
 *   const { statusCode, headers, ...body } = toHttpError(error)
 *   return reply.code(statusCode).headers(headers).send(body)
 * })
 */
export function toHttpError (error: unknown): HttpError {
  return knownHttpError(error) ??
    { statusCode: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal Server Error', headers: {} }
}

/** The answer to an error of this library or of the driver; undefined for others. */
export function knownHttpError (error: unknown): HttpError | undefined {
  if (error instanceof CQLEngineError) {
    const { statusCode, code, message } = error
    return { statusCode, code, message, headers: error instanceof OverloadedError ? error.headers : {} }
  }
  return driverHttpError(error)
}

/** The answer to an error of the driver; undefined for others. */
export function driverHttpError (error: unknown): HttpError | undefined {
  const cause = classifyDriverError(error)
  if (cause === undefined) return undefined
  const { statusCode, code, message, retryAfter } = cause
  return { statusCode, code, message, headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) } }
}
