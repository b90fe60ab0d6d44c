// Bundles the app with each bundler, moves the files away from node_modules, and runs them.
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { others } from './others.js'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const run = (file) => promisify(execFile)(process.execPath, [file], { timeout: 60_000 }).catch((error) => error)
const elsewhere = mkdtempSync(join(tmpdir(), 'bundle-'))
// What CommonJS packages need in a file of ES modules.
const requireBanner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" }
// Optional parts of the driver, which it looks for itself.
const external = ['kerberos']

async function serves (name, file) {
  const { stdout, stderr } = await run(file)
  tell(/"username":"ada","tags":\["x"\]\}\n404\n$/.test(stdout) && stderr === '', `${name}: the bundled service writes, reads, and answers 404: ${stdout}${stderr.slice(0, 2000)}`)
}

async function saysWhatIsWrong (name, file) {
  // Some bundlers write the place of the package at their time into the file: it is not there where the file runs.
  renameSync('node_modules/fastify-cqlalchemy', 'away')
  const { stdout, stderr } = await run(file)
  renameSync('away', 'node_modules/fastify-cqlalchemy')
  tell(/"reason":"bundle".*bundle.*external/.test(stdout), `${name}: a bundled /testing says what is wrong and what to do: ${stdout}${stderr.slice(0, 1000)}`)
}

for (const [format, extension] of [['esm', 'mjs'], ['cjs', 'cjs']]) {
  for (const minify of [false, true]) {
    const name = `esbuild, ${format}${minify ? ', minified' : ''}`
    const common = { bundle: true, platform: 'node', target: 'node20', format, minify, external, logLevel: 'silent', ...format === 'esm' && { banner: requireBanner } }
    const outfile = join(elsewhere, `app-${minify}.${extension}`)
    const { warnings } = await build({ ...common, keepNames: true, entryPoints: ['app.js'], outfile })
    tell(warnings.length === 0, `${name}: no warnings: ${warnings.map(({ text }) => text).join('; ')}`)
    await serves(name, outfile)

    const testing = join(elsewhere, `testing-${minify}.${extension}`)
    await build({ ...common, entryPoints: ['with-testing.js'], outfile: testing })
    await saysWhatIsWrong(name, testing)
  }
}

for (const [name, bundle] of Object.entries(others)) {
  const files = {}
  for (const entry of ['app', 'with-testing']) {
    const { warnings, file } = await bundle(entry, join(elsewhere, name.replace(/\W+/g, '-'))).catch((error) => ({ warnings: [String(error?.message ?? error)] }))
    tell(warnings.length === 0, `${name}: ${entry} is bundled without a warning: ${warnings.join('; ').slice(0, 1500)}`)
    files[entry] = file
  }
  if (files.app !== undefined) await serves(name, files.app)
  if (files['with-testing'] !== undefined) await saysWhatIsWrong(name, files['with-testing'])
}
rmSync(elsewhere, { recursive: true, force: true })
