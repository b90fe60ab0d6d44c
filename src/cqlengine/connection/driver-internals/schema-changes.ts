// When the schema of a cluster last changed. Known version: 4.10. The driver hears of each change on its control
// connection, by whomever it was made, and tells nobody.
import type { Client } from '../../driver.js'
import { type ControlConnection, internalsOf } from './internals.js'

/** ms. A node that was away while the schema changed learns of it some seconds after it is back. */
const memory = 60_000

/** When the client of a control connection last heard of a change; several connections of ours may share the client. */
const heard = new WeakMap<ControlConnection, { at: number }>()

/** @returns whether the schema changed within the last minute; never, where that cannot be heard */
export function schemaChanges (client: Client): () => boolean {
  const control = internalsOf(client).controlConnection
  if (typeof control?.handleSchemaChange !== 'function') return () => false
  const last = heard.get(control) ?? listenTo(control)
  return () => performance.now() - last.at < memory
}

function listenTo (control: ControlConnection): { at: number } {
  const last = { at: -Infinity }
  heard.set(control, last)
  const { handleSchemaChange: handle } = control
  control.handleSchemaChange = (event, now) => {
    last.at = performance.now()
    return handle?.call(control, event, now)
  }
  return last
}
