// What npm publishes: `node bundle.config.js [folder]` makes of the many small modules in the folder (./dist) one file for each entry and a few that
// they share. Node takes longer to find and open a file than to run it: beyond the driver, `import 'fastify-cqlalchemy/core'` takes a tenth of the time.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'

const { exports, bin = {} } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
// What users import and run, and the programs that /testing starts.
const entries = new Set([...Object.values(exports).map((entry) => entry.default), ...Object.values(bin), './dist/testing/command.js', './dist/testing/guardian.js']
  .filter((path) => path !== undefined).map((path) => /^(?:\.\/)?dist\/(.*)\.js$/.exec(path)[1]))

/** Of the declarations that TypeScript wrote beside each module, those stay that the entries' types reach. Gives the names of the files. */
export async function bundle (folder) {
  const build = await rollup({
    input: Object.fromEntries([...entries].map((entry) => [entry, join(folder, `${entry}.js`)])),
    external: (id) => !id.startsWith('.') && !id.startsWith(folder),
    // What cannot be found, or makes a circle, must not be published.
    onwarn: (warning) => { throw new Error(warning.message) }
  })
  for (const path of readdirSync(folder, { recursive: true })) {
    if (path.endsWith('.js')) rmSync(join(folder, path))
  }
  const { output } = await build.write({ dir: folder, format: 'es', manualChunks: (id) => partOf(id.slice(folder.length + 1)), chunkFileNames: '[name].js', hoistTransitiveImports: false })
  await build.close()
  const declared = declarationsOf(folder)
  for (const path of readdirSync(folder, { recursive: true })) {
    if (path.endsWith('.d.ts') && !declared.has(join(folder, path))) rmSync(join(folder, path))
  }
  return output.map(({ fileName }) => fileName)
}

/** The declarations that users' compilers may ask for: the entries', and what those import, at any depth. */
function declarationsOf (folder) {
  const found = new Set(Object.values(exports).flatMap((entry) => entry.types === undefined ? [] : [join(folder, entry.types.replace('./dist/', ''))]))
  for (const path of found) { // grows meanwhile
    for (const [, imported] of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g)) found.add(join(dirname(path), `${imported}.d.ts`))
  }
  return found
}

/** The shared file that a module goes into. Those of `testing/` stay in that folder, for they start programs that lie beside them. */
function partOf (path) {
  const [folder, name] = path.split(sep)
  if (entries.has(path.replace(/\.js$/, '').replaceAll(sep, '/'))) return undefined
  if (folder === 'testing') return 'testing/local-cassandra'
  if (folder === 'command') return 'command/commands'
  // Reading the configuration loads env-schema, which importing the models must not.
  if (folder === 'settings' && name !== 'options.js') return 'shared/settings'
  return name === undefined || ['cqlengine', 'settings'].includes(folder) ? 'shared/mapper' : undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await bundle(resolve(process.argv[2] ?? 'dist'))).join('\n'))
