import t from 'tap'
import { join } from 'node:path'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'

t.test('a server that does not start ends the run in one message and exit code 1', async (t) => {
  const outcome = await runScript([join(root, 'tap.config.js'), 'test/workshop/rows.test.ts'], root, { PATH: t.testdir({}), JAVA_HOME: '', CASSANDRA_HOSTS: '' })
  t.match(outcome.lastLine, /^0 passed, [12] failed$/, 'two when the type check fails too')
  t.equal(outcome.code, 1)
  t.match(outcome.stderr, /Java 17/)
  t.match(outcome.stderr, /CASSANDRA_HOSTS/)
  t.notMatch(outcome.stderr, /\n\s+at /, 'no stack trace')
})
