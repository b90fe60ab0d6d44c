import type { Encoding } from '../connection/encoding.js'
import { checkValue, type CheckedColumn, hasRules } from './check.js'
import type { AnyColumn } from './column.js'
import { columnSchema } from './column-schema.js'
import {
  type Change, type ChangeKind, CqlType, type ElementKey, type JsonSchema, type UserTypeLike
} from './cql-type.js'

/**
 * The type of a column inside another one, with the rules that the column adds: `List(Text({ maxLength: 5 }))`
 * (COL-14).
 */
export function innerType (column: AnyColumn): CqlType {
  return hasRules(column.options) ? new RuledType(column.type, column) : column.type
}

class RuledType extends CqlType {
  override readonly cql: string
  override readonly kind
  override readonly facts
  override readonly mutable: boolean
  override readonly readsAsIs: boolean
  override readonly primitive: boolean
  readonly #type: CqlType
  readonly #column: CheckedColumn

  constructor (type: CqlType, { options }: CheckedColumn) {
    super()
    this.#type = type
    this.#column = { type, options }
    this.cql = type.cql
    this.kind = type.kind
    this.facts = type.facts
    this.mutable = type.mutable
    this.readsAsIs = type.readsAsIs
    this.primitive = type.primitive
  }

  convert (value: unknown): unknown { return checkValue(this.#column, value) }
  override toDriver (value: unknown, encoding: Encoding): unknown { return this.#type.toDriver(value, encoding) }
  override fromDriver (value: unknown): unknown { return this.#type.fromDriver(value) }
  override equals (a: unknown, b: unknown): boolean { return this.#type.equals(a, b) }
  override copy (value: unknown): unknown { return this.#type.copy(value) }
  override snapshot (value: unknown): unknown { return this.#type.snapshot(value) }
  override restore (snapshot: unknown): unknown { return this.#type.restore(snapshot) }
  override isAsKept (snapshot: unknown, value: unknown): boolean { return this.#type.isAsKept(snapshot, value) }
  override isSame (own: unknown, value: unknown): boolean { return this.#type.isSame(own, value) }
  override keyOf (value: unknown): ElementKey { return this.#type.keyOf(value) }
  override toJSON (value: unknown): unknown { return this.#type.toJSON(value) }
  override schema (direction: 'input' | 'output'): JsonSchema { return columnSchema(this.#column, direction) }
  override changes (before: unknown, after: unknown): readonly Change[] { return this.#type.changes(before, after) }
  override convertChange (kind: ChangeKind, value: unknown): unknown { return this.#type.convertChange(kind, value) }
  override changeToDriver (change: Change, encoding: Encoding): unknown {
    return this.#type.changeToDriver(change, encoding)
  }

  override isIdempotent (kind: ChangeKind): boolean { return this.#type.isIdempotent(kind) }
  override base (): CqlType { return this.#type.base() }
  override frozen (): CqlType { return new RuledType(this.#type.frozen(), this.#column) }
  override unruled (): CqlType { return this.#type.unruled() }
  override emptyValue (): unknown { return this.#type.emptyValue() }
  override isEmpty (value: unknown): boolean { return this.#type.isEmpty(value) }
  override elementType (part: 'element' | 'key' | 'value'): CqlType | undefined { return this.#type.elementType(part) }
  override parts (): readonly CqlType[] { return this.#type.parts() }
  override userTypes (): readonly UserTypeLike[] { return this.#type.userTypes() }
}
