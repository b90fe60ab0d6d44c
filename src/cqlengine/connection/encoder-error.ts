// What the driver's encoder throws shows the value: "Expected Number, obtained 'my secret'". It is the one error of the
// driver's that goes no further.
import { SchemaError, ValidationError } from '../errors.js'
import type { RequestOptions } from './request.js'

/**
 * The encoder refused a value. It says so by a TypeError, and where it hands the value to `BigInt()` by what that
 * throws: a SyntaxError for a text, a RangeError for a fraction.
 */
export const isRefusedValue = (error: unknown): error is Error =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError

/**
 * An error without the value, where it is one of the encoder's: those alone are of JavaScript's own classes and know a
 * node. Any other as it is.
 */
export function withoutValue (error: unknown, { kind, label = 'the table' }: RequestOptions): unknown {
  if (!isRefusedValue(error) || !('coordinator' in error)) return error
  if (kind === 'raw') {
    return new ValidationError(
      undefined,
      [{
        column: 'parameters',
        rule: 'type',
        message: 'one of them does not fit the type of its marker, so nothing was sent'
      }]
    )
  }
  return new SchemaError(
    `${label}: a value cannot be sent, because a column has another type in the database than in the model. Nothing ` +
      'was sent; compare them with syncDb({ dryRun: true })',
    { statements: [], warnings: [], conflicts: [] }
  )
}
