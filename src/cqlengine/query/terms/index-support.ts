// Which conditions an index answers, as Cassandra 5.0 decides it.

import type { Operator } from '../../columns/expression.js'
import type { IndexOptions } from '../../columns/column.js'
import type { TableColumn } from '../../model/table.js'

/**
 * `unknown`: a class of the user's, or an index that is managed elsewhere (COL-04); it is believed to answer
 * everything.
 */
export type IndexKind = 'legacy' | 'sai' | 'sasi' | 'unknown'

export function indexKind ({ using }: IndexOptions): IndexKind {
  if (using === undefined || using === 'legacy_local_table') return 'legacy'
  if (/(?:^|\.)(?:sai|StorageAttachedIndex)$/i.test(using)) return 'sai'
  if (/(?:^|\.)(?:sasi|SASIIndex)$/i.test(using)) return 'sasi'
  return 'unknown'
}

/**
 * The kinds of the column's indexes that answer `operator`; two conditions can share one query only where one kind
 * answers both.
 */
export function answering (column: TableColumn, operator: Operator): IndexKind[] {
  const kinds = column.indexes.filter((index) => answers(column, index, operator)).map(indexKind)
  return column.options.customIndex === true ? [...kinds, 'unknown'] : kinds
}

export function hasVectorIndex (column: TableColumn): boolean {
  return column.options.customIndex === true ||
    column.indexes.some((index) => ['sai', 'unknown'].includes(indexKind(index)))
}

/** SASI looks for what stands at the end or in the middle of a text only in its mode CONTAINS. */
export function takesPattern ({ indexes, options }: TableColumn, pattern: string): boolean {
  const sasi = indexes.filter((index) => indexKind(index) === 'sasi')
  return !pattern.startsWith('%') || sasi.length === 0 || options.customIndex === true ||
    sasi.some((index) => String(index.options?.['mode']).toUpperCase() === 'CONTAINS')
}

function answers (column: TableColumn, index: IndexOptions, operator: Operator): boolean {
  switch (indexKind(index)) {
    case 'unknown': return true
    case 'sasi': return operator === 'eq' || (column.type.kind === 'text' ? operator === 'like' : isRange(operator))
    case 'sai':
      return column.type.isMultiCell
        ? answersElements(column, index, operator)
        : operator === 'eq' || (isRange(operator) && column.type.facts.isOrderedBySai === true)
    case 'legacy': return column.type.isMultiCell ? answersElements(column, index, operator) : operator === 'eq'
  }
}

function answersElements ({ type }: TableColumn, { target = 'values' }: IndexOptions, operator: Operator): boolean {
  if (target === 'entries') return operator === 'entry'
  if (target === 'keys') return operator === 'containsKey'
  return operator === 'contains' && type.kind !== 'vector'
}

export function isRange (operator: Operator): boolean {
  return operator === 'gt' || operator === 'gte' || operator === 'lt' || operator === 'lte'
}
