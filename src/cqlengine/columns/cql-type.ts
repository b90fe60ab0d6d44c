import type { ChangeKind } from '../statements/assignment.js'
import type { Encoding } from '../connection/encoding.js'

/** What a value is for operators: docs/queries.md has the table of them. */
export type Kind = 'scalar' | 'text' | 'list' | 'set' | 'map' | 'udt' | 'vector' | 'counter'

/** A primitive that equal values share: see {@link CqlType.keyOf}. */
export type ElementKey = string | number | bigint | boolean

export type JsonSchema = Readonly<Record<string, unknown>>

export type { ChangeKind }

/** The operations that `update({ tags__add })` names. */
export const operationKinds: readonly ChangeKind[] = [
  'append', 'prepend', 'add', 'remove', 'update', 'increment', 'decrement'
]

/**
 * One change of one column. `value` is in the instance's form:
 * `assign` the whole value or null · `append`/`prepend` a list · list `remove` a list of values · set `add`/`remove` a
 * set · map `update` a map whose null values delete the entry · map `remove` a set of keys · counters a bigint ·
 * `field` one field of a user type that is not frozen: `[name, value | null]`.
 */
export interface Change { readonly kind: ChangeKind, readonly value: unknown }

/** The words of `ValidationError#rule`, one for each rule; docs/columns.md says what breaks them. */
export type Rule = 'type' | 'range' | 'length' | 'size' | 'syntax' | 'encoding' | 'required' | 'null' | 'empty' |
  'version' | 'zero' | 'unknown' |
  'operation' | 'counter' | 'key' | 'discriminator' | 'frozen' | 'unreadable' | 'validate' | 'custom'

/**
 * A value that breaks a rule. Columns throw it, models turn it into a `ValidationError` with the names. Never holds the
 * value.
 */
export class InvalidValue extends Error {
  readonly rule: Rule
  /**
   * Where inside the value: positions of elements and names of fields. Ends at a map, whose keys are values themselves.
   */
  readonly path: ValuePath

  /**
   * @param message what is expected, without the value
   */
  constructor (rule: Rule, message: string, path: ValuePath = []) {
    super(message)
    this.rule = rule
    this.path = path
  }

  /**
   * This broken rule, seen from the value around it: `element 3: must be a string`.
   * @param at the position or name in `path`; absent where there is none, and the path then begins anew
   */
  within (place: string, at?: string | number): InvalidValue {
    return new InvalidValue(this.rule, `${place}: ${this.message}`, at === undefined ? [] : [at, ...this.path])
  }
}

/** See {@link InvalidValue.path}. */
export type ValuePath = readonly (string | number)[]

/** What the library has to know of a type beyond its values. A fact that is absent is not so. */
export interface TypeFacts {
  /** About the bytes of any bound value. Absent where they depend on the value. */
  readonly size?: number
  /** Cassandra computes sums and averages of it. */
  readonly isNumber?: true
  /** A storage-attached index answers ranges of it. */
  readonly isOrderedBySai?: true
  /**
   * As the key of a map it survives the plain object that the driver reads and writes without `encoding.map`. Not so:
   * timestamps (read without milliseconds), float and double (it cannot write NaN), inet (it misprints some addresses),
   * decimal (negative scales), blobs, all composed ones.
   */
  readonly isPlainKey?: true
  /** As such a key the driver writes and reads the value's own text, which is not our JSON form of far values. */
  readonly isKeyOfDriver?: true
  /** Bytes: there is a value of none, which is not null. */
  readonly isBytes?: true
  /** A storage-attached index takes vectors of it. */
  readonly isSaiVector?: true
  /** Cassandra has no order of its values: no key, no element of a set, no range and no index of any kind. */
  readonly isOrderless?: true
  /** There is no storage-attached index of it. */
  readonly lacksSai?: true
  /** Stored with its length before it, so that a blob can take its place: all but the eight of one size. */
  readonly hasLength?: true
  /** Types whose values it reads, where a column of theirs was dropped and one of its own takes the place. */
  readonly takesBack?: readonly string[] | 'all with a length'
  /** Types whose values are in one order with its own on disk. */
  readonly ordersAlike?: readonly string[]
  /** Other types of which the driver makes what it makes of this one, so that a column reads them rightly. */
  readonly readsToo?: readonly string[]
  /** The server's class: `UTF8` for `org.apache.cassandra.db.marshal.UTF8Type`. So types stand inside vectors. */
  readonly serverClass?: string
  /** How the name of the class ends that some servers send in place of the protocol's number of the type. */
  readonly sentAsClass?: string
}

const noFacts: TypeFacts = {}

/**
 * A CQL type: how values of it are checked, bound, read, compared and written as JSON.
 * Instances are immutable and shared. `V` is the form that a model's instance holds. Null never reaches these methods.
 */
export abstract class CqlType<V = unknown> {
  /** As it stands in DDL, e.g. `map<text, frozen<list<int>>>`; user types quoted, without keyspace. */
  abstract readonly cql: string
  readonly kind: Kind = 'scalar'
  /** Types that stand for another one have that one's. */
  readonly facts: TypeFacts = noFacts
  /** True for values that can be changed in place, so that dirty tracking has to keep a copy. */
  readonly mutable: boolean = false
  /**
   * True where `fromDriver` has nothing to do for rows of our own clients (`ownEncoding`): the row mapper then leaves
   * out the call.
   */
  readonly readsAsIs: boolean = true

  /**
   * True where the driver takes what is kept of a value ({@link snapshot}) as it takes the value, so that one copy
   * serves both. Our own copy of it.
   */
  readonly bindsSnapshot: boolean = false

  /** True where equal values are one JS value, so that JS sets and maps find them without help. */
  readonly primitive: boolean = false

  /** The whole is written at once, and compared. */
  get isFrozen (): boolean { return this.cql.startsWith('frozen<') }

  /** As a column of a key it wants the word `frozen`. Tuples never have parts of their own, and are keys without it. */
  get wantsFrozenInKey (): boolean { return !this.cql.startsWith('tuple<') && this.frozen().cql !== this.cql }

  /** A collection whose elements are stored one by one; a custom type of such a one too. */
  get isMultiCell (): boolean { return /^(?:list|set|map)</.test(this.cql) }

  /** Of a type that stands for another one, that one. */
  base (): CqlType { return this }

  /** Any accepted form, its JSON form included, to the form an instance holds. @throws {InvalidValue} */
  abstract convert (value: unknown): V

  /**
   * True for a value that {@link convert} gives back as it is. Quick, and never throws; false where only `convert` can
   * tell.
   */
  isConverted (_value: unknown): _value is V { return false }

  /**
   * A {@link copy} of a value that {@link isConverted}, `undefined` for any other: one pass where a value has many
   * parts.
   */
  copyIfConverted (value: unknown): V | undefined {
    try {
      return this.isConverted(value) ? this.copy(value) : undefined
    } catch {
      return undefined // copying reads it once more
    }
  }

  /** What is kept of a value that {@link copyIfConverted} copies; see {@link snapshot}. */
  snapshotIfConverted (value: unknown): unknown {
    try {
      return this.isConverted(value) ? this.snapshot(value) : undefined
    } catch {
      return undefined
    }
  }

  /**
   * For raw CQL: what the driver reads rightly and {@link convert} does not take, in a form that it takes. All else as
   * it is. @throws {InvalidValue} for what convert takes and the driver would not
   */
  fromRaw (value: unknown): unknown { return value }

  /** The instance's form as the driver takes it. `encoding` is that of the connection's client. */
  toDriver (value: V, _encoding: Encoding): unknown { return value }

  /** What the driver gave, of our own client or of a user's, to the form an instance holds. */
  fromDriver (value: unknown): V { return value as V }

  /**
   * Whether it needs no {@link fromDriver}, where the type {@link readsAsIs}: rows that somebody wrote by hand, for a
   * client without network, may have an array for a set.
   */
  isRead (_given: unknown): boolean { return true }

  equals (a: V, b: V): boolean { return a === b }

  /** A copy that stays as it is when the value is changed in place. */
  copy (value: V): V { return value }

  /**
   * What is kept of a stored value that can change in place, so that a change is seen: {@link restore} gives the value
   * back. Small where it can be: every loaded row holds one. Types that override it override `toDriver` too.
   */
  snapshot (value: V): unknown { return this.copy(value) }
  /** True where {@link snapshot} gives an array. A loaded row then keeps its parts among those of its other columns. */
  readonly keepsParts: boolean = false
  /** How many parts the array has. */
  partsOf (_value: V): number { return 0 }
  /** Puts the parts of the array into `kept`, from the place `at` on. */
  keepParts (_value: V, _kept: unknown[], _at: number): void {}
  restore (snapshot: unknown): V { return snapshot as V }

  /**
   * Whether an instance's value is still what was kept. Not of the form that instances hold, all through: false. May
   * throw for what was put into it.
   */
  isAsKept (snapshot: unknown, value: unknown): boolean { return this.isSame(snapshot as V, value) }

  /**
   * Equal, and of the form that `own` has, all through: such a value needs no conversion. False where it is not easily
   * told. Types that hold others override it. May throw for what was put into the value.
   */
  isSame (own: V, value: unknown): boolean {
    if (typeof own !== 'object') return typeof value === typeof own && this.equals(own, value as V)
    return typeof value === 'object' && value !== null && Object.getPrototypeOf(own) === Object.getPrototypeOf(value) &&
      this.equals(own, value as V)
  }

  /** A primitive that equal values share and others do not: gives sets and map keys their equality by value. */
  keyOf (value: V): ElementKey { return value as ElementKey }

  toJSON (value: V): unknown { return value }

  /** JSON schema (draft 7) of the JSON form. `input` may accept more than `output` produces. */
  abstract schema (direction: 'input' | 'output'): JsonSchema

  /** JSON schema of what an operation takes; `undefined` where the type has no such operation. */
  operandSchema (_kind: ChangeKind): JsonSchema | undefined { return undefined }

  /**
   * What is sent so that `before` becomes `after`; `null` stands for no value. Empty when equal. Overridden where a
   * part can be sent.
   */
  changes (before: V | null, after: V | null): readonly Change[] {
    if (before === null ? after === null : after !== null && this.equals(before, after)) return []
    return [{ kind: 'assign', value: after }]
  }

  /**
   * {@link changes} from what was kept of a value: see {@link snapshot}. Types override it that need not restore the
   * value for what mostly happens to it.
   */
  changesSince (snapshot: unknown, after: V): readonly Change[] {
    return this.isAsKept(snapshot, after) ? [] : this.changes(this.restore(snapshot), after)
  }

  /**
   * The value of an operation such as `tags__add`, checked and in the form of {@link Change}. @throws {InvalidValue}
   * for a wrong one, and for an operation the type lacks.
   */
  convertChange (kind: ChangeKind, value: unknown): unknown {
    if (kind !== 'assign') throw new InvalidValue('operation', `a ${this.cql} column has no operation "${kind}"`)
    return this.convert(value)
  }

  /**
   * Judges what is sent of a value, by the rules inside the type. The change is one of {@link changes}.
   * @throws {InvalidValue}
   */
  judge ({ value }: Change): void {
    if (value !== null) this.convert(value)
  }

  /** The driver's form of a change's value. */
  changeToDriver (change: Change, encoding: Encoding): unknown {
    return change.value === null ? null : this.toDriver(change.value as V, encoding)
  }

  /** True where a change of that kind may be sent twice with the same result: list appends and counters may not. */
  isIdempotent (_kind: ChangeKind): boolean { return true }

  /** The type as it must be inside another type or in a key: frozen where Cassandra asks for it. */
  frozen (): CqlType<V> { return this }

  /**
   * The type without the rules that columns inside it add. By it is converted what searches, compares or removes: a
   * rule judges what is stored, and older rows may hold values that it refuses today.
   */
  unruled (): CqlType<V> { return this }

  /** What null is read as: collections have an empty value, all else has none. */
  emptyValue (): V | null { return null }

  /** True for the collection's value that Cassandra stores as null. */
  isEmpty (_value: V): boolean { return false }

  /** The type of an element, entry value, map key …, for the operators `contains`, `containsKey`, `entry`. */
  elementType (_part: 'element' | 'key' | 'value'): CqlType | undefined { return undefined }

  /** The types that this one is made of: element, key and value, fields. */
  parts (): readonly CqlType[] { return [] }

  /** The user types used here, inner ones first, so that they can be created in this order. */
  userTypes (): readonly UserTypeLike[] { return [...new Set(this.parts().flatMap((part) => part.userTypes()))] }
}

/** What the column layer knows of a user type; `model/user-type.ts` makes them. */
export interface UserTypeLike {
  new (values?: Record<string, unknown>): { toJSON (): unknown }
  readonly typeName: string
  readonly columns: Readonly<Record<string, {
    readonly type: CqlType
    readonly options: { readonly dbField?: string | undefined, readonly required?: boolean | undefined }
  }>>
}
