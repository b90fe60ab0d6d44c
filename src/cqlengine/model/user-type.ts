import type { AnyColumn, Columns } from '../columns/column.js'
import { InvalidValue } from '../columns/cql-type.js'
import { UserTypeError } from '../errors.js'
import { nameRule } from '../statements/identifiers.js'
import type { UserTypeClass } from './api.js'
import { readValues, Violations } from './values.js'

const forbidden = new Set(['toObject', 'toJSON', 'constructor', '__proto__'])

/** What `db.UserType` is: the root of all user types. */
export class UserTypeValue {
  static readonly typeName: string = ''
  static readonly columns: Columns = Object.freeze({})

  /**
   * Sets the given fields, else their defaults, else null or an empty collection (UDT-04). Values are checked when a model is validated.
   * @throws {ValidationError} for fields that the type does not have
   */
  constructor (values?: unknown) {
    const { columns, typeName } = new.target
    const given = values === undefined ? undefined : readValues(values, typeName)
    const violations = new Violations()
    for (const name of given?.keys() ?? []) {
      if (!Object.hasOwn(columns, name)) violations.add(name, new InvalidValue('unknown', `the user type has no such field; it has ${Object.keys(columns).join(', ')}`))
    }
    violations.finish(typeName)
    const fields = this as Record<string, unknown>
    for (const [name, column] of Object.entries(columns)) {
      const value = given?.get(name)
      fields[name] = value === undefined ? initial(column) : value === null ? column.type.emptyValue() : value
    }
  }

  /** The fields as a plain object. */
  toObject (): Record<string, unknown> {
    const { columns } = this.constructor as typeof UserTypeValue
    return Object.fromEntries(Object.keys(columns).map((name) => [name, (this as Record<string, unknown>)[name]]))
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
  static define (typeName: string, columns: Columns): typeof UserTypeValue {
    checkName(typeName)
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
}

/** Defaults are converted when the value is checked, like everything else; here they only must not be shared. */
function initial (column: AnyColumn): unknown {
  const given: unknown = column.options.default
  const value: unknown = typeof given === 'function' ? given() : given
  if (value === undefined || value === null) return column.type.emptyValue()
  const converted = column.type.convert(value)
  return converted === value && column.type.mutable ? column.type.copy(converted) : converted
}

function checkName (typeName: string): void {
  if (typeof typeName !== 'string' || !nameRule.test(typeName)) throw new UserTypeError(`User type ${JSON.stringify(typeName)}: the name may hold only letters, digits and _`)
}

function checkField (typeName: string, name: string, column: AnyColumn): void {
  const at = `User type "${typeName}", field "${name}"`
  if (forbidden.has(name)) throw new UserTypeError(`${at}: every user type has a member of this name. Call the field otherwise and give it { dbField: '${name}' }`)
  if (column.type.kind === 'counter') throw new UserTypeError(`${at}: a counter cannot be a field of a user type`)
  for (const option of ['primaryKey', 'partitionKey', 'clusteringOrder', 'static', 'index', 'discriminatorColumn'] as const) {
    if (column.options[option] !== undefined && column.options[option] !== false) throw new UserTypeError(`${at}: the option ${option} is for columns of tables`)
  }
}

function checkFieldNames (typeName: string, fields: Columns): void {
  const taken = new Map<string, string>()
  for (const [name, column] of Object.entries(fields)) {
    const field = column.options.dbField ?? name
    const other = taken.get(field)
    if (other !== undefined) throw new UserTypeError(`User type "${typeName}", field "${name}": its database name "${field}" is that of "${other}" too`)
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
   */
  define<const C extends Columns> (typeName: string, columns: C): UserTypeClass<C>
}

/** The body knows no column types, which exist for the compiler only; `UserTypeClass` says what it amounts to. */
export function createUserType (): UserTypeRoot {
  return class UserType extends UserTypeValue {} as unknown as UserTypeRoot
}
