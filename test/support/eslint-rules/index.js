// ESLint rules of this house: the layer borders, no circles, no barrels, entries that only export, comments that stand on their own feet,
// casts with a reason, and a warning for long files.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'
import { explainedCasts, noOutsidePage, plainComments } from './comments.js'
import { entries, forbidden } from './layers.js'

export default {
  meta: { name: 'house' },
  rules: {
    border: { create: border },
    'no-circle': { create: noCircle },
    'no-barrel': { create: noBarrel },
    'entry-only-exports': { create: entryOnlyExports },
    'plain-comments': { create: plainComments },
    'explained-casts': { create: explainedCasts },
    'no-outside-page': { create: noOutsidePage },
    'long-file': { meta: { schema: [{ type: 'object', properties: { most: { type: 'integer' } }, required: ['most'] }] }, create: longFile }
  }
}

/** Calls `visit(node, specifier, typeOnly)` for everything that imports: statements, expressions, types and augmentations. */
function imports (visit) {
  const statement = (node) => { if (node.source) visit(node.source, node.source.value, (node.importKind ?? node.exportKind) === 'type') }
  return {
    ImportDeclaration: statement,
    ExportNamedDeclaration: statement,
    ExportAllDeclaration: statement,
    ImportExpression: (node) => { if (typeof node.source.value === 'string') visit(node.source, node.source.value, false) },
    TSImportType: (node) => visit(node, node.source?.value ?? node.argument.literal.value, true),
    TSExternalModuleReference: (node) => visit(node, node.expression.value, false),
    TSModuleDeclaration: (node) => { if (node.id.type === 'Literal') visit(node.id, node.id.value, true) }
  }
}

const isRelative = (specifier) => /^\.\.?(\/|$)/.test(specifier)
const sourceRoot = (context) => join(context.cwd, 'src')
const inSource = (context, path) => relative(sourceRoot(context), path).split(sep).join('/')
const target = (path, specifier) => resolve(dirname(path), specifier).replace(/\.js$/, '.ts')

function border (context) {
  const file = inSource(context, context.filename)
  return imports((node, specifier, typeOnly) => {
    const path = isRelative(specifier) ? inSource(context, target(context.filename, specifier)) : undefined
    const message = path?.startsWith('../')
      ? 'the sources import nothing outside src/'
      : forbidden(file, { file: path, package: path === undefined ? specifier : undefined, typeOnly })
    if (message) context.report({ node, message: `${file} must not import ${specifier}: ${message}.` })
  })
}

function noCircle (context) {
  return imports((node, specifier, typeOnly) => {
    if (typeOnly || !isRelative(specifier)) return
    const way = wayBack(target(context.filename, specifier), context.filename)
    if (way) context.report({ node, message: `Import circle: ${[context.filename, ...way].map((path) => inSource(context, path)).join(' → ')}.` })
  })
}

/** The files from `start` to `end` along imports, both included, or undefined. */
function wayBack (start, end, seen = new Set()) {
  if (start === end) return [end]
  if (seen.has(start)) return undefined
  seen.add(start)
  for (const next of importedFiles(start)) {
    const way = wayBack(next, end, seen)
    if (way) return [start, ...way]
  }
}

// Types that name each other are no circle: nothing of these imports is left at run time.
const typeImport = /^(?:import|export)\s+type\s[^'"]*\sfrom\s+['"][^'"]+['"]/gm

// Kept while a lint run lasts, and in editors until the file changes.
const scanned = new Map()

function importedFiles (path) {
  if (!existsSync(path)) return []
  const changed = statSync(path).mtimeMs
  const known = scanned.get(path)
  if (known?.changed === changed) return known.files
  const specifiers = ts.preProcessFile(readFileSync(path, 'utf8').replace(typeImport, ''), true, true).importedFiles.map(({ fileName }) => fileName)
  const files = specifiers.filter(isRelative).map((specifier) => target(path, specifier))
  scanned.set(path, { changed, files })
  return files
}

const isExportFrom = (statement) => statement.type === 'ExportAllDeclaration' || (statement.type === 'ExportNamedDeclaration' && statement.declaration === null)

function noBarrel (context) {
  return {
    Program: (node) => {
      if (entries.includes(inSource(context, context.filename))) return
      const onlyPasses = node.body.every((statement) => isExportFrom(statement) || statement.type === 'ImportDeclaration')
      const relatives = node.body.some((statement) => statement.source && isRelative(statement.source.value))
      if (onlyPasses && relatives) context.report({ node, message: 'A file that only passes on other files (barrel) hides where things live: import them from there.' })
    }
  }
}

function entryOnlyExports (context) {
  const allowed = (statement) => isExportFrom(statement) || statement.type === 'ImportDeclaration' || statement.type === 'ExportDefaultDeclaration' ||
    (statement.type === 'TSModuleDeclaration' && statement.id.type === 'Literal')
  return {
    Program: (node) => {
      for (const statement of node.body) {
        if (!allowed(statement)) context.report({ node: statement, message: 'An entry of the package only exports.' })
      }
    }
  }
}

// max-lines can stand in a configuration only once, and there it is the error.
function longFile (context) {
  const { most } = context.options[0]
  return {
    Program: (node) => {
      const lines = context.sourceCode.lines.length
      if (lines > most) context.report({ node, loc: { line: most, column: 0 }, message: `${lines} lines: is this still one idea? (house style: about ${most})` })
    }
  }
}
