// Values of raw CQL, which no column converts. Their types are those that the server told when the statement was
// prepared.
import { InvalidValue, type CqlType } from '../columns/cql-type.js'
import { typeFromDriver } from '../columns/driver-types.js'
import { isPlainObject, unreadable } from '../columns/outside.js'
import type { Marker } from '../connection/driver-internals/internals.js'
import { preparedMarkers } from '../connection/driver-internals/prepared.js'
import type { Encoding } from '../connection/encoding.js'
import type { Params } from '../connection/request.js'
import { type Client, types } from '../driver.js'
import { validationError, Violations } from '../model/violations.js'

interface RawStatement {
  /** For messages: `db.execute`. */
  readonly at: string
  readonly cql: string
  readonly client: Client
  readonly encoding: Encoding
}

/**
 * The values as that client takes them, each checked by the type of its marker: the driver's own messages show the
 * values, and what does not fit it stores as something else (an int of 1.5 as 1, a decimal '1.5e3' as 0.015, a Map as
 * an empty one). The first time the types are known only once the driver has prepared the statement: it then gets
 * something that is checked when it looks into it.
 * @throws {ValidationError} that names each wrong parameter and its type, never the value
 */
export function rawParams (statement: RawStatement, params: unknown): Params {
  const { at, cql, client } = statement
  const given = copied(at, params ?? [])
  const markers = preparedMarkers(client, cql)
  return markers === undefined ? checkedLater(statement, given) : checkedParams(statement, given, markers)
}

/** The protocol counts them in two bytes. */
const mostParams = 65_535

function tooMany (given: number): InvalidValue {
  return new InvalidValue('length', `a statement takes at most ${mostParams} parameters, ${given} are given`)
}

/** What is checked is what is sent, whatever the object would answer a second time. */
function copied (at: string, params: unknown): Params {
  try {
    if (Array.isArray(params) && params.length > mostParams) throw tooMany(params.length)
    if (Array.isArray(params)) return Array.from(params as unknown[])
    const names = isPlainObject(params) ? Object.keys(params) : []
    if (names.length > mostParams) throw tooMany(names.length)
    if (isPlainObject(params)) return { ...params }
    throw new InvalidValue('type', 'the parameters must be an array, or an object of names and values')
  } catch (error) {
    throw validationError(undefined, at, unreadable(error))
  }
}

/**
 * Stands for `given` until the statement is prepared, then for what is checked. The driver, and doubles of it, look
 * only into its elements.
 */
function checkedLater (statement: RawStatement, given: Params): Params {
  checkGiven(statement.at, given)
  let ready: Params | undefined
  const current = (): object => {
    if (ready !== undefined) return ready
    const markers = preparedMarkers(statement.client, statement.cql)
    if (markers === undefined) return given
    ready = checkedParams(statement, given, markers, Array.isArray(given))
    return ready
  }
  return new Proxy((Array.isArray(given) ? [] : {}) as object, {
    get: (_target, key) => Reflect.get(current(), key) as unknown,
    has: (_target, key) => Reflect.has(current(), key),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(current(), key)
  }) as Params
}

const known = new WeakMap<Marker, CqlType>()

function typeOf (marker: Marker): CqlType {
  let type = known.get(marker)
  if (type === undefined) known.set(marker, type = typeFromDriver(marker.type))
  return type
}

/** @param asArray whether an array is wanted, which the driver takes for names too once they are in order */
function checkedParams (
  { at, encoding }: RawStatement, given: Params, markers: readonly Marker[], asArray = true
): Params {
  const violations = new Violations()
  const bound: unknown[] = []
  if (isArray(given) && given.length !== markers.length) {
    violations.add(
      at,
      new InvalidValue(
        'length',
        `the statement has ${count(markers.length, 'marker')}, but ${count(given.length, 'parameter')} ` +
          `${given.length === 1 ? 'is' : 'are'} given`
      )
    )
  } else {
    for (const [i, marker] of markers.entries()) {
      const place = isArray(given) ? `${at}, parameter ${i + 1}` : `${at}, parameter :${marker.name}`
      bound.push(
        violations.try(place, () => bind(marker, isArray(given) ? given[i] : named(given, marker.name), encoding))
      )
    }
  }
  violations.finish(undefined)
  return asArray ? bound : Object.fromEntries(markers.map(({ name }, i) => [name.toLowerCase(), bound[i]]))
}

function isArray (params: Params): params is readonly unknown[] { return Array.isArray(params) }

function count (n: number, what: string): string { return `${n} ${what}${n === 1 ? '' : 's'}` }

/** Cassandra turns names into small letters, unless they are quoted. */
function named (given: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(given, name)) return given[name]
  const key = Object.keys(given).find((one) => one.toLowerCase() === name)
  if (key === undefined) throw new InvalidValue('required', 'is not given')
  return given[key]
}

function bind (marker: Marker, value: unknown, encoding: Encoding): unknown {
  if (value === undefined) throw undefinedValue()
  if (value === null || value === types.unset) return value
  const type = typeOf(marker)
  try {
    return type.toDriver(type.convert(value), encoding)
  } catch (error) {
    const { rule, message } = unreadable(error)
    throw new InvalidValue(rule, `(${marker.name} ${type.cql}) ${message}`)
  }
}

/** What can be told before the types are known. */
function checkGiven (at: string, given: Params): void {
  const violations = new Violations()
  const entries = isArray(given)
    ? given.map((value, i) => [`parameter ${i + 1}`, value] as const)
    : Object.entries(given).map(([name, value]) => [`parameter :${name}`, value] as const)
  for (const [place, value] of entries) if (value === undefined) violations.add(`${at}, ${place}`, undefinedValue())
  violations.finish(undefined)
}

function undefinedValue (): InvalidValue {
  return new InvalidValue('required', 'is undefined; give a value, null, or types.unset to leave the column as it is')
}
