// Every error that this library throws by itself (docs/errors.md). What the driver throws passes through untouched.
import type { SyncReport } from './sync-report.js'
import { bounded, joined, printable } from './words.js'

/** One broken rule of one column: what `ValidationError#errors` lists. */
export interface Violation {
  /** The attribute name; `*` for the values as a whole. */
  readonly column: string
  /** One stable word: `type`, `range`, `length`, `required`, …; docs/columns.md lists them. */
  readonly rule: string
  /** A sentence without the value. */
  readonly message: string
  /**
   * Where inside the column's value: positions of elements and names of fields. Absent: the value as a whole. Not
   * enumerable.
   */
  readonly path?: readonly (string | number)[] | undefined
}

/**
 * Base of all errors of this library. `code` is stable (`CQL_VALIDATION`), `statusCode` is what an HTTP server should
 * answer. Messages say what happened, where, and what to do; they never hold values, have one line, and stay below 2 KB
 * whatever a request brought. Caught as this class, errors of the driver and of your own code are not meant.
 * @example
 * try {
 *   await post.save()
 * } catch (error) {
 *   if (!(error instanceof CQLEngineError)) throw error
 *   console.warn(error.code, error.message) // holds no values: it may be logged
 * }
 */
export class CQLEngineError extends Error {
  /** The `code` of its instances. */
  static readonly code: string = 'CQL_ENGINE'
  /** The `statusCode` of its instances. */
  static readonly statusCode: number = 500
  /** Stable, and one for each class: `CQL_VALIDATION`. */
  readonly code: string
  /** What an HTTP server should answer. */
  readonly statusCode: number

  constructor (message: string, options?: ErrorOptions) {
    super(bounded(String(message)), options)
    const { code, statusCode } = new.target as typeof CQLEngineError
    this.code = code
    this.statusCode = statusCode
  }

  // Two more names of what is known, by the convention of http-errors (Express, Koa and Nest read them); accessors, so
  // that no log prints them.
  /** Equals `statusCode`. */
  get status (): number { return this.statusCode }
  /** Whether a client may see the message: true below 500. */
  get expose (): boolean { return this.statusCode < 500 }

  // Not an own property: it would be printed beside the message, and minified class names would leak into it.
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'CQLEngineError', configurable: true, writable: true })
  }
}

const named = (type: { readonly prototype: Error }, name: string): void => {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true })
}

/** What a ValidationError lists at most; how many more there are is in its message. */
export const mostViolations = 20

/**
 * A value breaks a rule of its column. `model`, `column` and `rule` are those of the first of `errors`, which has at
 * most 20. Give the messages to whoever gave the values; nothing was sent.
 * @example
 * try {
 *   await User.create({ name: '' })
 * } catch (error) {
 *   if (!(error instanceof ValidationError)) throw error
 *   const problems = error.errors.map(({ column, message }) => `${column}: ${message}`)
 * }
 */
export class ValidationError extends CQLEngineError {
  static override readonly code: string = 'CQL_VALIDATION'
  static override readonly statusCode: number = 400
  /** The model's or user type's name; absent for a column that stands alone. */
  readonly model?: string
  /** The attribute name in the first of `errors`. */
  readonly column?: string
  /** The rule in the first of `errors`. */
  readonly rule: string
  /** All broken rules, at most 20; the message says how many more there are. */
  readonly errors: readonly Violation[]

  /**
   * @param model the model's or user type's name for messages; undefined for a column that stands alone
   * @param errors the broken rules, at least one; of more than 20 the first are kept
   * @param count how many rules were broken, where not all of them are in `errors`
   */
  constructor (model: string | undefined, errors: readonly Violation[], count = errors.length) {
    const where = model === undefined ? '' : `${model}.`
    const listed = errors.slice(0, mostViolations).map(boundedViolation)
    super(joined(listed.map((e) => `${where}${e.column}: ${e.message}`), Math.max(count, errors.length)))
    const [first] = listed
    if (model !== undefined) this.model = model
    if (first !== undefined) this.column = first.column
    this.rule = first?.rule ?? 'invalid'
    this.errors = listed
  }

  static { named(this, 'ValidationError') }
}

/** A column may be a name from outside, a message a sentence of the user's. */
function boundedViolation ({ column, rule, message, path = [] }: Violation): Violation {
  const violation = {
    column: printable(column, longestPath), rule: printable(rule), message: bounded(message, longestViolation)
  }
  return path.length === 0 ? violation : Object.defineProperty(violation, 'path', { value: path })
}

/** Characters of `column`, which may be a path. */
const longestPath = 100
/** Bytes of `message`. */
const longestViolation = 1000

/**
 * A query or statement that makes no sense, or that the server would refuse. A mistake in the code, which the message
 * says how to mend: trying again does not help.
 * @example
 * try {
 *   await Post.filter({ title: 'Hello' }).all()
 * } catch (error) {
 *   if (error instanceof QueryError) console.error(error.message) // add an index, or allowFiltering()
 *   throw error
 * }
 */
export class QueryError extends CQLEngineError {
  static override readonly code: string = 'CQL_QUERY'
  static { named(this, 'QueryError') }
}

/**
 * `get()` found no row. Each model has a subclass of its own: `User.DoesNotExist`. Answered with 404; where a missing
 * row is no error, `first()` gives null instead.
 * @example
 * try {
 *   await User.get({ uid: id })
 * } catch (error) {
 *   if (!(error instanceof DoesNotExist)) throw error
 *   await User.create({ uid: id, name: 'new here' })
 * }
 */
export class DoesNotExist extends QueryError {
  static override readonly code: string = 'CQL_DOES_NOT_EXIST'
  static override readonly statusCode: number = 404
  static { named(this, 'DoesNotExist') }
}

/**
 * `get()` found more than one row. Each model has a subclass of its own. Name the whole key, or take `first()` where
 * any of them will do.
 * @example
 * try {
 *   await User.get({ email: 'ada@example.org' })
 * } catch (error) {
 *   if (!(error instanceof MultipleObjectsReturned)) throw error
 *   console.warn('several users have this address')
 * }
 */
export class MultipleObjectsReturned extends QueryError {
  static override readonly code: string = 'CQL_MULTIPLE_OBJECTS_RETURNED'
  static { named(this, 'MultipleObjectsReturned') }
}

/**
 * The condition of a lightweight transaction was not met, so nothing was written (LWT-04, LWT-05). Somebody else was
 * first: look at `existing`, and decide anew.
 * @example
 * try {
 *   await User.ifNotExists().create({ uid: id, name: 'Ada' })
 * } catch (error) {
 *   if (!(error instanceof LWTError)) throw error
 *   console.log('taken by', error.existing.name)
 * }
 */
export class LWTError extends CQLEngineError {
  static override readonly code: string = 'CQL_LWT'
  static override readonly statusCode: number = 409
  /**
   * The row as the server has it, by attribute names, as far as it answered. Not enumerable: logs must not print rows.
   */
  declare readonly existing: Record<string, unknown>
  /** All rows of the answer; a refused batch can have several. */
  declare readonly rows: Record<string, unknown>[]

  constructor (message: string, rows: Record<string, unknown>[]) {
    super(message)
    Object.defineProperty(this, 'rows', { value: rows })
    Object.defineProperty(this, 'existing', { value: rows[0] ?? {} })
  }

  static { named(this, 'LWTError') }
}

/**
 * A model, column or user type is declared in a way that Cassandra or this library cannot work with. Thrown when the
 * module is loaded, and not to be caught: mend the declaration.
 * @example
 * const code = c.Text({ minLength: 5, maxLength: 2 }) // throws: maxLength is 2, but minLength is 5
 */
export class ModelDefinitionError extends CQLEngineError {
  static override readonly code: string = 'CQL_MODEL_DEFINITION'
  static { named(this, 'ModelDefinitionError') }
}

/**
 * A row or class of a polymorphic family does not fit (POL rows). Mostly the module of a child was not imported, or its
 * class not registered.
 * @example
 * class Cat extends Pet.polymorphic('cat', { lives: c.Integer() }).as<Cat>() {
 *   static { this.register() } // without it, reading and writing its rows is this error
 * }
 */
export class PolymorphicModelError extends CQLEngineError {
  static override readonly code: string = 'CQL_POLYMORPHIC_MODEL'
  static { named(this, 'PolymorphicModelError') }
}

/**
 * A user-defined type is declared or used wrongly. Thrown when the module is loaded, and not to be caught: mend the
 * declaration.
 * @example
 * class Place extends db.UserType.define('place', { hits: c.Counter() }) {} // throws: a counter cannot be a field
 */
export class UserTypeError extends CQLEngineError {
  static override readonly code: string = 'CQL_USER_TYPE'
  static { named(this, 'UserTypeError') }
}

/**
 * The schema of the database and the models contradict each other; `report` says where. Nothing of a conflict is
 * repaired by itself: migrate the table, or change the model.
 * @example
 * try {
 *   await db.syncDb()
 * } catch (error) {
 *   if (error instanceof SchemaError) console.error(error.report.conflicts)
 *   throw error
 * }
 */
export class SchemaError extends CQLEngineError {
  static override readonly code: string = 'CQL_SCHEMA'
  /** What was found, and what was sent before that. */
  readonly report: SyncReport

  constructor (message: string, report: SyncReport, options?: ErrorOptions) {
    super(message, options)
    this.report = report
  }

  static { named(this, 'SchemaError') }
}

/**
 * An option or environment variable has a value that cannot be used. Names both, never the value. Show the message and
 * end the process: it will not start otherwise.
 * @example
 * try {
 *   await db.init()
 * } catch (error) {
 *   if (!(error instanceof ConfigError)) throw error
 *   console.error(error.message)
 *   process.exitCode = 1
 * }
 */
export class ConfigError extends CQLEngineError {
  static override readonly code: string = 'CQL_CONFIG'
  static { named(this, 'ConfigError') }
}

/**
 * Hosts or keyspace are configured nowhere. A program may fall back on hosts of its own.
 * @example
 * try {
 *   await db.init()
 * } catch (error) {
 *   if (!(error instanceof NoConfigError)) throw error
 *   await db.init({ hosts: ['127.0.0.1'], keyspace: 'library' }) // on a developer's machine
 * }
 */
export class NoConfigError extends ConfigError {
  static override readonly code: string = 'CQL_NO_CONFIG'
  static { named(this, 'NoConfigError') }
}

/**
 * A page token that is forged, cut, stale, or belongs to another query. Answered with 400; a client begins again with
 * the first page.
 * @example
 * const query = Post.filter({ blog: 'cats' })
 * const page = await query.page({ token: 'from a client' }).catch(async (error: unknown) => {
 *   if (error instanceof PageTokenError) return await query.page({ token: null })
 *   throw error
 * })
 */
export class PageTokenError extends CQLEngineError {
  static override readonly code: string = 'CQL_PAGE_TOKEN'
  static override readonly statusCode: number = 400
  static { named(this, 'PageTokenError') }
}

/**
 * A batch cannot take a statement, or was executed already. A mistake in the code: put the statement elsewhere, or make
 * a new batch.
 * @example
 * const b = new db.BatchQuery()
 * await b.execute()
 * await b.execute() // throws: a batch is executed once
 */
export class BatchError extends CQLEngineError {
  static override readonly code: string = 'CQL_BATCH'
  static { named(this, 'BatchError') }
}

/**
 * The `db` was closed, or is not connected yet. In a process that ends it is to be expected; else `init()` opens the
 * `db` again.
 * @example
 * try {
 *   await User.all()
 * } catch (error) {
 *   if (!(error instanceof ClosedError)) throw error
 *   console.log('stopped: the db was closed')
 * }
 */
export class ClosedError extends CQLEngineError {
  static override readonly code: string = 'CQL_CLOSED'
  static override readonly statusCode: number = 503
  static { named(this, 'ClosedError') }
}

/**
 * More is to be done at once than the connection can carry, and as much waits for room as may (`maxWaiting`). Nothing
 * was sent. It may be tried again later; the load is to be shed before.
 * @example
 * try {
 *   await post.save()
 * } catch (error) {
 *   if (!(error instanceof OverloadedError)) throw error
 *   console.warn('try again in', error.headers['retry-after'], 'seconds')
 * }
 */
export class OverloadedError extends CQLEngineError {
  static override readonly code: string = 'CQL_OVERLOADED'
  static override readonly statusCode: number = 503
  /** What web frameworks send along. */
  declare readonly headers: Readonly<Record<string, string>>
  static {
    named(this, 'OverloadedError')
    // Not an own property: it would be printed beside the message.
    Object.defineProperty(
      this.prototype, 'headers', { value: Object.freeze({ 'retry-after': '5' }), configurable: true }
    )
  }
}

/**
 * A connection name is unknown, reserved or taken. Register the connection first.
 * @example
 * try {
 *   await db.connection.getConnection('archive')
 * } catch (error) {
 *   if (!(error instanceof ConnectionRegistryError)) throw error
 *   await db.connection.registerConnection('archive', { hosts: '10.1.0.1', localDataCenter: 'dc1' })
 * }
 */
export class ConnectionRegistryError extends CQLEngineError {
  static override readonly code: string = 'CQL_CONNECTION_REGISTRY'
  static { named(this, 'ConnectionRegistryError') }
}

/**
 * Neither the model, nor the connection, nor the `db` says which keyspace is meant. Name one: in the configuration, on
 * the model, in a scope, or for the operation.
 * @example
 * try {
 *   await User.all()
 * } catch (error) {
 *   if (!(error instanceof UndefinedKeyspaceError)) throw error
 *   await User.using({ keyspace: 'library' }).all()
 * }
 */
export class UndefinedKeyspaceError extends CQLEngineError {
  static override readonly code: string = 'CQL_UNDEFINED_KEYSPACE'
  static { named(this, 'UndefinedKeyspaceError') }
}
