import { ModelDefinitionError, QueryError } from '../errors.js'
import type { CqlType, Kind } from './cql-type.js'
import { Expression, type Operator, Ordering } from './expression.js'

/** What the types of a model depend on, beside the value: see `Column`. */
export type Flag =
  'key' | 'partition' | 'clustering' | 'required' | 'default' | 'counter' | 'discriminator' | 'static' | 'hidden' |
  'frozen'

/** An index of a column. `using` absent: the server's default index. */
export interface IndexOptions {
  /** Absent: the server's `table_column_idx`. */
  name?: string | undefined
  /** `'sasi'` stands for its class name; another word is a class name of the user's. */
  using?: 'sai' | 'sasi' | 'legacy_local_table' | (string & {}) | undefined
  /** What of a collection is indexed. Default: the elements or values; `full` for a frozen collection. */
  target?: 'values' | 'keys' | 'entries' | 'full' | undefined
  /** `WITH OPTIONS`, e.g. `{ case_sensitive: false }` or `{ similarity_function: 'dot_product' }`. */
  options?: Readonly<Record<string, string | number | boolean>> | undefined
}

/**
 * Options of every column, always the last argument. `V`: the value an instance holds, `I`: what is accepted on write.
 */
export interface ColumnOptions<V, I = V> {
  /** Part of the primary key; the first one is the partition key where no column says `partitionKey` (COL-01). */
  primaryKey?: boolean | undefined
  /** Part of the partition key, in declaration order (COL-02). */
  partitionKey?: boolean | undefined
  /** Default `'asc'`; clustering columns only (COL-08). */
  clusteringOrder?: 'asc' | 'desc' | undefined
  /**
   * `null` and a missing value are refused; on text an empty string too, unless `minLength` says otherwise (COL-07).
   */
  required?: boolean | undefined
  /** A value or a function without arguments; used when a new instance is made without that key (COL-06). */
  default?: I | (() => I) | undefined
  /** One value per partition (COL-10). */
  static?: boolean | undefined
  /**
   * Makes sync create an index, which lets the column be searched; several for the keys and entries of one map
   * (COL-03).
   */
  index?: boolean | IndexOptions | readonly IndexOptions[] | undefined
  /** An index that is managed elsewhere: every operator is let through, nothing is created (COL-04). */
  customIndex?: boolean | undefined
  /** The column's name in the database, where it differs (COL-05). */
  dbField?: string | undefined
  /** Tells the class of a row in a polymorphic family (COL-09). */
  discriminatorColumn?: boolean | undefined
  /** Never in `toJSON()` and the row schema. */
  hidden?: boolean | undefined
  /**
   * Runs after the type's own checks: `false` or a sentence (which must not contain the value) refuses.
   * @example
   * const year = c.Integer({ validate: (n) => n >= 1900 || 'must be 1900 or later' })
   */
  validate?: ((value: V) => boolean | string) | undefined
  /** For JSON schemas. */
  description?: string | undefined
}

/** Options of `Text` and `Ascii`. */
export interface TextOptions extends ColumnOptions<string> {
  /**
   * Shortest length in characters of a text that is there; only `required` demands one, and then it is 1 unless said
   * otherwise.
   */
  minLength?: number | undefined
  /** Longest length in characters. */
  maxLength?: number | undefined
}

/** Options of columns that can be frozen: a frozen value is written and compared as a whole. */
export interface FrozenOption {
  /** Default: false for collections (true in a key), true for user types. */
  frozen?: boolean | undefined
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the one place where the options of any column are meant
export type AnyColumnOptions = Readonly<ColumnOptions<any, any> & FrozenOption &
  Partial<Pick<TextOptions, 'minLength' | 'maxLength'>>>

/**
 * A column: an immutable value that may be shared by models. In a model it is bound to its name (`User.columns.year`).
 * V: what is read. F: flags. K: kind, decides on the operators. I: what is accepted on write. E: element of a
 * collection.
 * @example
 * const byName = User.columns.name.eq('Ada') // a condition for filter()
 */
export class Column<out V, out F extends Flag = never, out K extends Kind = 'scalar', out I = V, out E = never> {
  /** Types only, never there at run time. */
  declare readonly '~': { value: V, flags: F, kind: K, input: I, element: E }
  /** What it knows of its values. @internal */
  readonly type: CqlType
  /** Those of its declaration. */
  readonly options: AnyColumnOptions
  /** The attribute name; `undefined` until a model or user type takes the column. */
  readonly name: string | undefined

  constructor (type: CqlType, options: AnyColumnOptions = {}, name?: string) {
    this.type = type
    this.options = options
    this.name = name
    Object.freeze(this)
  }

  /** The CQL type, e.g. `map<text, int>`. */
  get cql (): string { return this.type.cql }

  /** The column as a model's own, under its attribute name. @internal */
  named (name: string): Column<V, F, K, I, E> { return new Column(this.type, this.options, name) }

  /**
   * Equal to `value`.
   * @throws {QueryError} for a column of no model
   * @example
   * const users = await User.filter(User.columns.email.eq('ada@example.org')).all()
   */
  eq (value: I): Expression { return this.#expression('eq', value) }
  /**
   * Conditions only (`iff`): Cassandra has no `!=` in WHERE.
   * @example
   * const isOther = User.columns.name.ne('Ada') // in an object: { name__ne: 'Ada' }
   */
  ne (value: I | null): Expression { return this.#expression('ne', value) }
  /**
   * Greater than `value`.
   * @example
   * const posts = await Post.filter(Post.columns.blog.eq('cats'), Post.columns.day.gt(3)).all()
   */
  gt (value: I): Expression { return this.#expression('gt', value) }
  /**
   * Greater than `value`, or equal.
   * @example
   * const posts = await Post.filter(Post.columns.blog.eq('cats'), Post.columns.day.gte(3)).all()
   */
  gte (value: I): Expression { return this.#expression('gte', value) }
  /**
   * Less than `value`.
   * @example
   * const posts = await Post.filter(Post.columns.blog.eq('cats'), Post.columns.day.lt(3)).all()
   */
  lt (value: I): Expression { return this.#expression('lt', value) }
  /**
   * Less than `value`, or equal.
   * @example
   * const posts = await Post.filter(Post.columns.blog.eq('cats'), Post.columns.day.lte(3)).all()
   */
  lte (value: I): Expression { return this.#expression('lte', value) }
  /**
   * One of these values; of none nothing is found, without a statement.
   * @example
   * const posts = await Post.filter(Post.columns.blog.in(['cats', 'dogs'])).all()
   */
  in (values: readonly I[]): Expression { return this.#expression('in', values) }
  /**
   * A text like the pattern, in which `%` stands for any characters at its start or end; needs a SASI index.
   * @example
   * const users = await User.filter(User.columns.name.like('Ad%')).all()
   */
  like (this: TextColumn, pattern: string): Expression { return expressionOf(this, 'like', pattern) }
  /**
   * A list or set with this element, a map with this value; needs an index or `allowFiltering()`.
   * @example
   * const posts = await Post.filter(Post.columns.tags.contains('news')).all()
   */
  contains (value: E extends readonly [unknown, infer B] ? B : E): Expression {
    return this.#expression('contains', value)
  }

  /**
   * A map with this key; needs an index of its keys or `allowFiltering()`.
   * @example
   * const posts = await Post.filter(Post.columns.scores.containsKey('ada')).allowFiltering().all()
   */
  containsKey (key: E extends readonly [infer A, unknown] ? A : never): Expression {
    return this.#expression('containsKey', key)
  }

  /**
   * A map with this entry; needs an index of its entries or `allowFiltering()`.
   * @example
   * const posts = await Post.filter(Post.columns.scores.entry('ada', 5)).allowFiltering().all()
   */
  entry (
    key: E extends readonly [infer A, unknown] ? A : never, value: E extends readonly [unknown, infer B] ? B : never
  ): Expression {
    return this.#expression('entry', [key, value])
  }

  /**
   * Nearest neighbours of `vector` first; needs a SAI index and a limit.
   * @param vector as many numbers as the column has dimensions
   * @example
   * const near = await Post.objects.orderBy(Post.columns.embedding.ann([1, 0, 0])).limit(5).all()
   */
  ann (this: VectorColumn, vector: readonly number[] | Float32Array): Ordering {
    return new Ordering(nameOf(this), vector)
  }

  #expression (operator: Operator, value: unknown): Expression { return expressionOf(this, operator, value) }
}

/* eslint-disable @typescript-eslint/no-explicit-any -- type parameters of "any column whatsoever" */
/** Any column. */
export type AnyColumn = Column<any, any, any, any, any>
type TextColumn = Column<any, any, 'text', any, any>
type VectorColumn = Column<any, any, 'vector', any, any>
/* eslint-enable @typescript-eslint/no-explicit-any */
/** Columns by attribute names. */
export type Columns = { readonly [name: string]: AnyColumn }

function expressionOf (column: AnyColumn, operator: Operator, value: unknown): Expression {
  return new Expression(nameOf(column), operator, value)
}

function nameOf (column: AnyColumn): string {
  if (column.name === undefined) {
    throw new QueryError('This column belongs to no model: write User.columns.name.eq(…), not columns.Text().eq(…)')
  }
  return column.name
}

/** A column, or a column function standing for a column without options: `Set(Text)`. */
export type ColumnLike = AnyColumn | (() => AnyColumn)

/** @throws {ModelDefinitionError} when it is neither a column nor a column function (TYP-23) */
export function columnOf (given: ColumnLike, where: string): AnyColumn {
  const column: unknown = typeof given === 'function' ? called(given, where) : given
  if (column instanceof Column) return column
  throw notColumn(where)
}

/** What a column function gives; another function or class may throw anything. */
function called (given: () => AnyColumn, where: string): unknown {
  try {
    return given()
  } catch (error) {
    throw error instanceof ModelDefinitionError ? error : notColumn(where)
  }
}

function notColumn (where: string): ModelDefinitionError {
  return new ModelDefinitionError(`${where}: expected a column or a column function, e.g. columns.Text or ` +
    'columns.Text()')
}
