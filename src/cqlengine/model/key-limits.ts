import { InvalidValue } from '../columns/cql-type.js'
import type { TableColumn } from './table.js'

/** The server writes the length of a key in two bytes. */
const mostKeyBytes = 65_535

/** A value of a key column for which Cassandra takes no row. @throws {InvalidValue} */
export function checkKeyValue ({ isWholePartitionKey, type }: TableColumn, value: unknown): void {
  if (isWholePartitionKey && isEmpty(value)) {
    throw new InvalidValue(
      'empty', `must not be empty: a ${type.cql} that is the whole partition key has at least one byte`
    )
  }
  checkKeyLength(value)
}

/** A value that is too long for a key; reads find nothing with it, writes are refused. @throws {InvalidValue} */
export function checkKeyLength (value: unknown): void {
  if (isTooLong(value)) throw new InvalidValue('size', `must have at most ${mostKeyBytes} bytes, being part of the key`)
}

function isEmpty (value: unknown): boolean {
  return value === '' || (ArrayBuffer.isView(value) && value.byteLength === 0)
}

function isTooLong (value: unknown): boolean {
  if (typeof value === 'string') return value.length * 3 > mostKeyBytes && Buffer.byteLength(value) > mostKeyBytes
  return ArrayBuffer.isView(value) && value.byteLength > mostKeyBytes
}
