// The settings of docs/bundlers.md for bundlers beside esbuild. Each gives the file that it made, and what it warned of.
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import resolve from '@rollup/plugin-node-resolve'
import { execFile } from 'node:child_process'
import { builtinModules, createRequire } from 'node:module'
import { dirname, join, resolve as absolute } from 'node:path'
import { promisify } from 'node:util'
import { rollup } from 'rollup'
import TerserPlugin from 'terser-webpack-plugin'
import { build as vite } from 'vite'
import webpack from 'webpack'

const kept = ['kerberos', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)]

async function byRollup (format, entry, folder) {
  const warnings = []
  const bundle = await rollup({
    input: `${entry}.js`,
    external: kept,
    plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs({ ignoreDynamicRequires: true, ignore: ['kerberos'] }), json()],
    // Circles among the files of other packages are theirs.
    onwarn: (warning) => { if (!['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(warning.code)) warnings.push(warning.message) }
  })
  const file = join(folder, `${entry}.${format === 'es' ? 'mjs' : 'cjs'}`)
  await bundle.write({ file, format, inlineDynamicImports: true, ...format === 'es' && { banner: "import { createRequire as makeRequire } from 'node:module'\nconst require = makeRequire(import.meta.url)" } })
  await bundle.close()
  return { warnings, file }
}

async function byWebpack (entry, folder) {
  const compiler = webpack({
    mode: 'production',
    target: 'node20',
    entry: `./${entry}.js`,
    output: { path: folder, filename: `${entry}.cjs` },
    externals: { kerberos: 'commonjs kerberos' },
    optimization: { minimizer: [new TerserPlugin({ terserOptions: { keep_classnames: true }, extractComments: false })] }
  })
  const stats = await promisify(compiler.run.bind(compiler))()
  await promisify(compiler.close.bind(compiler))()
  const { errors, warnings } = stats.toJson({ errors: true, warnings: true })
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '))
  return { warnings: warnings.map(({ message, moduleName }) => `${moduleName}: ${message}`), file: join(folder, `${entry}.cjs`) }
}

async function byVite (entry, folder) {
  const warnings = []
  await vite({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, external: ['kerberos'], target: 'node' },
    build: { ssr: `${entry}.js`, target: 'node20', outDir: join(folder, entry), emptyOutDir: true, rollupOptions: { output: { entryFileNames: `${entry}.mjs` }, onwarn: ({ code, message }) => { if (code !== 'CIRCULAR_DEPENDENCY') warnings.push(message) } } }
  })
  return { warnings, file: join(folder, entry, `${entry}.mjs`) }
}

/** Its program is in an optional dependency of the package `bun`, whose install script is not run here. */
async function byBun (entry, folder) {
  const require = createRequire(import.meta.url)
  const program = ['', '-baseline'].map((kind) => `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}${kind}/package.json`)
    .flatMap((name) => { try { return [join(dirname(require.resolve(name)), 'bin/bun')] } catch { return [] } })[0]
  const file = join(folder, `${entry}.cjs`)
  await promisify(execFile)(program, ['build', `./${entry}.js`, '--target=node', '--format=cjs', '--external=kerberos', `--outfile=${file}`], { cwd: absolute('.') })
  return { warnings: [], file }
}

export const others = {
  'webpack, minified': byWebpack,
  'Rollup, es': (entry, folder) => byRollup('es', entry, folder),
  'Rollup, cjs': (entry, folder) => byRollup('cjs', entry, folder),
  'Vite, for a server': byVite,
  'Bun\'s bundler': byBun
}
