// What the types cost each compiler: 200 models of 20 columns with their uses. Budget: 10 s.
// The trivial program says what the compiler and this machine cost before the first model.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, compilers, type Compiler } from '../test/support/compile.js'
import { writeManyModels } from '../test/support/many-models.js'
import { median } from './measure.js'

const passes = 3
const models = 200

const folder = await mkdtemp(join(tmpdir(), 'fastify-cqlalchemy-types-'))
try {
  const trivial = await programOf(0)
  const many = await programOf(models)
  console.log(`\ntype check: ${models} models of 20 columns (median of ${passes})`)
  for (const compiler of compilers) console.log(await report(compiler, trivial, many))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function programOf (count: number): Promise<string> {
  const project = join(folder, String(count))
  await mkdir(project)
  await writeManyModels(project, count)
  return project
}

async function report (compiler: Compiler, trivial: string, many: string): Promise<string> {
  const base = []
  const full = []
  let counts = ''
  for (let pass = 0; pass < passes; pass++) {
    base.push((await timed(compiler, trivial)).seconds)
    const { seconds, said } = await timed(compiler, many)
    full.push(seconds)
    counts = ['Types', 'Instantiations'].map((name) => `${new RegExp(`^${name}: +(\\d+)`, 'm').exec(said)?.[1] ?? '?'} ${name.toLowerCase()}`).join(', ')
  }
  return `  ${compiler.padEnd(16)} ${median(full).toFixed(1).padStart(5)} s, of which ${median(base).toFixed(1)} s without models; ${counts}`
}

async function timed (compiler: Compiler, project: string): Promise<{ seconds: number, said: string }> {
  const started = performance.now()
  const said = await compile(project, compiler, ['--extendedDiagnostics'])
  if (said.includes('error TS')) throw new Error(said)
  return { seconds: (performance.now() - started) / 1000, said }
}
