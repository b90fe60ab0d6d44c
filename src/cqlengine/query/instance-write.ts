import type { types } from '../driver.js'
import { storedValue } from '../model/changes.js'
import type { RowValues } from '../model/compile/layout.js'
import type { ModelConstructor } from '../model/meta.js'
import type { State } from '../model/state.js'
import type { Table, TableColumn } from '../model/table.js'
import { endTurn } from './instance-order.js'
import type { Operation } from './operation.js'
import type { Write } from './pending-write.js'
import type { Database } from './place.js'
import type { Statement, StatementCache } from './statement-cache.js'
import { confirm } from './write.js'

/** What writing an instance needs. */
export interface Writing {
  readonly db: Database
  readonly cache: StatementCache
}

/** One write of one instance, before its statement is made. */
export interface Subject {
  readonly w: Writing
  readonly instance: object
  /** Its values, read once for this write. */
  readonly values: RowValues
  /** The instance's own state: what changes once the write has succeeded. */
  readonly state: State
  /** What counts as stored when the write is made; see `baseOf`. */
  readonly base: State
  readonly table: Table
  readonly operation: Operation
  /** The row may not exist where it goes. */
  readonly elsewhere: boolean
}

/** What the instance's state becomes once a write has succeeded. */
export type Settle = (state: State) => void

/** Which row is written: of the `values`, or the one that is `stored` as far as it is known. */
export type Addressed = 'values' | 'stored'

type Key = readonly unknown[] | undefined

/** The statement of a {@link Subject}. Its key is only demand for in conditional batches, so it is worked out then. */
export class InstanceWrite implements Write<object> {
  /** See model/compile/shape.ts: one without a subject, which nobody sends. */
  static readonly kept = new InstanceWrite({ base: {}, operation: { demand: {} }, table: {} } as unknown as Subject, {
    cql: '', params: [], request: { kind: 'write' }
  }, 'values', () => {})

  readonly statement: Statement
  readonly operation: Operation
  readonly model: ModelConstructor
  readonly settle: Settle
  readonly #subject: Subject
  readonly #addressed: Addressed
  /** Where a part of the key can change in place until a batch looks. */
  readonly #held: { readonly partition: Key, readonly row: Key } | undefined

  constructor (subject: Subject, statement: Statement, addressed: Addressed, settle: Settle) {
    const { operation, base, table } = subject
    this.statement = statement
    this.operation = operation
    this.model = base.model
    this.settle = settle
    this.#subject = subject
    this.#addressed = addressed
    this.#held = operation.demand.batch !== undefined && table.hasMutableKey
      ? { partition: this.#bound(table.partitionKey), row: this.#bound(table.clustering) }
      : undefined
  }

  partition (): Key {
    return this.#held === undefined ? this.#bound(this.#subject.table.partitionKey) : this.#held.partition
  }

  row (): Key { return this.#held === undefined ? this.#bound(this.#subject.table.clustering) : this.#held.row }
  written (): void { this.settle(this.#subject.state) }

  received (answer: types.ResultSet): object {
    confirm(this, answer)
    return this.#subject.instance
  }

  ended (): void { endTurn(this.#subject.state) }

  #bound (key: readonly TableColumn[]): Key {
    const { values, base, operation: { place } } = this.#subject
    const bound: unknown[] = []
    for (const column of key) {
      const value = (this.#addressed === 'stored' ? storedValue(base, column) : null) ?? values[column.position] ?? null
      if (value === null) return undefined
      bound.push(column.type.toDriver(value, place.connection.encoding))
    }
    return bound
  }
}
