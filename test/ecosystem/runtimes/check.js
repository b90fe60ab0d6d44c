import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const run = (program, args) => promisify(execFile)(program, args, { env: { ...process.env, DENO_DIR: resolve('.deno') }, timeout: 120_000 }).catch((error) => error)

/** The programs are in optional dependencies of the packages `bun` and `deno`, whose install scripts are not run here. */
const { platform, arch } = process
const bun = `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`
const deno = `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`
const found = (...names) => names.map((name) => resolve('node_modules', name)).find((path) => existsSync(path))
const runtimes = {
  Node: [process.execPath],
  Bun: [found(`${bun}/bin/bun`, `${bun}-baseline/bin/bun`)],
  Deno: [found(`${deno}/deno`), 'run', '--allow-all']
}

for (const [name, [program, ...args]] of Object.entries(runtimes)) {
  if (program === undefined) {
    console.log(`skip ${name}: npm has none for ${platform} on ${arch}`)
    continue
  }
  const { stdout, stderr, code } = await run(program, [...args, 'app.js', `runtime_${name.toLowerCase()}`])
  const facts = Object.entries(JSON.parse(stdout.trim() || '{}'))
  for (const [fact, ok] of facts) tell(ok, `${name}: ${fact}`)
  tell(code === undefined && facts.length === 7, `${name}: all of it, and the process ends by itself: ${stderr.slice(0, 1500)}`)
  const server = await run(program, [...args, 'servers.js'])
  tell(server.code === undefined && server.stdout === 'ready 1\n', `${name}: a local Cassandra: ${server.stdout}${server.stderr.slice(0, 1500)}`)
}
