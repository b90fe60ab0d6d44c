import type { TableColumn } from '../../model/table.js'
import type { ModelConstructor } from '../../model/meta.js'
import type { OpOptions } from '../../model/operations.js'
import { noOptions } from '../../model/operation-options.js'
import type { QueryCondition } from './conditions.js'
import type { Selected } from './functions.js'

export interface ColumnOrder { readonly column: TableColumn, readonly descending: boolean }
export interface NearestOrder { readonly column: TableColumn, readonly vector: unknown }
export type QueryOrder = ColumnOrder | NearestOrder

/** `valuesList`: arrays, or single values. */
export interface ValuesOutput { readonly columns: readonly TableColumn[], readonly flat: boolean }

/** What comes out of a row. */
export type Output =
  | { readonly kind: 'instances' }
  /** `only`, `defer`: instances that have a part of their columns; `named` where `only` chose them. */
  | { readonly kind: 'partial', readonly columns: readonly TableColumn[], readonly named: boolean }
  | { readonly kind: 'values' } & ValuesOutput
  /** `select`: objects by alias. */
  | { readonly kind: 'selection', readonly fields: ReadonlyMap<string, TableColumn | Selected> }
  /** `distinct`: one for each partition, an instance with these columns or what `valuesList` takes of them. */
  | { readonly kind: 'distinct', readonly columns: readonly TableColumn[], readonly values?: ValuesOutput }

/** A query as data. Query sets wrap it, plans read it; nobody changes it. */
export interface QueryState {
  readonly model: ModelConstructor
  readonly conditions: readonly QueryCondition[]
  readonly output: Output
  readonly order: readonly QueryOrder[]
  readonly groupBy: readonly TableColumn[]
  readonly limit: number | undefined
  readonly perPartitionLimit: number | undefined
  readonly fetchSize: number | undefined
  readonly allowFiltering: boolean
  readonly options: OpOptions
}

export function allOf (model: ModelConstructor): QueryState {
  return {
    model,
    conditions: [],
    output: { kind: 'instances' },
    order: [],
    groupBy: [],
    limit: undefined,
    perPartitionLimit: undefined,
    fetchSize: undefined,
    allowFiltering: false,
    options: noOptions
  }
}

/**
 * `state` with some of it otherwise. Written out, so that all states have one layout in memory: a spread costs three
 * times as much.
 */
export function changed (state: QueryState, to: Partial<QueryState>): QueryState {
  return {
    model: state.model,
    conditions: to.conditions ?? state.conditions,
    output: to.output ?? state.output,
    order: to.order ?? state.order,
    groupBy: to.groupBy ?? state.groupBy,
    limit: to.limit ?? state.limit,
    perPartitionLimit: to.perPartitionLimit ?? state.perPartitionLimit,
    fetchSize: to.fetchSize ?? state.fetchSize,
    allowFiltering: to.allowFiltering ?? state.allowFiltering,
    options: to.options ?? state.options
  }
}
