// Compiles app.ts as an ES module and as CommonJS, writes its declaration files, and compiles a program that uses those.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }

const strict = { target: 'es2022', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: false, declaration: true, outDir: 'out' }
/** And the compilers: the oldest one that the current @types/node takes, the oldest one that may, and the newest that has them all. */
const modes = {
  nodenext: { compilers: [5.6, 6], module: 'nodenext' },
  'node16, verbatimModuleSyntax, isolatedModules': { compilers: [5.6, 6], module: 'node16', verbatimModuleSyntax: true, isolatedModules: true },
  'bundler, verbatimModuleSyntax, exactOptionalPropertyTypes': { compilers: [5.6, 6], module: 'esnext', moduleResolution: 'bundler', verbatimModuleSyntax: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  'CommonJS, nodenext': { compilers: [5.8, 6], module: 'nodenext' },
  'CommonJS, bundler': { compilers: [5.6, 6], module: 'preserve', moduleResolution: 'bundler' },
  'what `nest new` writes': { compilers: [6], module: 'nodenext', strict: false, strictNullChecks: true, noImplicitAny: false, strictBindCallApply: false },
  'only types that can be removed': { compilers: [5.8, 6], module: 'nodenext', erasableSyntaxOnly: true, verbatimModuleSyntax: true }
}
const user = `import { User, db, named } from '../out/app.js'
export const name: string | null = new User({ username: 'ada' }).username
export const greeting: string = new User({ username: 'ada' }).greet()
export const models: number = db.models.length
export const all: Promise<{ username: string }[]> = named('ada')
// @ts-expect-error the declaration file knows the column's type
export const wrong: number = new User({ username: 'ada' }).username
`

for (const [mode, { compilers, ...options }] of Object.entries(modes)) {
  for (const version of compilers) {
    const folder = resolve(`${version}-${mode}`.replace(/\W+/g, '-'))
    const tsc = async (project) => {
      const { stdout = '' } = await promisify(execFile)(process.execPath, [resolve(`node_modules/typescript-${version}/bin/tsc`), '-p', project, '--pretty', 'false'], { timeout: 240_000, maxBuffer: 1 << 26 }).catch((error) => error)
      return stdout
    }
    mkdirSync(join(folder, 'uses'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: mode.startsWith('CommonJS') ? 'commonjs' : 'module' }))
    copyFileSync('app.ts', join(folder, 'app.ts'))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strict, ...options }, files: ['app.ts'] }))
    writeFileSync(join(folder, 'uses/user.ts'), user)
    writeFileSync(join(folder, 'uses/tsconfig.json'), JSON.stringify({ compilerOptions: { ...strict, ...options, declaration: false, noEmit: true }, files: ['user.ts'] }))
    const output = [await tsc(folder), await tsc(join(folder, 'uses'))].join('')
    tell(output === '', `TypeScript ${version}, ${mode}: the app, its declaration file and a use of that compile: ${output.slice(0, 1500)}`)
  }
}
