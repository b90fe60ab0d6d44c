import { QueryError } from '../errors.js'
import type { Table } from './table.js'

/** @throws {QueryError} for a materialized view */
export function checkNoView ({ isView, name }: Table): void {
  if (isView) {
    throw new QueryError(`"${name}" is a materialized view, which Cassandra writes itself: write to the model of ` +
      'its base')
  }
}
