import { ModelDefinitionError } from '../errors.js'

/** The error for the name of a column that is hidden. */
export type Hidden = (column: string) => Error

/**
 * A class field called like a column (`name!: string`) is defined after our constructor ran, out of its sight, and
 * would hide the column: its value would never be written. So the first instance of each class is made behind a proxy,
 * which sees definitions.
 * @param columns attribute names
 */
export function guarded<T extends object> (instance: T, columns: { has (name: string): boolean }, hidden: Hidden): T {
  const isColumn = (key: PropertyKey): key is string => typeof key === 'string' && columns.has(key)
  const proxy = new Proxy(instance, {
    defineProperty (target, key, descriptor) {
      if (isColumn(key) && isField(descriptor)) throw hidden(key)
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
export function checkAccessors (prototype: object, columns: Iterable<string>, hidden: Hidden): void {
  for (const column of columns) {
    let proto: object | null = prototype
    for (; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto) as object | null) {
      const member = Object.getOwnPropertyDescriptor(proto, column)
      if (member !== undefined && !('value' in member)) throw hidden(column)
    }
  }
}

export function hiddenColumn (model: string, column: string): ModelDefinitionError {
  return new ModelDefinitionError(`Model "${model}": a field or accessor of the class hides the column "${column}". ` +
    `Remove it, or write "declare ${column}: …" to tell only the type`)
}
