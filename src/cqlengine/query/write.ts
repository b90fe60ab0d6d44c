import { ofKind } from '../connection/door.js'
import type { types } from '../driver.js'
import { checkApplied } from './applied.js'
import { checkSerial, requestOf } from './operation.js'
import type { Write } from './pending-write.js'
import { checkSize } from './statement-size.js'

/**
 * Sends a write, or queues it in the batch of its operation; queueing happens before the first await, so that it needs
 * none.
 * @throws {LWTError} when a condition was not met
 */
export function send (write: Write<void>): Promise<void> | undefined {
  const { batch } = write.operation.demand
  if (batch !== undefined) {
    batch.add(write)
    return undefined
  }
  checkWrite(write)
  return request(write)
}

/** Sends a checked write. */
export function request<T> (write: Write<T>): Promise<T> {
  const { operation: { demand, place }, statement } = write
  return place.connection.session.send(
    statement.cql, statement.params, requestOf(ofKind('write', statement.request), demand), write
  )
}

/** What the answer to a write means. @throws {LWTError} when a condition was not met */
export function confirm (write: Write, answer: types.ResultSet): void {
  if (write.operation.isConditional) checkApplied(write.model, write.operation.place, answer)
  write.written()
}

/** What can be told of a write before it is sent. @throws {QueryError} */
export function checkWrite (write: Write): void {
  checkSize(write.model, write.statement)
  checkSerial(write.model, write.operation.demand)
}
