// What npm publishes: `node bundle.config.js [folder]` makes of the many small modules in the folder (./dist) one file for each entry and a few that
// they share. Node takes longer to find and open a file than to run it: beyond the driver, `import 'fastify-cqlalchemy/core'` takes a tenth of the time.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'

const { exports, bin = {} } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
// What users import and run, and the programs that /testing starts.
const entries = new Set([...Object.values(exports).map((entry) => entry.default), ...Object.values(bin), './dist/testing/command.js', './dist/testing/guardian.js']
  .filter((path) => path !== undefined).map((path) => /^(?:\.\/)?dist\/(.*)\.js$/.exec(path)[1]))

/** Leaves the declarations as they are: what TypeScript wrote beside each module. Gives the names of the files. */
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
  return output.map(({ fileName }) => fileName)
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
