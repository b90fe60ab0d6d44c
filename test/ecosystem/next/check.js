// `next dev`: the model file is edited while it runs. Then `next build` and `next start`.
const { spawn, execFile } = require('node:child_process')
const { once } = require('node:events')
const { readFileSync, writeFileSync } = require('node:fs')
const { createServer } = require('node:net')
const { setTimeout: pause } = require('node:timers/promises')
const { promisify } = require('node:util')

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }

async function freePort () {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

async function serving (command, act) {
  const port = await freePort()
  const child = spawn(process.execPath, ['node_modules/next/dist/bin/next', command, '--port', String(port)], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk })
  const ended = once(child, 'close')
  try {
    while (!/Ready in|ready started/i.test(output)) {
      if (child.exitCode !== null) throw new Error(output)
      await pause(100)
    }
    await act(async (path, body) => {
      const response = await fetch(`http://localhost:${port}${path}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      const text = await response.text()
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text: text.slice(0, 500) } }
    })
  } catch (error) {
    tell(false, `next ${command}: ${error.message} ${output.slice(-1500)}`)
  } finally {
    process.kill(-child.pid, 'SIGKILL') // its workers too
    await ended
  }
}

async function main () {
  await serving('dev', async (ask) => {
    const created = await ask('/api/users', { username: 'ada' })
    tell(created.status === 201 && created.body.username === 'ada', `next dev: a user is created: ${JSON.stringify(created)}`)
    const file = readFileSync('lib/user.ts', 'utf8')
    for (const [word, column] of [['hi', 'city'], ['dear', 'street']]) {
      const now = file.replace('hello', word).replace('username: c.Text({ required: true })', `username: c.Text({ required: true }),\n  ${column}: c.Text()`)
      writeFileSync('lib/user.ts', now)
      let seen
      for (let i = 0; i < 150 && !seen?.body.columns?.includes(column); i++) {
        await pause(100)
        seen = await ask('/api/users')
      }
      tell(seen.body.columns?.includes(column) && seen.body.greetings[0] === `${word} ada`, `next dev: the edited model takes its place, and so does its table: ${JSON.stringify(seen)}`)
      tell(seen.body.models === 1, 'next dev: there is one model')
    }
    const missing = await ask('/api/users?uid=f47ac10b-58cc-4372-a567-0e02b2c3d479')
    tell(missing.status === 404 && missing.body.code === 'CQL_DOES_NOT_EXIST', `next dev: a missing one is a 404: ${JSON.stringify(missing)}`)
  })
  const built = await promisify(execFile)(process.execPath, ['node_modules/next/dist/bin/next', 'build'], { env, timeout: 240_000, maxBuffer: 1 << 26 }).catch((error) => error)
  tell(built.code === undefined, `next build, with its types: ${built.code === undefined ? '' : `${built.stdout}${built.stderr}`.slice(-2000)}`)
  await serving('start', async (ask) => {
    const created = await ask('/api/users', { username: 'grace' })
    tell(created.status === 201, `next start: a user is created: ${JSON.stringify(created)}`)
    tell((await ask(`/api/users?uid=${created.body.uid}`)).body.username === 'grace', 'next start: and read')
    tell((await ask('/api/users', { username: 5 })).status === 400, 'next start: a wrong one is a 400')
  })
}

main()
