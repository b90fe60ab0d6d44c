// Whether a client of the user's takes the values that we send. The driver's encoder knows its classes by `instanceof`, so one of another installed
// copy refuses each Uuid, BigDecimal or LocalDate of ours with a TypeError that shows the value.
import { Client, types } from '../driver.js'
import { ConfigError } from '../errors.js'

interface Internals {
  readonly controlConnection?: { getEncoder? (): { encode? (value: unknown, type: number): unknown } }
}

/**
 * Asks the encoder itself, which a client has once it is connected; a hand-made double has none, and may take what it likes.
 * @throws {ConfigError} the client comes from another copy of the driver
 */
export function checkSameDriver (client: Client, name: string): void {
  if (client instanceof Client) return
  // Nothing that the driver declares leads to the encoder.
  const encoder = (client as Internals).controlConnection?.getEncoder?.()
  if (encoder?.encode === undefined) return
  try {
    encoder.encode(types.Uuid.random(), types.dataTypes.uuid)
  } catch {
    // What it threw shows the value, and is no cause that helps.
    throw new ConfigError(`Connection "${name}": its client was made by another copy of cassandra-driver, which refuses the values of this one (Uuid, BigDecimal, LocalDate and others). ` +
      'Make it with the Client that fastify-cqlalchemy exports, or have one copy installed ("npm ls cassandra-driver" shows them, "npm dedupe" may join them)')
  }
}
