// Which index can be on which column: what the server would refuse, found before anything is sent.
import type { IndexOptions } from '../columns/column.js'
import { holdsDuration } from '../columns/nesting.js'
import { typeNamed } from '../columns/scalar-types.js'
import { readType, type TypeTree } from '../columns/type-tree.js'
import type { TableColumn } from '../model/table.js'
import { nameRule } from '../statements/identifiers.js'
import { listed, meant, shown } from '../words.js'
import { isForeign } from './server.js'

export const sasiClass = 'org.apache.cassandra.index.sasi.SASIIndex'
/** Characters of the name of a column with an index of a class. */
const columnNameLimit = 48

const analysis = ['case_sensitive', 'normalize', 'ascii']
const ofVectors = ['similarity_function', 'optimize_for', 'maximum_node_connections', 'construction_beam_width']
const similarities = ['cosine', 'dot_product', 'euclidean']
const sasiModes = ['PREFIX', 'CONTAINS', 'SPARSE']

/** `legacy`, `sai` or a class name. */
export function kindOf (using: string | undefined): string {
  if (using === undefined || using.toLowerCase() === 'legacy_local_table') return 'legacy'
  if (/^(.*\.)?(sai|StorageAttachedIndex)$/i.test(using)) return 'sai'
  return using.toLowerCase() === 'sasi' ? sasiClass : using
}

/**
 * A sentence on what is wrong with an index; undefined: nothing that is known here. Of what others than Cassandra
 * refuse little is known.
 */
export function definitionProblem (
  column: TableColumn, index: IndexOptions, server: ReadonlyMap<string, unknown>
): string | undefined {
  const tree = readType(column.type.cql) as TypeTree
  const kind = kindOf(index.using)
  return generalProblem(column, tree, index) ??
    (kind === 'legacy' ? legacyProblem(index) : nameProblem(column, kind)) ??
    (isForeign(server)
      ? undefined
      : kind === 'sai'
        ? saiProblem(column, tree, index)
        : kind === sasiClass ? sasiProblem(column, tree, index) : undefined)
}

function generalProblem (
  column: TableColumn, { kind, frozen }: TypeTree, { target }: IndexOptions
): string | undefined {
  if (kind === 'user' && !frozen) return 'Cassandra has no indexes on user types that are not frozen'
  if (kind === 'collection' && frozen && target !== undefined && target !== 'full') {
    return `an index on a frozen collection must have target "full", not "${target}"`
  }
  if (target === 'full' && kind !== 'collection') return 'an index with target "full" is for frozen collections'
  return holdsDuration(column.type) ? 'Cassandra has no indexes on durations, nor on what contains them' : undefined
}

function legacyProblem ({ options = {} }: IndexOptions): string | undefined {
  return Object.keys(options).length === 0
    ? undefined
    : 'an index without a kind takes no options; add using, or leave out the options'
}

function nameProblem ({ field }: TableColumn, kind: string): string | undefined {
  if (nameRule.test(field) && field.length <= columnNameLimit) return undefined
  return `Cassandra makes indexes of the kind ${kind} only on columns whose names are of at most ${columnNameLimit} ` +
    'letters, digits and _; give the column a dbField'
}

function saiProblem (column: TableColumn, tree: TypeTree, { target, options = {} }: IndexOptions): string | undefined {
  const terms = termsOf(tree, target)
  const wrong = terms.find((term) => typeNamed(term.name)?.facts.lacksSai === true)
  if (wrong !== undefined) return `SAI cannot index values of type ${wrong.name}`
  if (terms.some(({ kind, of }) => kind === 'vector' && !isSaiVector(of[0]))) {
    return 'SAI indexes only vectors of floats'
  }
  return saiOptionProblem(
    column, tree, terms, new Map(Object.entries(options).map(([name, value]) => [name, String(value)]))
  )
}

/** What is looked up by an index. */
function termsOf (tree: TypeTree, target: IndexOptions['target'] = 'values'): readonly TypeTree[] {
  if (tree.kind !== 'collection' || tree.frozen) return [tree]
  if (tree.name !== 'map' || target === 'entries') return tree.of
  return tree.of.slice(target === 'keys' ? 0 : 1, target === 'keys' ? 1 : 2)
}

function saiOptionProblem (
  { role, type }: TableColumn, tree: TypeTree, terms: readonly TypeTree[], options: ReadonlyMap<string, string>
): string | undefined {
  const isVector = tree.kind === 'vector'
  const known = [...analysis, ...ofVectors]
  const isText = terms.every(isOfText)
  for (const [name, value] of options) {
    if (!known.includes(name)) return `SAI has no option ${shown(name)}${meant(name, known)}; it has ${listed(known)}`
    if (ofVectors.includes(name)) {
      if (!isVector) return `the option ${name} is for vectors`
      if (name === 'similarity_function' && !similarities.includes(value.toLowerCase())) {
        return `the option similarity_function must be one of ${listed(similarities)}`
      }
    } else if (role === 'partition' || role === 'clustering') {
      return `the option ${name} is not for columns of the key`
    } else if (!isText) {
      return `the option ${name} is for texts, not for ${type.cql}`
    } else if (!/^(true|false)$/i.test(value)) {
      return `the option ${name} must be true or false`
    }
  }
  const isCosine = (options.get('similarity_function') ?? 'cosine').toLowerCase() === 'cosine'
  return isVector && isCosine && tree.dimensions === 1
    ? 'a vector of one dimension has no cosine; choose another similarity_function'
    : undefined
}

function sasiProblem (
  { role }: TableColumn, tree: TypeTree, { options = {} }: IndexOptions
): string | undefined {
  if (role === 'partition') return 'SASI cannot index columns of the partition key'
  if (tree.kind === 'collection' && !tree.frozen) return 'SASI cannot index collections that are not frozen'
  const { mode, analyzed, is_literal: literal } = options
  if (mode === undefined) return undefined
  const chosen = String(mode).toUpperCase()
  if (!sasiModes.includes(chosen)) return `the option mode must be one of ${listed(sasiModes)}`
  if (chosen !== 'SPARSE') return undefined
  const isLiteral = literal === undefined
    ? isOfText(tree)
    : /^true$/i.test(String(literal))
  return isLiteral || /^true$/i.test(String(analyzed))
    ? 'the mode SPARSE is for numbers and times, without analysis'
    : undefined
}

function isSaiVector (of: TypeTree | undefined): boolean {
  return of?.kind === 'native' && typeNamed(of.name)?.facts.isSaiVector === true
}

function isOfText ({ kind, name }: TypeTree): boolean { return kind === 'native' && typeNamed(name)?.kind === 'text' }
