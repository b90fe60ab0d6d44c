// `fastify start app.js`, as its users start it, over HTTP.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const child = spawn(process.execPath, ['node_modules/fastify-cli/cli.js', 'start', '--port', '0', '--log-level', 'info', 'app.js'], { stdio: ['ignore', 'pipe', 'pipe'] })
let text = ''
const url = await new Promise((resolve, reject) => {
  const read = (chunk) => {
    text += chunk
    const [found] = /http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(text) ?? []
    if (found !== undefined) resolve(found)
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  child.on('close', () => { reject(new Error(text)) })
})
async function ask (path, body) {
  const response = await fetch(url + path, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}
const graphql = (query, variables) => ask('/graphql', { query, variables })

const created = await ask('/users', { username: 'ada' })
tell(created.status === 201 && created.body.username === 'ada', `autoload, env and cli: a user is created: ${JSON.stringify(created)}`)
const { uid } = created.body
tell((await ask(`/users/${uid}`)).body.username === 'ada', 'and read')
tell((await ask('/users/f47ac10b-58cc-4372-a567-0e02b2c3d479')).body.code === 'CQL_DOES_NOT_EXIST', 'a missing one is a 404')
tell((await ask('/users', {})).status === 400, 'a wrong one is a 400')
const made = await graphql('mutation ($name: String!) { createUser(username: $name) { uid username visits } }', { name: 'grace' })
tell(made.body.data?.createUser.username === 'grace' && made.body.data.createUser.visits === '0', `mercurius: a mutation: ${JSON.stringify(made)}`)
const found = await graphql('query ($uid: ID!) { user(uid: $uid) { uid username } }', { uid })
tell(found.body.data?.user.uid === uid && found.body.data.user.username === 'ada', `mercurius: a query: ${JSON.stringify(found)}`)
tell((await graphql('{ users { username } }')).body.data?.users.length >= 2, 'mercurius: a list')
const missing = await graphql('{ user(uid: "f47ac10b-58cc-4372-a567-0e02b2c3d479") { uid } }')
tell(missing.body.data?.user === null && missing.body.errors?.length === 1, `mercurius: who is missing is an error beside the data: ${JSON.stringify(missing)}`)
const ended = once(child, 'close')
child.kill('SIGINT')
const [code] = await ended
tell(code === 0, `Ctrl-C ends it in order: ${code} ${text.slice(-300)}`)
