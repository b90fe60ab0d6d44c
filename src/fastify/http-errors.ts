// A body that Fastify itself makes from an error of the driver would show host addresses and CQL: it is replaced. The
// error itself, error handlers and logs are left alone, and so is every body that a handler of the user's composes.
import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { driverHttpError, type HttpError } from '../http-error.js'

/** What was last given to `reply.send`: when that is an error, the body is Fastify's own work. */
interface Watch { last: unknown }

const JSON_TYPE = 'application/json; charset=utf-8'

/** @param isWanted whether the option `httpErrors` holds for the instance of this reply's route */
export function addHttpErrors (app: FastifyInstance, isWanted: (reply: FastifyReply) => boolean): void {
  const watches = new WeakMap<FastifyReply, Watch>()

  app.addHook('onError', (_request, reply, error, done) => {
    if (!isWanted(reply)) return done()
    tellStatus(error)
    const watch = watches.get(reply)
    if (watch === undefined) {
      watches.set(reply, watchSend(reply, error))
      return done()
    }
    // A second time means that a hook failed while the answer to the first error was sent: Fastify then writes the body
    // past all hooks.
    const answer = driverHttpError(error)
    if (answer === undefined || reply.raw.headersSent) return done()
    writePastHooks(reply, answer)
  })

  app.addHook('onSend', (_request, reply, payload, done) => {
    const answer = driverHttpError(watches.get(reply)?.last)
    if (answer === undefined) return done(null, payload)
    discard(payload)
    done(null, replace(reply, answer))
  })
}

/**
 * Fastify's own handler takes the status from the error, and logs it before there is a body. Nothing else of the error
 * is changed, and no log or assertion sees it.
 */
function tellStatus (error: unknown): void {
  const statusCode = driverHttpError(error)?.statusCode
  if (statusCode !== undefined && !('statusCode' in (error as object))) {
    Reflect.defineProperty(error as object, 'statusCode', { value: statusCode, configurable: true, writable: true })
  }
}

/**
 * A handler of the user's may send the error on (then Fastify makes the body after all), send another, or something of
 * its own.
 */
function watchSend (reply: FastifyReply, error: unknown): Watch {
  const watch: Watch = { last: error }
  const send = reply.send
  reply.send = function (payload) {
    watch.last = payload
    return send.call(reply, payload)
  }
  return watch
}

/** Sets status and headers, and gives the body. */
function replace (reply: FastifyReply, answer: HttpError): string {
  reply.code(answer.statusCode)
  reply.removeHeader('content-encoding')
  const body = serialize(reply, answer)
  reply.headers({ ...answer.headers, 'content-type': JSON_TYPE, 'content-length': String(Buffer.byteLength(body)) })
  return body
}

function writePastHooks (reply: FastifyReply, answer: HttpError): void {
  const body = replace(reply, answer)
  reply.hijack()
  reply.raw.writeHead(answer.statusCode, reply.getHeaders() as NodeJS.Dict<number | string | string[]>)
  reply.raw.end(body)
}

/** In the form of Fastify's own bodies, through the route's response schema where it has one for this status. */
function serialize (reply: FastifyReply, { statusCode, code, message }: HttpError): string {
  const body = { statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message }
  try {
    const text = serializerOf(reply, statusCode)?.(body)
    if (typeof text === 'string') return text
  } catch {
    // The schema demands what no error has, such as a field of the application's.
  }
  return JSON.stringify(body)
}

type Serializer = (body: object) => unknown

/** As Fastify looks it up: by status, class of status, default; each may be split by content type. */
function serializerOf (reply: FastifyReply, statusCode: number): Serializer | undefined {
  for (const status of [String(statusCode), `${String(statusCode).charAt(0)}xx`, 'default']) {
    const found: unknown = reply.getSerializationFunction(status)
    if (typeof found === 'function') return found as Serializer
    if (typeof found !== 'object' || found === null) continue
    const byType = found as Readonly<Record<string, Serializer | undefined>>
    return byType['application/json'] ?? byType['*/*']
  }
  return undefined
}

/** A hook before ours may have made a stream of the body, to compress it. */
function discard (payload: unknown): void {
  const { destroy } = (payload ?? {}) as { destroy?: unknown }
  if (typeof destroy === 'function') destroy.call(payload)
}
