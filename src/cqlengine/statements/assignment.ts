import { quote } from './identifiers.js'

/** How a change of a column is sent: the words of `update({ tags__add })`, and what dirty tracking finds by itself. */
export type ChangeKind =
  'assign' | 'append' | 'prepend' | 'add' | 'remove' | 'update' | 'increment' | 'decrement' | 'field'

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
