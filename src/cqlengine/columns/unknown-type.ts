import { CqlType, type JsonSchema } from './cql-type.js'

/** A type that is not known here, such as a user type without a class: values pass as the driver has them. */
export class UnknownType extends CqlType {
  override readonly cql: string

  constructor (cql: string) {
    super()
    this.cql = cql
  }

  convert (value: unknown): unknown { return value }
  schema (): JsonSchema { return {} }
}
