import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }
const run = (args) => promisify(execFile)(process.execPath, args, { timeout: 120_000 }).catch((error) => error)

const compiled = await run(['node_modules/typescript/bin/tsc', '-p', '.'])
tell(compiled.stdout === '', `it compiles, with decorators and their metadata: ${compiled.stdout}`)
const { stdout, stderr } = await run(['out/main.js'])
const results = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
tell(results.length === 2, `both platforms run: ${stderr.slice(0, 2000)}`)
for (const { platform, answers: { created, read, missing, wrong, again }, isClosed } of results) {
  tell(created.status === 201 && created.body.username === 'ada' && !('password' in created.body), `${platform}: a user is created, hidden columns stay inside: ${JSON.stringify(created)}`)
  tell(read.status === 200 && read.body.uid === created.body.uid, `${platform}: and read`)
  tell(missing.status === 404, `${platform}: DoesNotExist answers 404 by itself: ${JSON.stringify(missing)}`)
  tell(wrong.status === 400 && /username/.test(wrong.body.message), `${platform}: a ValidationError answers 400: ${JSON.stringify(wrong)}`)
  tell(again.status === 409, `${platform}: a condition that was not met answers 409: ${JSON.stringify(again)}`)
  tell(isClosed, `${platform}: the end of the app closes the db`)
}
