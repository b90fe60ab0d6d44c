// Bundles the app in both formats, minified too, moves the files away from node_modules, and runs them.
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const run = (file) => promisify(execFile)(process.execPath, [file], { timeout: 60_000 }).catch((error) => error)
const elsewhere = mkdtempSync(join(tmpdir(), 'bundle-'))
// What CommonJS packages need in a file of ES modules.
const requireBanner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" }
// Optional parts of the driver, which it looks for itself.
const external = ['kerberos']

for (const [format, extension] of [['esm', 'mjs'], ['cjs', 'cjs']]) {
  for (const minify of [false, true]) {
    const name = `${format}${minify ? ', minified' : ''}`
    const common = { bundle: true, platform: 'node', target: 'node20', format, minify, external, logLevel: 'silent', ...format === 'esm' && { banner: requireBanner } }
    const outfile = join(elsewhere, `app-${minify}.${extension}`)
    const { warnings } = await build({ ...common, keepNames: true, entryPoints: ['app.js'], outfile })
    tell(warnings.length === 0, `${name}: no warnings: ${warnings.map(({ text }) => text).join('; ')}`)
    const { stdout, stderr } = await run(outfile)
    tell(/"username":"ada","tags":\["x"\]\}\n404\n$/.test(stdout) && stderr === '', `${name}: the bundled service writes, reads, and answers 404: ${stdout}${stderr.slice(0, 2000)}`)

    const testing = join(elsewhere, `testing-${minify}.${extension}`)
    await build({ ...common, entryPoints: ['with-testing.js'], outfile: testing })
    const answer = await run(testing)
    tell(/"reason":"bundle".*bundle.*external/.test(answer.stdout), `${name}: a bundled /testing says what is wrong and what to do: ${answer.stdout}${answer.stderr.slice(0, 1000)}`)
  }
}
rmSync(elsewhere, { recursive: true, force: true })
