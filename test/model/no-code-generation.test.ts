import { fileURLToPath } from 'node:url'
import t from 'tap'
import { root } from '../support/root.js'
import { runScript } from '../support/run-script.js'

t.test('models work where code must not be made from strings, in partly loaded rows too', async (t) => {
  const program = fileURLToPath(new URL('programs/no-code-generation.js', import.meta.url))
  const { code, stderr } = await runScript(['--disallow-code-generation-from-strings', program], root)
  t.equal(code, 0, stderr)
})
