// The commands of docs/command-line.md, in their order, as a shell runs them, with the files that the page shows.
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { hosts, localDataCenter, uniqueKeyspace } from '../support/cassandra.js'
import { root } from '../support/root.js'

const page = readFileSync(join(root, 'docs/command-line.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text: text as string }))

t.test('all of them end as the page says', async (t) => {
  const folder = t.testdir()
  const keyspace = await uniqueKeyspace(t)
  for (const { language, text } of blocks.filter((block) => block.language !== 'sh')) {
    const [, name, content] = /^\/\/ (\S+)\n(.*)$/s.exec(text) ?? []
    t.ok(['js', 'ts', 'json'].includes(language as string) && name !== undefined, `a file: ${text.slice(0, 40)}`)
    mkdirSync(dirname(join(folder, name as string)), { recursive: true })
    writeFileSync(join(folder, name as string), content as string)
  }
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/fastify-cqlalchemy'), 'junction')
  // npx itself takes half a second to find what is there.
  writeFileSync(join(folder, 'node_modules/.bin/npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(root, 'dist/command/main.js')}' "$@"\n`)
  chmodSync(join(folder, 'node_modules/.bin/npx'), 0o755)
  const env = {
    ...process.env, PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`, CASSANDRA_HOSTS: hosts.join(','), CASSANDRA_LOCAL_DATA_CENTER: localDataCenter, CASSANDRA_KEYSPACE: keyspace
  }
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'))
  t.ok(lines.length > 0)
  for (const line of lines) {
    const expected = Number(/# exit code (\d)/.exec(line)?.[1] ?? 0)
    const { code, stderr } = await shell(line.replaceAll('--keyspace shop', `--keyspace ${keyspace}`), folder, env)
    t.equal(code, expected, `${line}${code === expected ? '' : `: ${stderr}`}`)
  }
})

function shell (line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number, stderr: string }> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', line], { cwd, env }, (error, _stdout, stderr) => { resolve({ code: error === null ? 0 : Number(error.code), stderr }) })
  })
}
