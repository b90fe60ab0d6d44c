import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const { PACKED } = process.env
const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const run = (args, cwd, env = {}, program = process.execPath) => promisify(execFile)(program, args, { cwd, env: { ...process.env, ...env }, timeout: 240_000, maxBuffer: 1 << 26 }).catch((error) => error)
const bin = (path) => resolve('node_modules', path)
const yarn = { YARN_ENABLE_TELEMETRY: '0', YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', YARN_ENABLE_HARDENED_MODE: '0' }

/** The program itself is in an optional dependency of the package `bun`, whose install script is not run here. */
function bun () {
  const { platform, arch } = process
  const name = `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`
  return [name, `${name}-baseline`].map((one) => bin(`${one}/bin/bun`)).find((path) => existsSync(path))
}

/** How each installs, and how a program is run there. */
const managers = {
  'pnpm, strict': { install: [bin('pnpm/bin/pnpm.mjs'), 'install', '--ignore-scripts'], run: ['app.js'], files: { '.npmrc': 'node-linker=isolated\nhoist=false\n', 'pnpm-workspace.yaml': 'hoist: false\nnodeLinker: isolated\n' } },
  'Yarn 4, Plug\'n\'Play': { install: [bin('@yarnpkg/cli-dist/bin/yarn.js'), 'install', '--mode=skip-build'], run: ['--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs', 'app.js'], files: { '.yarnrc.yml': 'nodeLinker: pnp\nenableGlobalCache: false\n', 'yarn.lock': '' } },
  Bun: { program: bun(), install: ['install', '--ignore-scripts'], run: ['app.js'], files: {} },
  'Yarn 1': { install: [bin('yarn/bin/yarn.js'), 'install', '--ignore-scripts', '--no-lockfile'], run: ['app.js'], files: {} }
}

for (const [name, { program, install, run: args, files }] of Object.entries(managers)) {
  const folder = resolve(name.replace(/\W+/g, '-'))
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module', dependencies: { fastify: 'latest', 'fastify-cqlalchemy': `file:${PACKED}` } }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  cpSync('app.js', join(folder, 'app.js'))
  const installed = await run(install, folder, yarn, program)
  tell(installed.code === undefined, `${name}: installs${installed.code === undefined ? '' : `: ${`${installed.stdout}${installed.stderr}`.slice(-1500)}`}`)
  const { stdout, stderr } = await run(args, folder)
  tell(stdout === 'ada true function\n', `${name}: the service runs: ${stdout}${stderr.slice(0, 1500)}`)
}
