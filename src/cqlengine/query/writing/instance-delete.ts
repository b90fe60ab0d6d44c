import { valuesOf } from '../../model/compile/blueprint.js'
import type { OpOptions } from '../../model/operations.js'
import type { State } from '../../model/state.js'
import type { Database } from '../operation/database.js'
import { baseOf, mustWait, sendInTurn, whenItsTurn } from '../operation/instance-order.js'
import { type Demand, demandOf } from '../operation/operation.js'
import type { PendingWrite } from '../operation/pending-write.js'
import { deletion, subjectOf } from './subject.js'

/** Deletes the row by its full key (INS-05, B12). */
export function deleteInstance (db: Database, instance: object, state: State, options: OpOptions): Promise<void> {
  const demand = demandOf(state.model, options, 'delete instance')
  const sent = mustWait(state, demand)
    ? whenItsTurn(state, () => sendInTurn(state, prepareDeletion(db, instance, state, demand), instance))
    : sendInTurn(state, prepareDeletion(db, instance, state, demand), instance)
  return sent.then(() => {})
}

function prepareDeletion (
  db: Database, instance: object, state: State, demand: Demand
): PendingWrite<object> | undefined {
  const base = baseOf(state, demand)
  const subject = subjectOf(db, instance, valuesOf(instance, base), state, base, demand)
  // Elsewhere another row is deleted: the instance still belongs to its origin, and is stored there.
  return deletion(subject, (s) => { if (!subject.elsewhere) s.stored = undefined }).ready(base)
}
