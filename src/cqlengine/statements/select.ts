/** The parts of a SELECT, already quoted (STM-01). Limits are bind markers, so that the text stays the same. */
export interface SelectParts {
  readonly table: string
  readonly what: readonly string[]
  readonly distinct?: boolean
  readonly where?: readonly string[]
  readonly groupBy?: readonly string[]
  readonly orderBy?: readonly string[]
  readonly perPartitionLimit?: boolean
  readonly limit?: boolean
  readonly allowFiltering?: boolean
}

/** Markers come in the order: what, where, order, per partition limit, limit. */
export function select (p: SelectParts): string {
  return `SELECT ${p.distinct === true ? 'DISTINCT ' : ''}${p.what.join(', ')} FROM ${p.table}` +
    list(' WHERE ', p.where, ' AND ') +
    list(' GROUP BY ', p.groupBy, ', ') +
    list(' ORDER BY ', p.orderBy, ', ') +
    (p.perPartitionLimit === true ? ' PER PARTITION LIMIT ?' : '') +
    (p.limit === true ? ' LIMIT ?' : '') +
    (p.allowFiltering === true ? ' ALLOW FILTERING' : '')
}

function list (word: string, parts: readonly string[] | undefined, by: string): string {
  return parts === undefined || parts.length === 0 ? '' : word + parts.join(by)
}
