// Errors as a person at a terminal needs them: what happened and what to do, in a few lines.
import { isDriverError } from '../cqlengine/connection/driver-error.js'
import { CQLEngineError } from '../cqlengine/errors.js'
import { exit, Problem } from './problem.js'

export interface Explained { readonly message: string, readonly exitCode: number }

export function explained (error: unknown): Explained {
  if (error instanceof Problem) return { message: error.message, exitCode: error.exitCode }
  return { message: messageOf(error), exitCode: exit.failed }
}

/** The message of any error; a defect of ours or of a user's module comes with the place where it was thrown. */
export function messageOf (error: unknown): string {
  const told = toldBy(error)
  if (told !== undefined) return told
  if (!(error instanceof Error)) return String(error)
  return error.stack ?? error.message
}

/** The message of an error that explains itself, without the place where it was thrown; of others undefined. */
export function toldBy (error: unknown): string | undefined {
  if (isDriverError(error, 'NoHostAvailableError')) {
    return `no node answers${hostsOf(error)}. \`fastify-cqlalchemy doctor\` looks for the reason`
  }
  return error instanceof Problem || error instanceof CQLEngineError || isFromDriver(error) ? error.message : undefined
}

const isFromDriver = (error: unknown): error is Error =>
  ([
    'ResponseError', 'OperationTimedOutError', 'AuthenticationError', 'ArgumentError', 'DriverError',
    'DriverInternalError', 'BusyConnectionError'
  ] as const).some((name) => isDriverError(error, name))

function hostsOf ({ innerErrors }: { readonly innerErrors?: object }): string {
  const hosts = Object.entries(innerErrors ?? {}).slice(0, 3)
    .map(([host, inner]) => `${host}: ${inner instanceof Error ? inner.message : String(inner)}`)
  return hosts.length === 0 ? '' : ` (${hosts.join('; ')})`
}
