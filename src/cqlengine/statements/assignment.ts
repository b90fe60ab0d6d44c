import type { ChangeKind } from '../columns/cql-type.js'
import { quote } from './identifiers.js'

/** One assignment of an UPDATE with one marker for its value (STM-07 … STM-11, UPD rows). `column` is quoted. */
export function assignment (column: string, kind: ChangeKind, field?: string): string {
  switch (kind) {
    case 'assign': return `${column} = ?`
    case 'append': case 'add': case 'update': case 'increment': return `${column} = ${column} + ?`
    case 'prepend': return `${column} = ? + ${column}`
    case 'remove': case 'decrement': return `${column} = ${column} - ?`
    case 'field': return `${column}.${quote(field ?? '')} = ?`
  }
}
