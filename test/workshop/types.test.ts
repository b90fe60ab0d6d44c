import t from 'tap'
import { join } from 'node:path'
import { root } from '../support/root.js'
import { compile } from '../support/compile.js'

t.test("the type tests and users' programs compile against the built package, its declarations checked too", async (t) => {
  t.equal(await compile(join(root, 'test/types')), '')
})
