import { checkValue } from '../columns/check.js'
import { type AnyColumn, Column, type Columns } from '../columns/column.js'
import { InvalidValue } from '../columns/cql-type.js'
import { StoredFields } from '../columns/user-defined.js'
import { UserTypeError } from '../errors.js'
import { defining } from '../known-options.js'
import { nameRule } from '../statements/identifiers.js'
import type { ReplaceOption } from './api.js'
import type { UserTypeClass } from './user-type-api.js'
import { checkAccessors, guarded, proofOf } from './field-guard.js'
import { isHidden, setColumn, setHidden } from './own-columns.js'
import { inspect, type InspectArguments, printed } from './printing.js'
import { isolated, readValues } from './values.js'
import { Violations } from './violations.js'
import { meant, shown } from '../words.js'

const forbidden = new Set(['toObject', 'toJSON', 'constructor', '__proto__'])

/** Prototypes of the classes that were seen to hide no field. */
class GuardedValue {
  constructor () {
    const { typeName, columns, prototype } = new.target as typeof UserTypeValue
    const proof = proofOf(prototype)
    if (proof.done) return
    return guarded(
      this, { has: (name) => Object.hasOwn(columns, name) }, proof, (field) => hiddenField(typeName, field)
    )
  }
}

function hiddenField (typeName: string, field: string): UserTypeError {
  return new UserTypeError(`User type "${typeName}": a field or accessor of the class hides the field "${field}". ` +
    `Remove it, or write "declare ${field}: …" to tell only the type`)
}

/** What `db.UserType` is: the root of all user types. */
export class UserTypeValue extends GuardedValue {
  static readonly typeName: string = ''
  static readonly columns: Columns = Object.freeze({})

  /**
   * Sets the given fields, else their defaults, else null or an empty collection (UDT-04).
   * @throws {ValidationError} for fields that the type does not have, and values that they refuse
   */
  constructor (values?: unknown) {
    super()
    const { columns, typeName, prototype } = new.target
    const proof = proofOf(prototype)
    if (!proof.done) checkAccessors(prototype, Object.keys(columns), (field) => hiddenField(typeName, field))
    const fields = this as Record<string, unknown>
    if (isStored(values)) assignStored(fields, columns, values)
    else fillFields(fields, columns, typeName, values)
    proof.done = true
  }

  /** The fields as a plain object. */
  toObject (): Record<string, unknown> {
    const { columns } = this.constructor as typeof UserTypeValue
    return Object.fromEntries(Object.keys(columns).map((name) => [name, (this as Record<string, unknown>)[name]]))
  }

  [inspect] (...given: InspectArguments): object | string {
    return printed(this, fieldsOf((this.constructor as typeof UserTypeValue).columns ?? {}), given)
  }

  /** Plain JSON values of the fields that are not hidden. */
  toJSON (): Record<string, unknown> {
    const { columns } = this.constructor as typeof UserTypeValue
    const json: Record<string, unknown> = {}
    for (const [name, { type, options }] of Object.entries(columns)) {
      const value = (this as Record<string, unknown>)[name]
      if (options.hidden !== true) json[name] = value === null || value === undefined ? null : type.toJSON(value)
    }
    return json
  }

  /** A type with these fields and those of its parents (B36). The name keeps its case. */
  static define (typeName: string, columns: Columns, options?: unknown): typeof UserTypeValue {
    checkName(typeName)
    checkReplace(typeName, options)
    if (typeof columns !== 'object' || columns === null) {
      throw new UserTypeError(`User type "${typeName}": the fields must be an object of names and columns`)
    }
    const fields: Record<string, AnyColumn> = { ...this.columns }
    for (const [name, column] of Object.entries(columns)) {
      checkField(typeName, name, column)
      fields[name] = column.named(name)
    }
    checkFieldNames(typeName, fields)
    const Parent = this
    return class extends Parent {
      static override readonly typeName = typeName
      static override readonly columns = Object.freeze(fields)
    }
  }

  static {
    Object.defineProperty(
      this,
      'define',
      {
        ...Object.getOwnPropertyDescriptor(this, 'define'),
        value: defining('UserType.define()', UserTypeError, this.define as () => unknown)
      }
    )
  }
}

/** Types with a hidden field, by their fields: most have none, and are assigned at once. */
const withHidden = new WeakMap<Columns, boolean>()

function assignStored (fields: Record<string, unknown>, columns: Columns, values: StoredFields): void {
  let some = withHidden.get(columns)
  if (some === undefined) withHidden.set(columns, some = Object.values(columns).some(isHidden))
  if (!some) {
    Object.assign(fields, values)
    return
  }
  for (const [name, value] of Object.entries(values)) {
    const column = columns[name]
    if (column !== undefined && isHidden(column)) setHidden(fields, name, value)
    else fields[name] = value
  }
}

function fillFields (fields: Record<string, unknown>, columns: Columns, typeName: string, values: unknown): void {
  const given = values === undefined ? undefined : readValues(values, typeName)
  const violations = new Violations()
  for (const name of given?.keys() ?? []) {
    if (!Object.hasOwn(columns, name)) {
      violations.unknown(name, { of: 'the user type has no such field', known: fieldsOf(columns) })
    }
  }
  for (const [name, column] of Object.entries(columns)) {
    const value = given?.get(name)
    setColumn(
      fields,
      { name, options: column.options },
      violations.try(name, () => value === undefined ? initial(column) : accepted(column, value))
    )
  }
  violations.finish(typeName)
}

function fieldsOf (columns: Columns): { readonly name: string, readonly options: AnyColumn['options'] }[] {
  return Object.entries(columns).map(([name, { options }]) => ({ name, options }))
}

function initial (column: AnyColumn): unknown {
  const given: unknown = column.options.default
  try {
    return accepted(column, typeof given === 'function' ? given() : given)
  } catch (error) {
    throw error instanceof InvalidValue ? error.within('the default') : error
  }
}

/**
 * In the form that instances hold, and shared with nobody. A required field may still be null: every write refuses it.
 */
function accepted ({ type, options }: AnyColumn, value: unknown): unknown {
  if (value === undefined || value === null) return type.emptyValue()
  return isolated(type, checkValue({ type, options }, value), value)
}

function checkName (typeName: string): void {
  if (typeof typeName !== 'string' || !nameRule.test(typeName)) {
    throw new UserTypeError(`User type ${shown(typeName)}: the name may hold only letters, digits and _`)
  }
}

/** Types are in no list, so that there is nothing to replace; yet a model's module says it of all that it defines. */
function checkReplace (typeName: string, options: unknown): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) {
    throw new UserTypeError(`User type "${typeName}": the last argument must be an object of options`)
  }
  const unknown = Object.keys(options).find((name) => name !== 'replace')
  if (unknown !== undefined) {
    throw new UserTypeError(`User type "${typeName}": unknown option ` +
      `${shown(unknown)}${meant(unknown, ['replace'])}; known is replace`)
  }
  const { replace } = options as Record<string, unknown>
  if (replace !== undefined && typeof replace !== 'boolean') {
    throw new UserTypeError(`User type "${typeName}": replace must be true or false`)
  }
}

function checkField (typeName: string, name: string, column: AnyColumn): void {
  const at = `User type "${typeName}", field "${name}"`
  if (!(column instanceof Column)) throw new UserTypeError(`${at}: expected a column, e.g. db.columns.Text()`)
  if (forbidden.has(name)) {
    throw new UserTypeError(`${at}: every user type has a member of this name. Call the field otherwise and give it ` +
      `{ dbField: '${name}' }`)
  }
  if (column.type.kind === 'counter') throw new UserTypeError(`${at}: a counter cannot be a field of a user type`)
  const ofTables = ['primaryKey', 'partitionKey', 'clusteringOrder', 'static', 'index', 'discriminatorColumn'] as const
  for (const option of ofTables) {
    if (column.options[option] !== undefined && column.options[option] !== false) {
      throw new UserTypeError(`${at}: the option ${option} is for columns of tables`)
    }
  }
}

function checkFieldNames (typeName: string, fields: Columns): void {
  const taken = new Map<string, string>()
  for (const [name, column] of Object.entries(fields)) {
    const field = column.options.dbField ?? name
    const other = taken.get(field)
    if (other !== undefined) {
      throw new UserTypeError(`User type "${typeName}", field "${name}": its database name "${field}" is that of ` +
        `"${other}" too`)
    }
    taken.set(field, name)
  }
  if (taken.size === 0) throw new UserTypeError(`User type "${typeName}": a type needs at least one field`)
}

/** `db.UserType`. */
export interface UserTypeRoot {
  /**
   * A user type: extend the class that this gives and add methods.
   * @param typeName its name in the database; keeps its case
   * @throws {UserTypeError} for names and fields that cannot be used
   * @example
   * class Place extends db.UserType.define('place', { city: c.Text({ required: true }), zip: c.Text() }) {}
   * const home = c.UserDefinedType(Place)
   */
  define<const C extends Columns> (typeName: string, columns: C, options?: ReplaceOption): UserTypeClass<C>
}

/** The body knows no column types, which exist for the compiler only; `UserTypeClass` says what it amounts to. */
export function createUserType (): UserTypeRoot {
  return class UserType extends UserTypeValue {} as UserTypeRoot
}

function isStored (values: unknown): values is StoredFields {
  try {
    return values instanceof StoredFields
  } catch {
    return false // a Proxy, which is read with care
  }
}
