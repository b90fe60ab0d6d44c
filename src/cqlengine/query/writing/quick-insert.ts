import { blueprintOf } from '../../model/compile/blueprint.js'
import { ModelInstance } from '../../model/instance.js'
import type { State } from '../../model/state.js'
import type { Database } from '../operation/database.js'
import { type Demand, type Operation, operationOf } from '../operation/operation.js'
import { PendingWrite, type RowKey, type Settle } from '../operation/pending-write.js'
import { becomeStored } from './subject.js'
import { insertOfBits } from './write-statements.js'

/**
 * The quick insert: of an instance that holds nothing unusual; see `ReadNewRow`. `undefined`: the general path has to
 * be taken.
 * @param state of a new instance
 */
export function quickInsert (
  db: Database, instance: object, state: State, demand: Demand
): PendingWrite<object> | undefined {
  const { model, accepted, givenEmpty } = state
  if (accepted === undefined || givenEmpty !== undefined || demand.condition === 'ifExists' ||
    demand.condition === 'iff') return undefined
  const { readNewRow } = blueprintOf(model)
  if (readNewRow === undefined || (instance as { validate: unknown }).validate !== ModelInstance.prototype.validate) {
    return undefined
  }
  const operation = operationIfAny(db, state, demand)
  if (operation === undefined) return undefined
  const { encoding } = operation.place.connection
  if (encoding.classes !== 'own') return undefined
  const row = readNewRow(instance, accepted, encoding)
  if (row === undefined) return undefined
  const { params, bits, bytes, stored } = row
  const { cql, request } = insertOfBits(operation, bits)
  const { using } = operation
  for (const param of using) params.push(param)
  const statement = { cql, request, params, bytes: bytes + 8 * using.length }
  return new PendingWrite(operation, statement, instance, state, storeNewRow, keyOfNewRow, stored)
}

const storeNewRow: Settle = (state, { newRow = {}, operation }) => {
  becomeStored(state, newRow, operation.place.origin)
}

/** None of the key can change in place, so that it is stored as instances hold it. */
const keyOfNewRow: RowKey = (columns, { newRow = {}, operation }) => {
  const { encoding } = operation.place.connection
  return columns.map((c) => c.type.toDriver(newRow[c.field], encoding))
}

/** What is wrong with the place is told after what is wrong with the values. */
function operationIfAny (db: Database, { model, source }: State, demand: Demand): Operation | undefined {
  try {
    return operationOf(db, model, demand, source.origin)
  } catch {
    return undefined
  }
}
