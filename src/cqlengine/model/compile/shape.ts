// How V8 lays out instances in memory. Nothing here changes what instances are; bench/ shows what it saves.
//
// V8 drops the layout of a class, and the code that it compiled for it, when a full collection finds no object of it.
// What lives for a moment only is then slow for a while, again and again. So one object of each such class is kept:
// `keeperOf` here, `kept` in classes of ours.
import { canGenerate, generate } from './generate.js'
import type { ModelInstance } from '../instance.js'
import { construction } from '../construction.js'
import { META, type ModelConstructor } from '../meta.js'
import { isHidden } from '../own-columns.js'
import type { TableColumn } from '../table.js'

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

/**
 * An object laid out like the instances of `model` with these columns, and empty. It never meets the user's
 * constructor.
 */
export function keeperOf (model: ModelConstructor, columns: readonly TableColumn[]): object {
  const keeper = construction.empty(model, () => Reflect.construct(model[META].body, [], model) as object)
  // Defined, for the class may have accessors of these names, which is told elsewhere.
  for (const column of columns) {
    Object.defineProperty(
      keeper, column.name, { value: undefined, writable: true, enumerable: !isHidden(column), configurable: true }
    )
  }
  return keeper
}
