// What users see of user types. Types only; `user-type.ts` has the bodies.
import type { Columns } from '../columns/column.js'
import type { ReplaceOption } from './api.js'
import type { CreateOf, Flat, Json, RowOf } from './inference.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- any user type */
/** Any class that `db.UserType.define` made. */
export interface AnyUserType {
  new (values?: any): any
  /** Its fields by attribute names. */
  readonly columns: Columns
  /** Its name in the database. */
  readonly typeName: string
}
/* eslint-enable @typescript-eslint/no-explicit-any */
/** What every value of a user type has beside its fields. */
export interface UserTypeInstance<C> {
  readonly '~columns'?: C
  /**
   * Its fields as a plain object of their values.
   * @example
   * const { street, city } = new Address({ street: '1 Main Street' }).toObject()
   */
  toObject (): RowOf<C>
  /**
   * Its fields in their JSON forms. Hidden fields are left out.
   * @example
   * const body = new Address({ street: '1 Main Street' }).toJSON()
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any value of a user type
  toJSON<T extends UserTypeInstance<any>> (this: T): Json<T>
  /**
   * As `JSON.stringify` calls it.
   * @example
   * const body = JSON.stringify({ home: new Address({ street: '1 Main Street' }) })
   */
  toJSON (key: string): object
}

/** A user type: extend it and add methods. */
export interface UserTypeClass<C extends Columns> {
  new (values?: CreateOf<C>): RowOf<C> & UserTypeInstance<C>
  /** Its fields by attribute names. */
  readonly columns: C
  /** Its name in the database. */
  readonly typeName: string
  /**
   * Another type with these fields and further ones (B36).
   * @throws {UserTypeError} for what cannot work
   * @example
   * class Detailed extends Address.define('detailed_address', { floor: c.Integer() }) {}
   */
  define<const D extends Columns> (typeName: string, columns: D, options?: ReplaceOption): UserTypeClass<Flat<C & D>>
}
