import type { Encoding } from '../connection/encoding.js'
import { quote } from '../statements/identifiers.js'
import { type CheckedColumn, checkValue, hasRules } from './check.js'
import { columnSchema } from './column-schema.js'
import {
  type Change, type ChangeKind, type CqlType, type ElementKey, InvalidValue, type JsonSchema, type Kind,
  type UserTypeLike
} from './cql-type.js'
import { equalOrNull, joinKeys, sameOrNull } from './elements.js'
import { noOperation } from './list.js'
import { isPlainObject, ObjectType, unreadable } from './outside.js'
import { nullable } from './schema.js'
import { listed, meant, shown } from '../words.js'

type FieldValues = Record<string, unknown>

/**
 * Values for a user type's constructor that are to be taken as they are: what was stored must be readable, whatever the
 * rules of the fields say today, and is not checked a second time.
 */
export class StoredFields { [field: string]: unknown }

type Field = CheckedColumn & { readonly name: string, readonly field: string }
type FieldColumn = CheckedColumn & { readonly options: { readonly dbField?: string } }

/**
 * A user type (UDT rows): instances of the class, compared field by field (B05). A field that is missing is null, and
 * an empty collection in a field is stored as null and read as empty.
 */
export class UserDefined extends ObjectType<object> {
  override readonly cql: string
  override readonly kind: Kind = 'udt'
  override readonly mutable = true
  override readonly readsAsIs = false
  readonly #class: UserTypeLike
  readonly #fields: readonly Field[]
  readonly #isFrozen: boolean
  readonly #isRuled: boolean

  /** @param isRuled whether the fields' rules are asked; see `unruled` */
  constructor (type: UserTypeLike, isFrozen: boolean, isRuled = true) {
    super()
    this.#class = type
    this.#fields = isRuled ? fieldsOf(type) : fieldsOf(type).map(withoutRules)
    this.#isFrozen = isFrozen
    this.#isRuled = isRuled
    const cql = quote(type.typeName)
    this.cql = isFrozen ? `frozen<${cql}>` : cql
  }

  /** Of an instance each field is checked again, for it can have been assigned anything since. */
  protected read (value: unknown): object {
    if (value instanceof this.#class) return this.#converted(value as FieldValues)
    if (!isPlainObject(value)) {
      throw new InvalidValue(
        'type', `must be an instance of ${this.#class.name || 'the user type'} or a plain object with its fields`
      )
    }
    const given = this.#given(value)
    return this.#converted(this.#make(this.#isRuled ? given : this.#completed(given)))
  }

  /** For messages, which do not tell hidden ones. */
  get #names (): readonly string[] {
    return this.#fields.filter(({ options }) => options.hidden !== true).map(({ name }) => name)
  }

  #given (value: Record<string, unknown>): FieldValues {
    const given: FieldValues = {}
    for (const key of Object.keys(value)) {
      const field = this.#fields.find(({ name }) => name === key)
      if (field === undefined) {
        throw new InvalidValue(
          'unknown', `has no field ${shown(key)}${meant(key, this.#names)}, only ${listed(this.#names)}`
        )
      }
      const v = value[key]
      if (v !== undefined) given[key] = checkField(field, v)
    }
    return given
  }

  /** The class itself would ask the rules. */
  #completed (given: FieldValues): FieldValues {
    const values: FieldValues = new StoredFields()
    for (const { name, type, options } of this.#fields) {
      const byDefault: unknown = typeof options.default === 'function' ? options.default() : options.default
      const value = name in given ? given[name] : byDefault ?? null
      values[name] = value === null ? type.emptyValue() : type.convert(value)
    }
    return values
  }

  #converted (instance: FieldValues): object {
    let isSame = true
    const values: FieldValues = new StoredFields()
    for (const field of this.#fields) {
      const before = instance[field.name]
      values[field.name] = checkField(field, before ?? null)
      isSame &&= before === undefined || before === null || Object.is(before, values[field.name])
    }
    return isSame ? instance : this.#make(values, instance)
  }

  /** Through the class of `like`, so that methods, private members and subclasses stay. */
  #make (values: FieldValues, like?: FieldValues): FieldValues {
    const Class = like === undefined
      ? this.#class
      : (Object.getPrototypeOf(like) as { readonly constructor: UserTypeLike }).constructor
    return new Class(values) as FieldValues
  }

  override toDriver (value: object, encoding: Encoding): unknown {
    const bound = Object.create(null) as FieldValues
    for (const { name, field, type } of this.#fields) {
      const v = (value as FieldValues)[name] ?? null
      bound[field] = v === null || type.isEmpty(v) ? null : type.toDriver(v, encoding)
    }
    return bound
  }

  override fromDriver (value: unknown): object {
    const read: FieldValues = new StoredFields()
    for (const { name, field, type } of this.#fields) {
      const v = (value as FieldValues)[field] ?? null
      read[name] = v === null ? type.emptyValue() : type.fromDriver(v)
    }
    return this.#make(read)
  }

  override equals (a: object, b: object): boolean {
    return a === b || this.#fields.every((field) => equalOrNull(field.type, fieldValue(a, field), fieldValue(b, field)))
  }

  override isSame (own: object, value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(own) !== Object.getPrototypeOf(value)) {
      return false
    }
    return this.#fields.every(({ name, type }) =>
      sameOrNull(type, (own as FieldValues)[name] ?? null, (value as FieldValues)[name] ?? null))
  }

  override copy (value: object): object {
    const values: FieldValues = new StoredFields()
    for (const { name, type } of this.#fields) {
      const v = (value as FieldValues)[name] ?? null
      values[name] = v === null ? type.emptyValue() : type.copy(v)
    }
    return this.#make(values, value as FieldValues)
  }

  override keyOf (value: object): ElementKey {
    return joinKeys(this.#fields.map((field) => {
      const v = fieldValue(value, field)
      return v === null ? null : field.type.keyOf(v)
    }))
  }

  /** By the instance's own `toJSON`, which its class may override. */
  override toJSON (value: object): unknown { return (value as { toJSON (): unknown }).toJSON() }

  override schema (direction: 'input' | 'output'): JsonSchema {
    // Null is the empty collection, which a body may leave out as well.
    const isSure = ({ options, type }: Field): boolean =>
      options.required === true && (direction === 'output' || type.emptyValue() === null)
    const visible = this.#fields.filter(({ options }) => direction === 'input' || options.hidden !== true)
    const properties = visible.map((field) => {
      const schema = columnSchema(field, direction)
      return [field.name, isSure(field) ? schema : nullable(schema)] as const
    })
    const required = visible.filter((field) =>
      isSure(field) && (direction === 'output' || field.options.default === undefined)).map(({ name }) => name)
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...required.length > 0 && { required },
      additionalProperties: false
    }
  }

  /** The changed fields of a type that is not frozen, by their names in the database; else the whole. */
  override changes (before: object | null, after: object | null): readonly Change[] {
    if (this.#isFrozen || before === null || after === null) return super.changes(before, after)
    const changed = this.#fields.filter((field) =>
      !equalOrNull(field.type, fieldValue(before, field), fieldValue(after, field)))
    if (changed.length === this.#fields.length) return [{ kind: 'assign', value: after }]
    return changed.map((field) => ({ kind: 'field', value: [field.field, fieldValue(after, field)] }))
  }

  /** A `field` is given as `[name, value]`, by the attribute name. */
  override convertChange (kind: ChangeKind, value: unknown): unknown {
    if (kind === 'assign') return this.convert(value)
    if (kind !== 'field' || this.#isFrozen) throw noOperation(this.cql, kind, [])
    const [name, v] = value as readonly [unknown, unknown]
    const field = this.#fields.find((f) => f.name === name)
    if (field === undefined) throw new InvalidValue('unknown', `has only the fields ${listed(this.#names)}`)
    return [field.field, checkField(field, v)]
  }

  override judge (change: Change): void {
    if (change.kind !== 'field') {
      super.judge(change)
      return
    }
    const [name, value] = change.value as readonly [string, unknown]
    const field = this.#fields.find((f) => f.field === name)
    if (field !== undefined) checkField(field, value)
  }

  override changeToDriver (change: Change, encoding: Encoding): unknown {
    if (change.kind !== 'field') return super.changeToDriver(change, encoding)
    const [name, value] = change.value as readonly [string, unknown]
    const field = this.#fields.find((f) => f.field === name)
    return value === null || field === undefined ? null : field.type.toDriver(value, encoding)
  }

  override frozen (): CqlType<object> {
    return this.#isFrozen ? this : new UserDefined(this.#class, true, this.#isRuled)
  }

  override unruled (): CqlType<object> {
    const isPlain = this.#fields.every(({ options, type }) => !hasRules(options) && type.unruled() === type)
    return isPlain ? this : new UserDefined(this.#class, this.#isFrozen, false)
  }

  override parts (): readonly CqlType[] { return this.#fields.map(({ type }) => type) }
  /** The fields by their names in the database. */
  fieldTypes (): readonly { readonly name: string, readonly type: CqlType }[] {
    return this.#fields.map(({ field, type }) => ({ name: field, type }))
  }

  override userTypes (): readonly UserTypeLike[] { return [...super.userTypes(), this.#class] }
}

function fieldsOf (type: UserTypeLike): readonly Field[] {
  return Object.entries(type.columns).map(([name, column]) => {
    const { type, options } = column as FieldColumn
    return { name, field: options.dbField ?? name, type: type.frozen(), options }
  })
}

/** Only what tells names and defaults is left of the options. */
function withoutRules (field: Field): Field {
  const { default: byDefault, dbField, description, hidden } = field.options
  return {
    ...field,
    type: field.type.unruled(),
    options: { default: byDefault, dbField, description, hidden } as Field['options']
  }
}

/** The field's value, with what Cassandra stores as null as null. */
function fieldValue (instance: object, { name, type }: Field): unknown {
  const value = (instance as FieldValues)[name] ?? null
  return value === null || type.isEmpty(value) ? null : value
}

function checkField (field: Field, value: unknown): unknown {
  try {
    return checkValue(field, value) ?? field.type.emptyValue()
  } catch (error) {
    throw unreadable(error).within(field.name, field.name)
  }
}
