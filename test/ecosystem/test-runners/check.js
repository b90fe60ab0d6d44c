// Runs the tests of this project in both runners. Prints `ok …` or `not ok …` for each fact.
import { execFile } from 'node:child_process'

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }

function run (args, env) {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...env, CI: '1', NO_COLOR: '1' }, timeout: 240_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) => { resolve({ code: error?.code ?? 0, output: `${stdout}\n${stderr}` }) })
  })
}

const { CASSANDRA_HOSTS, CASSANDRA_LOCAL_DATA_CENTER, ...bare } = process.env
const runners = {
  'Vitest, which starts a Cassandra': [['node_modules/vitest/vitest.mjs', 'run'], bare, /Tests +4 passed \(4\)/],
  'Jest, on one that runs': [['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--maxWorkers=2'], process.env, /Tests: +4 passed, 4 total/]
}
for (const [name, [args, env, passed]] of Object.entries(runners)) {
  const { code, output } = await run(args, env)
  tell(code === 0 && passed.test(output), `${name}: the tests pass${code === 0 ? '' : `: ${JSON.stringify(output.slice(-1500))}`}`)
  tell(!/did not exit|open handle|failed to terminate|close timed out/i.test(output), `${name}: and it ends by itself`)
}
