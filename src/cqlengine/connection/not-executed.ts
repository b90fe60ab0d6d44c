// Failures that tell that a request was executed nowhere, so that it may be sent again whatever it is; and one that
// another moment does not have.
import { types } from '../driver.js'
import { isDriverError } from './driver-error.js'
import { failureReasons, isNoConnection, replicaFailure } from './http-cause.js'

/** "Prepared query with ID … not found": it was not executed. */
const unprepared = 0x2500

/**
 * The request was executed nowhere, because a node did not know its statement. Prepared anew it works, or fails with
 * the server's own reason. The driver does that by itself; but when it fails, because table, column or keyspace is
 * gone, it hides the reason and says only that no host knows it.
 * @param isIdempotent it may be sent again even where a node did not say what became of it
 */
export function isUnprepared (error: unknown, isIdempotent: boolean): boolean {
  // The driver's words when the statement was forgotten here while it was under way.
  if (isDriverError(error, 'DriverInternalError')) return error.message.startsWith('Unprepared response invalid')
  if (!isDriverError(error, 'NoHostAvailableError')) return false
  const reasons = Object.values<unknown>(error.innerErrors ?? {})
  return reasons.some(isUnknownThere) &&
    (isIdempotent || reasons.every((reason) => isUnknownThere(reason) || wasNotSent(reason)))
}

const isUnknownThere = (reason: unknown): boolean =>
  isDriverError(reason, 'ResponseError') && reason.code === unprepared

/** A sentence stands for a host that was not tried. */
const wasNotSent = (reason: unknown): boolean =>
  typeof reason === 'string' || isDriverError(reason, 'BusyConnectionError') || isNoConnection(reason)

/** Nothing was sent: every connection that could have taken it has as much to do as it may. */
export function isBusy (error: unknown): boolean {
  if (!isDriverError(error, 'NoHostAvailableError')) return isDriverError(error, 'BusyConnectionError')
  const reasons = Object.values<unknown>(error.innerErrors ?? {})
  return reasons.some((reason) => isDriverError(reason, 'BusyConnectionError')) && reasons.every(wasNotSent)
}

/**
 * While a change of the schema goes through the cluster, a node asks others for columns that they do not know yet:
 * these fail at once. It is over when they have learnt it, mostly within a second.
 * @param changed whether there was a change lately, for most versions of the protocol do not tell why a replica failed
 */
export function isBetweenSchemas (error: unknown, changed: () => boolean): boolean {
  if (!isDriverError(error, 'ResponseError') || error.code !== types.responseErrorCodes.readFailure) return false
  const reasons = failureReasons(error)
  return reasons.length === 0 ? changed() : reasons.includes(replicaFailure.incompatibleSchema)
}

/** It only reads, so nothing is done twice. */
export const isSelect = (cql: string): boolean => /^\s*select\b/i.test(cql)
