import { PolymorphicModelError } from '../errors.js'
import { META, type ModelConstructor } from './meta.js'
import type { TableColumn } from './table.js'

/** A polymorphic family: one table, several classes of rows, told apart by the discriminator column (POL rows). */
export class Family {
  /** The base's table name, for messages. */
  readonly name: string
  readonly discriminator: TableColumn
  /** Definitions below the base, children of children included. */
  readonly #children: ModelConstructor[] = []
  readonly #registered = new Map<unknown, ModelConstructor>()

  constructor (name: string, discriminator: TableColumn) {
    this.name = name
    this.discriminator = discriminator
  }

  /** True as soon as one child is defined: from then on the base itself has no rows (POL-01). */
  get hasChildren (): boolean { return this.#children.length > 0 }

  /** The classes of rows, each as it was registered. */
  get registered (): readonly ModelConstructor[] { return [...this.#registered.values()] }

  get children (): readonly ModelConstructor[] { return this.#children }

  /**
   * @param replace whether it takes the place of the child with its value; that one's rows then are of the new class
   */
  addChild (child: ModelConstructor, replace = false): void {
    const kind = this.#kindOf(child[META].variant)
    const at = replace ? this.#children.findIndex((c) => this.#kindOf(c[META].variant) === kind) : -1
    if (at < 0) this.#children.push(child)
    else {
      this.#children[at] = child
      this.#registered.delete(kind)
    }
  }

  /** All children but the one with this value. */
  othersThan (variant: unknown): readonly ModelConstructor[] {
    return this.#children.filter((c) => this.#kindOf(c[META].variant) !== this.#kindOf(variant))
  }

  /**
   * Makes `model` the class of its rows. The class that the user extends is registered, not the one `polymorphic()`
   * gave.
   */
  register (model: ModelConstructor): void {
    const kind = this.#kindOf(model[META].variant)
    const known = this.#registered.get(kind)
    if (known !== undefined && known !== model && known[META] !== model[META]) {
      throw new PolymorphicModelError(`Table "${this.name}": two classes are registered for one value of ` +
        `"${this.discriminator.name}"; give each child a value of its own`)
    }
    this.#registered.set(kind, model)
  }

  isRegistered (model: ModelConstructor): boolean {
    return this.#registered.get(this.#kindOf(model[META].variant))?.[META] === model[META]
  }

  /** True when a child was defined with this value. */
  hasKind (variant: unknown): boolean {
    return this.#children.some((c) => this.#kindOf(c[META].variant) === this.#kindOf(variant))
  }

  /**
   * The class of a row.
   * @param value of the discriminator, in the form an instance holds
   * @throws {PolymorphicModelError} for an unknown or missing value, and for a row that does not belong to `queried`
   *   (POL-04)
   */
  classOf (value: unknown, queried: ModelConstructor): ModelConstructor {
    if (value === undefined || value === null) {
      throw new PolymorphicModelError(`Table "${this.name}": a row has no value in the discriminator column ` +
        `"${this.discriminator.name}", so its class is unknown`)
    }
    const model = this.#registered.get(this.#kindOf(value))
    if (model === undefined) {
      throw new PolymorphicModelError(`Table "${this.name}": no class is registered for the kind of a row. Import ` +
        'the module of the child, and write "static { this.register() }" in its class')
    }
    if (!belongsTo(model, queried)) {
      throw new PolymorphicModelError(`Table "${this.name}": a query on "${nameOf(queried)}" met a row of ` +
        `"${nameOf(model)}". Index "${this.discriminator.name}", so that such queries ask for their own rows, or ` +
        'query the base')
    }
    return model
  }

  /** The discriminator values of `model` and of all children below it. */
  valuesBelow (model: ModelConstructor): unknown[] {
    return this.#children.filter((c) => belongsTo(c, model)).map((c) => c[META].variant)
  }

  /** The children below `model`, children of children included. */
  below (model: ModelConstructor): readonly ModelConstructor[] {
    return this.#children.filter((c) => c[META] !== model[META] && belongsTo(c, model))
  }

  /** Values such as Uuid are equal by text, not by identity. */
  #kindOf (variant: unknown): unknown { return this.discriminator.type.keyOf(variant) }
}

/** True when `model` is `queried` or a descendant, comparing definitions: both may be the users' classes or ours. */
function belongsTo (model: ModelConstructor, queried: ModelConstructor): boolean {
  for (let c: unknown = model; typeof c === 'function'; c = Object.getPrototypeOf(c)) {
    if ((c as ModelConstructor)[META] === queried[META]) return true
  }
  return false
}

function nameOf (model: ModelConstructor): string {
  const { variant, name } = model[META]
  return variant === undefined ? name : String(variant)
}
