// A sync report, for a person.
import type { SyncNote, SyncReport } from '../cqlengine/sync-report.js'
import { coloured, print } from './output.js'

/** Statements as a script that could be run, notes as comments of it. */
export function printReport ({ statements, warnings, conflicts }: SyncReport): void {
  for (const { cql } of statements) print(`${coloured('green', '+')} ${cql};`)
  for (const note of warnings) printNote(coloured('yellow', 'warning'), note)
  for (const note of conflicts) printNote(coloured('red', 'conflict'), note)
}

export function printNote (kind: string, note: SyncNote): void {
  print(`${kind}: ${note.message} (${placeOf(note)})`)
  for (const cql of byHand(note)) print(`  ${coloured('dim', `by hand: ${cql.replace(/;?$/, ';')}`)}`)
}

const placeOf = ({ connection, keyspace }: { readonly connection: string, readonly keyspace: string }): string =>
  connection === 'default' ? `keyspace ${keyspace}` : `keyspace ${keyspace} on connection ${connection}`

/** Texts that would mend it, which no sync ever sends. */
function byHand (note: SyncNote & { readonly statements?: readonly string[] }): readonly string[] {
  return note.statements ?? []
}

/** `2 statements, 1 warning` */
export function counted (report: SyncReport): string {
  const parts = [
    [report.statements.length, 'statement'], [report.warnings.length, 'warning'], [report.conflicts.length, 'conflict']
  ] as const
  const texts = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n === 1 ? '' : 's'}`)
  return texts.length === 0 ? 'nothing to do: the models and the database agree' : texts.join(', ')
}
