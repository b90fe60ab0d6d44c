// No column may be hidden by a field or an accessor of the user's class: of models and of user types.
import { ModelDefinitionError } from '../errors.js'

/** The error for the name of a column that is hidden. */
export type HiddenError = (column: string) => Error

/** Whether an instance of a class was made whole, so that nothing of the class hides a column. */
export interface Proof { done: boolean }

const proofs = new WeakMap<object, Proof>()

/** Classes with one prototype share it: a model, and the same model in a context. */
export function proofOf (prototype: object): Proof {
  let proof = proofs.get(prototype)
  if (proof === undefined) proofs.set(prototype, proof = { done: false })
  return proof
}

/**
 * A class field called like a column (`name!: string`) is defined after our constructor ran, out of its sight, and
 * would hide the column: its value would never be written. So the first instance of each class is made behind a proxy,
 * which sees definitions.
 * @param columns attribute names
 * @param proof of the class, which does not hold where something is hidden
 */
export function guarded<T extends object> (
  instance: T, columns: { has (name: string): boolean }, proof: Proof, hidden: HiddenError
): T {
  const isColumn = (key: PropertyKey): key is string => typeof key === 'string' && columns.has(key)
  const proxy = new Proxy(instance, {
    defineProperty (target, key, descriptor) {
      if (isColumn(key) && isField(descriptor)) {
        proof.done = false
        throw hidden(key)
      }
      return Reflect.defineProperty(target, key, descriptor)
    },
    // An assignment, by us or in the user's constructor, is no field: it must not come by the trap above.
    set (target, key, value, receiver) {
      if (!isColumn(key) || receiver !== proxy) return Reflect.set(target, key, value, receiver)
      const own = Object.getOwnPropertyDescriptor(target, key)
      if (own === undefined) {
        return Reflect.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
      }
      return Reflect.defineProperty(target, key, own.set === undefined ? { value } : { value, writable: true })
    }
  })
  return proxy
}

/** As a class field is defined; `Object.freeze` and the like define otherwise. */
function isField ({ writable, enumerable, configurable }: PropertyDescriptor): boolean {
  return writable === true && enumerable === true && configurable === true
}

/** Accessors of the user's class that are called like a column would swallow its values. */
export function checkAccessors (prototype: object, columns: Iterable<string>, hidden: HiddenError): void {
  for (const column of columns) {
    let proto: object | null = prototype
    for (; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto) as object | null) {
      const member = Object.getOwnPropertyDescriptor(proto, column)
      if (member !== undefined && !('value' in member)) throw hidden(column)
    }
  }
}

/** What a column of a model is hidden by. */
export function hiddenColumn (model: string, column: string): ModelDefinitionError {
  return new ModelDefinitionError(`Model "${model}": a field or accessor of the class hides the column "${column}". ` +
    `Remove it, or write "declare ${column}: …" to tell only the type`)
}
