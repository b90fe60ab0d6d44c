// When the schema of a cluster last changed. Known version: 4.10. The driver hears of each change on its control
// connection, by whomever it was made, and tells nobody.
import type { Client } from '../../driver.js'
import { type ControlConnection, internalsOf } from './internals.js'

/** When the client of a control connection last heard of a change; several connections of ours may share the client. */
const heard = new WeakMap<ControlConnection, { at: number }>()

/** @returns whether the schema changed within the last `ms`; never, where that cannot be heard */
export function schemaChanges (client: Client): (ms: number) => boolean {
  const control = internalsOf(client).controlConnection
  if (typeof control?.handleSchemaChange !== 'function') return () => false
  const last = heard.get(control) ?? listenTo(control)
  return (ms) => performance.now() - last.at < ms
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
