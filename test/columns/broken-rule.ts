import { InvalidValue } from '../../src/cqlengine/columns/cql-type.js'

/** The rule that `run` breaks: `'none'` when it breaks none. Any other error passes. */
export function brokenRule (run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof InvalidValue) return error.rule
    throw error
  }
  return 'none'
}
