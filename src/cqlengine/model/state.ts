import type { Route } from '../connection/route.js'
import type { OpOptions } from './operations.js'
import type { ModelConstructor } from './meta.js'
import type { TableColumn } from './table.js'

/** What all rows of one result share. */
export interface Source {
  /** Where the rows were loaded from: later writes go back there (API.md section 9 "origin"). */
  readonly origin: Route | undefined
  /** The loaded columns. */
  readonly columns: readonly TableColumn[]
  /** What the rows hold: what our own clients read (default), what a client with other `encoding` options reads, or instances' values. */
  readonly form?: 'foreign' | 'instance'
}

/**
 * What an instance knows beside its values. It is held in a private slot, so that an instance's own keys are its columns.
 * `stored` is what the database is believed to hold, by database name; for loaded rows it is the driver's row itself, in which only
 * values that can change in place were replaced by copies.
 */
export class State {
  readonly model: ModelConstructor
  source: Source
  stored: Record<string, unknown> | undefined
  /** New instances: columns that were given as null or empty, so that they are written as deletions (DRT-05, DRT-12). */
  givenEmpty: Set<string> | undefined
  /** New instances: what the defaults filled in, so that `getChangedColumns()` leaves it out as long as it is that (DRT-01). */
  defaulted: Map<string, unknown> | undefined
  /** New instances: the values that the constructor has checked, by position. */
  accepted: readonly unknown[] | undefined
  /** Where a context (API.md section 10) wants a new instance to go. */
  context: Route | undefined
  /** What the chain setters collected for the next operation. */
  next: OpOptions | undefined
  /** A write of the instance that is under way. */
  writing: Promise<void> | undefined
  /** What the instance will be once a batch has succeeded that has writes of it. */
  queued: { readonly batch: object, readonly state: State } | undefined

  constructor (model: ModelConstructor, source: Source, stored: Record<string, unknown> | undefined) {
    this.model = model
    this.source = source
    this.stored = stored
    this.givenEmpty = undefined
    this.defaulted = undefined
    this.accepted = undefined
    this.context = undefined
    this.next = undefined
    this.writing = undefined
    this.queued = undefined
  }
}
