// Prints what chai and node:assert say, each message after its name.
import assert from 'node:assert/strict'
import { expect } from 'chai'
import { cases } from './cases.js'

const ways = {
  chai: [(actual, expected) => { expect(actual).to.deep.equal(expected) }, (actual, expected) => { expect(actual).to.equal(expected) }],
  assert: [(actual, expected) => { assert.deepEqual(actual, expected) }, (actual, expected) => { assert.equal(actual, expected) }]
}
for (const [name, [actual, expected]] of Object.entries(cases)) {
  for (const [i, fail] of ways[process.argv[2]].entries()) {
    try {
      fail(actual, expected)
    } catch (error) {
      console.log(`● ${name}${i === 0 ? '' : ', the same'}\n${error.message}`)
    }
  }
}
