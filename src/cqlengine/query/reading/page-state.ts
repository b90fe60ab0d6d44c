import { isDriverError } from '../../connection/driver-error.js'
import { types } from '../../driver.js'
import { PageTokenError } from '../../errors.js'

const advice = 'the state is not one that a page of this query gave. Start again at the first page'

/**
 * A paging state from outside, in the form of the driver. What is visibly none is refused here: some of it would end in
 * an internal error of the server.
 * @throws {PageTokenError}
 */
export function checkState (state: unknown, at: string): string {
  if (typeof state === 'string' && /^(?:[0-9a-f]{2})+$/i.test(state) && isWholeState(Buffer.from(state, 'hex'))) {
    return state
  }
  throw new PageTokenError(`${at}: ${advice}`)
}

/**
 * What the server answers to a state that only looks right; a replica that cannot read it fails for a reason that it
 * does not know.
 */
export function isRefusedState (error: unknown): boolean {
  if (!isDriverError(error, 'ResponseError')) return false
  const { protocolError, serverError, readFailure } = types.responseErrorCodes
  if (error.code === readFailure) {
    return Object.values((error as { reasons?: object }).reasons ?? {}).every((reason) => reason === unknownReason)
  }
  return error.code === protocolError || error.code === serverError
}

/** Of the reasons of a failure in version 5 of the native protocol: a replica knows no better one. */
const unknownReason = 0

export function refusedState (at: string, cause: unknown): PageTokenError {
  const error = new PageTokenError(`${at}: the server refuses the state; ${advice}`)
  error.cause = cause
  return error
}

/**
 * The partition key and the row's position, each with its length before it, and two numbers: nothing is missing or left
 * over.
 */
function isWholeState (bytes: Buffer): boolean {
  let at = 0
  for (let part = 0; part < 4; part++) {
    const number = readNumber(bytes, at)
    if (number === undefined) return false
    at = number.end + (part < 2 ? number.value : 0)
  }
  return at === bytes.length
}

/** The server's number of variable length: the leading ones of the first byte tell how many bytes follow. */
function readNumber (bytes: Buffer, at: number): { value: number, end: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  const more = first === 0xff ? 8 : Math.clz32(~first & 0xff) - 24
  if (at + more >= bytes.length) return undefined
  let value = more >= 7 ? 0 : first & (0x7f >> more)
  for (let i = 1; i <= more; i++) value = value * 256 + (bytes[at + i] as number)
  return { value, end: at + more + 1 }
}
