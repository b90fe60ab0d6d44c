// Where the `db` of an app is found: `app.db` for the default one, `app.db.<name>` for others, in either order; each
// context of Fastify may have its own.
import type { FastifyInstance } from 'fastify'
import { ConfigError } from '../cqlengine/errors.js'

interface Closable { readonly isOpen: boolean }

/** What hangs under one decorator of one context. */
interface Decoration {
  default: Closable | undefined
  readonly named: Map<string, Closable>
}

type Decorations = Map<string, Decoration>

/** Inherited by child contexts, as all decorators are. */
const kDecorations = Symbol('fastify-cqlalchemy: decorations')

/**
 * Names that would break `app.db` itself: Fastify takes an object with one of the first two as an accessor, `await`
 * calls the third.
 */
const UNUSABLE = ['getter', 'setter', 'then', 'toJSON']

export interface Place {
  readonly decorator: string
  /** Undefined: the default instance. */
  readonly name: string | undefined
}

/**
 * Whether `db` may stand at this place of this context.
 * @throws ConfigError saying what is there already, or why the name cannot be used
 */
export function checkPlace (app: FastifyInstance, { decorator, name }: Place, db: object): void {
  const own = ownDecorations(app)?.get(decorator)
  const isOurs = own !== undefined || inheritedDecorations(app)?.has(decorator) === true
  if (!isOurs && decorator in app) {
    throw new ConfigError(`app.${decorator} is something else already; choose another name with the option decorator`)
  }
  if (name === undefined) {
    if (own?.default?.isOpen === true) {
      throw new ConfigError(`the default instance is registered already as app.${decorator}; give this one the ` +
        'option name, or another decorator')
    }
    return
  }
  if (own?.named.get(name)?.isOpen === true) {
    throw new ConfigError(`an instance called ${name} is registered already as app.${decorator}.${name}; choose ` +
      'another name')
  }
  if (UNUSABLE.includes(name) || isMember(db, name)) {
    throw new ConfigError(`the option name must not be ${name}: app.${decorator}.${name} is a member of every db; ` +
      'choose another name')
  }
}

/** Makes `db` visible. @returns takes it away again */
export function place (app: FastifyInstance, { decorator, name }: Place, db: Closable): () => void {
  const decoration = decorationOf(app, decorator)
  if (name === undefined) decoration.default = db
  else decoration.named.set(name, db)
  const value = valueOf(app, decorator, decoration)
  if (Object.hasOwn(app, decorator)) Reflect.set(app, decorator, value)
  else app.decorate(decorator, value)
  return () => {
    for (const one of name === undefined ? decoration.named.keys() : [name]) detach(decoration.default, one)
  }
}

/** The default instance itself, with the others as properties; without one, an object that has only them. */
function valueOf (app: FastifyInstance, decorator: string, { default: db, named }: Decoration): object {
  if (db !== undefined) return attach(db, named)
  const outer = inheritedDecorations(app)?.has(decorator) === true
    ? (Object.getPrototypeOf(app) as Record<string, unknown>)[decorator]
    : undefined
  return outer === undefined ? attach(Object.create(null), named) : overlay(outer as object, named)
}

function attach (target: object, named: ReadonlyMap<string, Closable>): object {
  for (const [name, value] of named) {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: false })
  }
  return target
}

function detach (target: Closable | undefined, name: string): void {
  if (target !== undefined) Reflect.deleteProperty(target, name)
}

/**
 * The surrounding context's `db`, with names that only this context has. A method must still be called on the `db`
 * itself, for its private parts.
 */
function overlay (outer: object, named: ReadonlyMap<string, Closable>): object {
  return new Proxy(outer, {
    has: (target, key) => named.has(key as string) || Reflect.has(target, key),
    get (target, key) {
      if (named.has(key as string)) return named.get(key as string)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' && isMethod(target, key) ? value.bind(target) : value
    }
  })
}

/** A class in a property, such as `db.Model`, is no method: it must stay itself. */
function isMethod (target: object, key: PropertyKey): boolean {
  if (key === 'constructor' || Object.hasOwn(target, key)) return false
  for (let type: object | null = Object.getPrototypeOf(target); type !== null; type = Object.getPrototypeOf(type)) {
    const property = Object.getOwnPropertyDescriptor(type, key)
    if (property !== undefined) return typeof property.value === 'function'
  }
  return false
}

/**
 * Of the class or an own property of it; names of other instances hang on the object too, but nobody can write them.
 */
function isMember (db: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(db, name)
  return name in (Object.getPrototypeOf(db) as object) ||
    (own !== undefined && (own.configurable !== true || own.enumerable === true || own.writable === true))
}

function decorationOf (app: FastifyInstance, decorator: string): Decoration {
  const decorations = ownDecorations(app) ?? newDecorations(app)
  const found = decorations.get(decorator) ?? { default: undefined, named: new Map() }
  decorations.set(decorator, found)
  return found
}

function newDecorations (app: FastifyInstance): Decorations {
  const made: Decorations = new Map()
  app.decorate(kDecorations, made)
  return made
}

type Decorated = Readonly<Record<symbol, Decorations | undefined>>

const ownDecorations = (app: FastifyInstance): Decorations | undefined =>
  Object.hasOwn(app, kDecorations) ? Reflect.get(app, kDecorations) as Decorations : undefined

const inheritedDecorations = (app: FastifyInstance): Decorations | undefined =>
  (Object.getPrototypeOf(app) as Decorated)[kDecorations]
