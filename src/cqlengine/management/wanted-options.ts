// The options of a table or view as declared, and what is wrong with them.
import { optionProblems } from './option-rules.js'
import { note, type Subject, type SyncNote } from './report.js'
import type { ExistingSchema } from './schema.js'
import { isForeign, lack, versionOf } from './server.js'
import { type ReadOptions, readOptions } from './table-options.js'
import type { WantedTable } from './wanted.js'

/** @param existing the row of the table; absent: it is to be made */
export function checkedOptions (
  wanted: WantedTable,
  { server, optionNames }: ExistingSchema,
  existing: ReadonlyMap<string, unknown> | undefined,
  subject: Subject
): { readonly values: ReadOptions['values'], readonly notes: SyncNote[] } {
  const { values, problems } = readOptions(wanted.options, optionNames)
  const unified = lack(server, 'UnifiedCompactionStrategy')
  const { compaction } = values
  const version = versionOf(server)?.text ?? 'this server'
  const unknown = optionNames.size === 0 ? [] : Object.keys(values).filter((name) => !optionNames.has(name))
  const isUnified = typeof compaction === 'object' && /UnifiedCompactionStrategy$/.test(String(compaction['class']))
  return {
    values,
    notes: [
      ...[...problems, ...isForeign(server) ? [] : optionProblems(values, existing)].map((problem) =>
        note(subject, 'table-option', problem)),
      ...unified !== undefined && isUnified ? [note(subject, 'server', unified)] : [],
      ...unknown.map((name) => note(subject, 'server', `the table option ${name} is none of this server (${version})`))
    ]
  }
}
