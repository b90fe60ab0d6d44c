import type { CQLAlchemy } from '../../src/cqlalchemy.js'

/** A column of every scalar type but those of UUIDs and addresses, which tests take for keys. */
export function scalarColumns ({ columns: c }: CQLAlchemy) {
  return {
    text: c.Text(),
    ascii: c.Ascii(),
    blob: c.Blob(),
    tiny: c.TinyInt(),
    small: c.SmallInt(),
    int: c.Integer(),
    big: c.BigInt(),
    varint: c.VarInt(),
    bool: c.Boolean(),
    float: c.Float(),
    double: c.Double(),
    decimal: c.Decimal(),
    at: c.DateTime(),
    day: c.Date(),
    time: c.Time(),
    took: c.Duration()
  }
}
