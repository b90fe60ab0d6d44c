// The rooms of src/ and who may import whom, as data and one pure function. docs/architecture.md says why.
// Paths are relative to src/, with forward slashes; a room is a file, or a folder with all that is in it.

export const entries = ['index.ts', 'core.ts', 'express.ts', 'testing.ts']

/** Lowest first. A file imports from rooms of its own line and of the lines above it in this list. */
const order = [
  ['cqlengine/words.ts', 'cqlengine/sync-report.ts', 'cqlengine/errors.ts', 'cqlengine/driver.ts'],
  ['cqlengine/known-options.ts'],
  ['cqlengine/statements/', 'cqlengine/connection/'],
  ['cqlengine/columns/'],
  ['cqlengine/model/'],
  ['cqlengine/query/terms/'],
  ['cqlengine/query/operation/'],
  ['cqlengine/query/reading/', 'cqlengine/query/writing/'],
  ['cqlengine/query/'], // its own files: the doors
  ['cqlengine/management/'],
  ['settings/'],
  ['*'], // files of src/ itself: cqlalchemy.ts
  ['fastify/', 'express/', 'command/'],
  entries
]

/** Rooms that other rooms must not see although the order would let them: `room: only these import it`. */
const secluded = [
  { room: 'fastify/', importers: ['fastify/', 'index.ts'], why: 'only the entry index.ts offers the Fastify plugin: /core and /express work without fastify' },
  { room: 'express/', importers: ['express/', 'express.ts'], why: 'only the entry express.ts offers the Express helpers' },
  { room: 'command/', importers: ['command/'], why: 'the command line is for terminals: nobody who imports the package loads it' },
  { room: 'testing/', importers: ['testing/', 'testing.ts', 'command/cassandra.ts'], why: 'only the entry testing.ts offers the testing helpers' }
]

/** Rooms that see less than the order would let them. */
const frugal = [
  { room: 'testing/', imports: ['testing/', 'cqlengine/driver.ts', 'cqlengine/errors.ts', 'cqlengine/connection/driver-internals/results.ts', 'cqlengine/model/meta.ts'], why: 'testing helpers stand beside the library and see only its driver, its errors and what a model says of itself' },
  { room: 'testing.ts', imports: ['testing/'], why: 'the entry testing.ts offers only what is in testing/' }
]

/** Rooms side by side that do not see each other. */
const strangers = [
  { rooms: ['cqlengine/query/reading/', 'cqlengine/query/writing/'], why: 'reads and writes meet in what both stand on (query/operation/), or above (query/)' }
]

/** Packages that src/ may import at all, and where. `types`: rooms that may import only their types. */
const packages = {
  'cassandra-driver': { rooms: ['cqlengine/driver.ts'], why: 'import it from cqlengine/driver.ts' },
  'csv-parse': { rooms: ['command/'], why: 'files are the task of the command line' },
  'csv-stringify': { rooms: ['command/'], why: 'files are the task of the command line' },
  'env-schema': { rooms: ['settings/'], why: 'reading settings is the task of settings/' },
  express: { rooms: ['express/'], why: 'only express/ knows Express' },
  fastify: { rooms: ['fastify/'], types: ['index.ts'], why: 'only fastify/ knows Fastify; index.ts may augment its types' },
  'fastify-plugin': { rooms: ['fastify/'], why: 'only fastify/ knows Fastify' }
}

const isIn = (file, room) => room === '*' ? !file.includes('/') && !entries.includes(file) : room.endsWith('/') ? file.startsWith(room) : file === room
const isInOne = (file, rooms) => rooms.some((room) => isIn(file, room))
const rank = (file) => order.findIndex((rooms) => isInOne(file, rooms))

/**
 * Why this file must not import that one or that package; undefined when it may.
 *
 * @param {string} file the importing file
 * @param {{ file?: string, package?: string, typeOnly: boolean }} imported a file of src/ or a package
 * @returns {string | undefined}
 */
export function forbidden (file, imported) {
  return imported.file === undefined ? forbiddenPackage(file, imported) : forbiddenFile(file, imported.file)
}

function forbiddenFile (file, target) {
  const seclusion = secluded.find(({ room, importers }) => isIn(target, room) && !isInOne(file, importers))
  if (seclusion) return seclusion.why
  const frugality = frugal.find(({ room, imports }) => isIn(file, room) && !isInOne(target, imports))
  if (frugality) return frugality.why
  const roomAmong = (path, rooms) => rooms.find((room) => isIn(path, room))
  const strangeness = strangers.find(({ rooms }) => isInOne(file, rooms) && isInOne(target, rooms) && roomAmong(file, rooms) !== roomAmong(target, rooms))
  if (strangeness) return strangeness.why
  if (isIn(file, 'testing/') || isIn(target, 'testing/')) return undefined
  if (rank(file) < 0) return `${file} is in no room of the layer order (test/support/eslint-rules/layers.js)`
  if (rank(target) < 0) return `${target} is in no room of the layer order (test/support/eslint-rules/layers.js)`
  if (rank(target) > rank(file)) return `imports run one way, and ${target} stands above ${file}`
}

function forbiddenPackage (file, { package: specifier, typeOnly }) {
  if (specifier.startsWith('node:')) return undefined
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  const known = packages[name]
  if (!known) return `${name} is no dependency of this package (built-in modules are written node:…)`
  if (isInOne(file, known.rooms) || (typeOnly && isInOne(file, known.types ?? []))) return undefined
  return known.why
}
