// What Cassandra allows inside what, and in a key, told at the declaration.
import { ModelDefinitionError } from '../errors.js'
import type { CqlType } from './cql-type.js'

/** An element, a value, a field: anything but a counter. */
export function checkInner (type: CqlType, place: string): CqlType {
  if (type.kind === 'counter') {
    throw new ModelDefinitionError(`${capital(place)} cannot hold counters: a counter is a column of its own`)
  }
  return type
}

/**
 * Elements of sets and keys of maps, which have an order: no durations, though Cassandra lets them stand deeper inside.
 */
export function checkSortable (type: CqlType, place: string): CqlType {
  if (type.facts.isOrderless === true) {
    throw new ModelDefinitionError(`${capital(place)} cannot hold durations: they have no order`)
  }
  return checkInner(type, place)
}

/** Key columns: no counter, and no duration at any depth. */
export function checkKeyType (type: CqlType): CqlType {
  if (hasDuration(type)) throw new ModelDefinitionError('The primary key cannot hold durations: they have no order')
  return checkInner(type, 'the primary key').frozen()
}

export function checkVector (type: CqlType, dimensions: number): CqlType {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions >= 2 ** 31) {
    throw new ModelDefinitionError('A vector needs its number of dimensions, 1 or more, e.g. ' +
      'columns.Vector(columns.Float, 3)')
  }
  return checkInner(type, 'a vector')
}

/** True for what Cassandra puts in no order. Vectors are left out, for it does not look into them. */
export function hasDuration (type: CqlType): boolean {
  return type.facts.isOrderless === true || (type.kind !== 'vector' && type.parts().some(hasDuration))
}

/** Whether it is so of the type or of any inside of it, fields of user types included. */
export function contains (type: CqlType, isIt: (type: CqlType) => boolean): boolean {
  return isIt(type) || type.parts().some((part) => contains(part, isIt))
}

/** At any depth. Where Cassandra builds something of the whole value it looks into vectors too. */
export function holdsDuration (type: CqlType): boolean {
  return contains(type, ({ facts }) => facts.isOrderless === true)
}

function capital (text: string): string { return text.charAt(0).toUpperCase() + text.slice(1) }
