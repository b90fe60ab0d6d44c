import type { ModelInstance } from '../instance.js'
import { canGenerate, generate } from './generate.js'

/**
 * A class below `Parent` whose instances have room for `names` in themselves. V8 makes an object as large as the
 * assignments to `this` that it sees in the constructors, executed or not; columns beyond that would lie in an array
 * beside it, which grows again and again.
 */
export function roomy<C extends typeof ModelInstance> (Parent: C, names: readonly string[]): C {
  // The compiler lets no class extend a type parameter.
  if (!canGenerate('room')) return class extends (Parent as typeof ModelInstance) {} as C
  const assignments = names.map((name) => `this[${JSON.stringify(name)}] = undefined`)
  return generate<C>('room', { Parent }, `
    const room = false
    return class extends Parent {
      constructor (...values) {
        super(...values)
        if (room) { ${assignments.join('; ')} }
      }
    }`)
}
