// How a client writes and reads the CQL types for which the driver offers two forms. The driver takes only the form
// that it is set to: a Map sent without `encoding.map` empties the stored map, a bigint without `useBigIntAsLong` is
// refused.
import { Client, type ClientOptions } from '../driver.js'
import { isDriverClient, optionsOf } from './driver-internals/internals.js'

export interface Encoding {
  /** bigint and counter columns: `bigint`, or the driver's `Long`. */
  readonly bigint: 'bigint' | 'long'
  /** varint columns: `bigint`, or the driver's `Integer`. */
  readonly varint: 'bigint' | 'integer'
  readonly set: 'set' | 'array'
  readonly map: 'map' | 'object'
  /**
   * Whose Uuid, BigDecimal, Long and so on it knows: the driver tells its own by `instanceof`. One of another installed
   * copy of the driver refuses ours with a TypeError that shows the value; it takes bytes instead, as every copy does.
   */
  readonly classes: 'own' | 'foreign'
}

/** The `encoding` option of the clients that we make. */
export const ownEncodingOptions: Readonly<NonNullable<ClientOptions['encoding']>> = Object.freeze({
  set: Set,
  map: Map,
  useBigIntAsLong: true,
  useBigIntAsVarint: true
})

/** What {@link ownEncodingOptions} amounts to. */
export const ownEncoding: Encoding = toEncoding(ownEncodingOptions, 'own')

/** The encoding of any client, also of one that a user made with other options. */
export function encodingOf (client: Client): Encoding {
  const encoding = toEncoding(optionsOf(client)?.encoding ?? {}, isOfAnotherDriver(client) ? 'foreign' : 'own')
  // One object for equal settings: rows of such clients need no conversion, which is asked for each query.
  return equal(encoding, ownEncoding) ? ownEncoding : encoding
}

/** A hand-made double takes what it likes. */
function isOfAnotherDriver (client: object): boolean {
  return !(client instanceof Client) && isDriverClient(client)
}

function toEncoding (options: NonNullable<ClientOptions['encoding']>, classes: Encoding['classes']): Encoding {
  return Object.freeze({
    bigint: options.useBigIntAsLong ? 'bigint' : 'long',
    varint: options.useBigIntAsVarint ? 'bigint' : 'integer',
    set: options.set ? 'set' : 'array',
    // The driver sends a Map as empty unless it is an instance of the class given here.
    map: options.map !== undefined && new Map() instanceof options.map ? 'map' : 'object',
    classes
  })
}

function equal (a: Encoding, b: Encoding): boolean {
  return a.bigint === b.bigint && a.varint === b.varint && a.set === b.set && a.map === b.map && a.classes === b.classes
}
