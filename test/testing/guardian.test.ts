import { tmpdir } from 'node:os'
import t from 'tap'
import { Guardian } from '../../src/testing/guardian-link.js'
import type { ExitEvent } from '../../src/testing/guardian-protocol.js'

t.test('a program that cannot be run is refused every time, and no end of it is told', async (t) => {
  const guardian = new Guardian()
  t.teardown(async () => { await guardian.end() })
  const ends: Array<ExitEvent | undefined> = []
  const attempts = Array.from({ length: 30 }, async (_, number) =>
    await guardian.spawn(program(`none-${number}`, '/nowhere/program'), (end) => { ends.push(end) }))
  for (const attempt of await Promise.allSettled(attempts)) {
    t.match(attempt, { status: 'rejected', reason: { code: 'ENOENT' } })
  }
  await guardian.end()
  t.strictSame(ends, [])
})

t.test('a program that ends at once is told with its exit code', async (t) => {
  const guardian = new Guardian()
  const awake = setInterval(() => {}, 1000) // a guardian keeps nobody alive
  t.teardown(async () => {
    clearInterval(awake)
    await guardian.end()
  })
  const end = await new Promise<ExitEvent | undefined>((resolve, reject) => {
    guardian.spawn(program('short', process.execPath, ['-e', 'process.exit(7)']), resolve).catch(reject)
  })
  t.match(end, { name: 'short', code: 7, signal: null })
})

function program (name: string, command: string, args: readonly string[] = []): Parameters<Guardian['spawn']>[0] {
  return { name, command, args, folder: tmpdir(), environment: process.env }
}
