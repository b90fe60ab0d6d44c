// The only reader of CQL types. As text they differ though they mean the same: the server leaves out or adds an inner
// `frozen`, quotes only where it must, and knows two names for text. So they are read as trees without such
// differences.
import { typeNamed } from './scalar-types.js'

/** A type in its normal form. */
export interface TypeTree {
  readonly kind: 'native' | 'collection' | 'tuple' | 'vector' | 'user' | 'custom'
  /** `text`, `list`, a user type's name, a class name. */
  readonly name: string
  /** Said of collections, user types and tuples; all within them is. A tuple is the same without the word. */
  readonly frozen: boolean
  readonly of: readonly TypeTree[]
  /** Of vectors. */
  readonly dimensions?: number
}

const parameters: Readonly<Record<string, number>> = { list: 1, set: 1, map: 2 }

interface Lexeme { readonly kind: 'word' | 'quoted' | 'class' | 'sign', readonly text: string }

/**
 * @param text a CQL type such as `map<text, frozen<list<int>>>`
 * @param frozen true for a field of a user type and wherever the type stands inside a frozen value
 * @param userTypes false where none can be meant
 * @returns undefined when the text is no CQL type
 */
export function readType (text: string, { frozen = false, userTypes = true } = {}): TypeTree | undefined {
  const tokens = tokenize(text)
  if (tokens === undefined) return undefined
  const parser = new TypeParser(tokens, userTypes)
  const tree = parser.type(frozen)
  return parser.isAtEnd ? tree : undefined
}

/** Whether two texts mean the same type. Texts that cannot be read are compared as they are. */
export function sameType (a: string, b: string, options?: { frozen?: boolean }): boolean {
  if (a === b) return true
  const [left, right] = [readType(a, options), readType(b, options)]
  return left !== undefined && right !== undefined && sameTree(left, right)
}

/** The names of all user types in a type. */
export function userTypeNames (tree: TypeTree): string[] {
  return [...tree.kind === 'user' ? [tree.name] : [], ...tree.of.flatMap(userTypeNames)]
}

export function sameTree (a: TypeTree, b: TypeTree): boolean {
  return sameHead(a, b) && a.of.length === b.of.length && a.of.every((inner, i) => sameTree(inner, b.of[i] as TypeTree))
}

/** Whether two types differ at most in what is inside of them. */
export function sameHead (a: TypeTree, b: TypeTree): boolean {
  return a.kind === b.kind && a.name === b.name && (a.kind === 'tuple' || a.frozen === b.frozen) &&
    a.dimensions === b.dimensions
}

function tokenize (text: string): Lexeme[] | undefined {
  const pattern = /\s*(?:(\w+)|"((?:[^"]|"")+)"|'((?:[^']|'')+)'|([<>,.]))\s*/y
  const tokens: Lexeme[] = []
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text)
    if (found === null) return undefined
    const [, word, quoted, className, sign] = found
    if (word !== undefined) tokens.push({ kind: 'word', text: word.toLowerCase() })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll('""', '"') })
    else if (className !== undefined) tokens.push({ kind: 'class', text: className.replaceAll("''", "'") })
    else tokens.push({ kind: 'sign', text: sign as string })
  }
  return tokens
}

class TypeParser {
  readonly #tokens: readonly Lexeme[]
  readonly #hasUserTypes: boolean
  #next = 0

  constructor (tokens: readonly Lexeme[], hasUserTypes: boolean) {
    this.#tokens = tokens
    this.#hasUserTypes = hasUserTypes
  }

  get isAtEnd (): boolean { return this.#next === this.#tokens.length }

  type (frozen: boolean): TypeTree | undefined {
    const token = this.#tokens[this.#next++]
    if (token === undefined || token.kind === 'sign') return undefined
    if (token.kind === 'class') return { kind: 'custom', name: token.text, frozen: false, of: [] }
    // The keyspace before a user type's name can only be that of the table.
    if (this.#take('.')) return this.#userType(this.#tokens[this.#next++], frozen)
    if (token.kind === 'quoted') return this.#userType(token, frozen)
    return this.#take('<') ? this.#parametrized(token.text, frozen) : plain(token.text, frozen)
  }

  #userType (token: Lexeme | undefined, frozen: boolean): TypeTree | undefined {
    return token?.kind === 'word' || token?.kind === 'quoted'
      ? { kind: 'user', name: token.text, frozen, of: [] }
      : undefined
  }

  #parametrized (name: string, frozen: boolean): TypeTree | undefined {
    if (name === 'frozen') return this.#frozen()
    const first = this.type(true)
    if (first === undefined) return undefined
    if (name === 'vector') return this.#vector(first)
    const of = [first]
    while (this.#take(',')) {
      const inner = this.type(true)
      if (inner === undefined) return undefined
      of.push(inner)
    }
    if (!this.#take('>')) return undefined
    if (name === 'tuple') return { kind: 'tuple', name, frozen, of }
    return parameters[name] === of.length ? { kind: 'collection', name, frozen, of } : undefined
  }

  /**
   * The server writes a user type called like a native one without quotes; what stands in `frozen<…>` is never a native
   * type.
   */
  #frozen (): TypeTree | undefined {
    const word = this.#tokens[this.#next]
    const inner = this.#hasUserTypes && word?.kind === 'word' && this.#tokens[this.#next + 1]?.text === '>'
      ? this.#userType(this.#tokens[this.#next++], true)
      : this.type(true)
    return this.#take('>') ? inner : undefined
  }

  #vector (of: TypeTree): TypeTree | undefined {
    if (!this.#take(',')) return undefined
    const size = this.#tokens[this.#next++]
    if (size?.kind !== 'word' || !/^\d+$/.test(size.text) || !this.#take('>')) return undefined
    return { kind: 'vector', name: 'vector', frozen: false, of: [of], dimensions: Number(size.text) }
  }

  #take (sign: string): boolean {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'sign' || token.text !== sign) return false
    this.#next++
    return true
  }
}

function plain (word: string, frozen: boolean): TypeTree | undefined {
  if (word === 'varchar') return plain('text', frozen)
  if (typeNamed(word) !== undefined || word === 'empty') return { kind: 'native', name: word, frozen: false, of: [] }
  return /^\d/.test(word) ? undefined : { kind: 'user', name: word, frozen, of: [] }
}
