import type { Route } from '../connection/route.js'
import { keep } from './compile/keepers.js'
import type { Default } from './defaults.js'
import type { ModelConstructor } from './meta.js'
import type { OpOptions } from './operations.js'
import type { TableColumn } from './table.js'

/** What all rows of one result share, and all new instances of one model. */
export interface Source {
  /** The class of the instances. */
  readonly model: ModelConstructor
  /** Where the rows were loaded from: later writes go back there. */
  readonly origin: Route | undefined
  /** The loaded columns. */
  readonly columns: readonly TableColumn[]
  /**
   * What the rows hold: what our own clients read (default), what a client with other `encoding` options reads, or
   * instances' values.
   */
  readonly form?: 'foreign' | 'instance' | undefined
}

/** A row as the driver gives it. */
export type DriverRow = Record<string, unknown>

/** What an instance was made of: the row, or the values that are kept of it; see `compile/rows.ts`. */
export type Loaded = DriverRow | KeptValues
/**
 * In the order of the columns. Of a set or a map their number, of null null; the parts of all of them are at the end.
 * One array for each row: what outlives a moment is copied again and again by the collector.
 */
export type KeptValues = readonly unknown[]

/** As much of a {@link State} as is needed to tell what an instance holds. */
export type Seen = Pick<State, 'source' | 'stored'>

/**
 * What an instance knows beside its values. It is held in a private slot, so that an instance's own keys are its
 * columns. `stored` is what the database is believed to hold, by database name; of what can change in place as the type
 * keeps it (`CqlType.snapshot`).
 */
export class State {
  source: Source
  stored: Record<string, unknown> | undefined
  /** New instances: the values that the constructor has checked, by position. */
  accepted: readonly unknown[] | undefined
  /**
   * New instances: columns that were given as null or empty, so that they are written as deletions (DRT-05, DRT-12).
   */
  givenEmpty: Set<string> | undefined
  /**
   * What the defaults filled in and no write has sent, so that it counts as unchanged as long as it is that (DRT-01,
   * DRT-11).
   */
  defaulted: Map<string, Default> | undefined
  /** Others than `create()` made the instance, and may assign to it: see `defaults.ts`. */
  watched: boolean
  /** What the chain setters collected for the next operation. */
  next: OpOptions | undefined
  /**
   * The write of the instance that is under way, as its caller has it; or, while others wait for it, the queue of
   * those.
   */
  writing: object | undefined
  /** A write of the instance was put into a batch, which may be over. */
  wasBatched: boolean

  constructor (source: Source, stored: Record<string, unknown> | undefined) {
    this.source = source
    this.stored = stored
    this.accepted = undefined
    this.givenEmpty = undefined
    this.defaulted = undefined
    this.watched = false
    this.next = undefined
    this.writing = undefined
    this.wasBatched = false
  }

  get model (): ModelConstructor { return this.source.model }
}

// Of no model, for nobody ever uses it.
keep(() => new State({ model: undefined as never, origin: undefined, columns: [] }, undefined))
