// What users compile, with one of the compilers that they may have. Each compiler has a test file of its own: on a busy machine all of them together
// would take longer than a file may.
import t from 'tap'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, type Compiler } from '../support/compile.js'
import { writeManyModels } from '../support/many-models.js'
import { root } from '../support/root.js'

export function testCompiler (compiler: Compiler): void {
  t.test(`${compiler}: the type tests and users' programs compile against the built package, its declarations checked too`, async (t) => {
    t.equal(await compile(join(root, 'test/types'), compiler), '')
  })

  t.test(`${compiler}: the type tests compile with exactOptionalPropertyTypes too: undefined is "not given" in every option object`, async (t) => {
    t.equal(await compile(join(root, 'test/types/exact'), compiler), '')
  })

  t.test(`${compiler}: type providers of Fastify get their types from a model`, async (t) => {
    t.equal(await compile(join(root, 'test/types/providers'), compiler), '')
  })

  t.test(`${compiler}: 200 models of 20 columns and their uses compile, and each of 200 mistakes is an error where it is made`, async (t) => {
    const project = await realpath(await mkdtemp(join(tmpdir(), 'fastify-cqlalchemy-models-')))
    t.teardown(() => rm(project, { recursive: true, force: true }))
    await writeManyModels(project, 200, { withMistakes: true })
    const mistakes = (await readFile(join(project, 'wrong.ts'), 'utf8')).split('\n').flatMap((line, index) => line.endsWith('// wrong') ? [`wrong.ts:${index + 1}`] : [])
    const errors = (await compile(project, compiler)).matchAll(/^(\S+)\((\d+),\d+\): error TS\d+: /gm)
    const places = new Set(Array.from(errors, ([, file, line]) => `${file}:${line}`))
    t.equal(mistakes.length, 200)
    t.same([...places].sort(), [...mistakes].sort())
  })
}
