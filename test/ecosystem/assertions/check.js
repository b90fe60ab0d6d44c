// Runs each runner, all of whose tests fail, and looks at what they print. Prints `ok …` or `not ok …` for each fact.
import { execFile } from 'node:child_process'
import { cases } from './cases.js'

const forbidden = ['HIDDENSECRET', 'RangeError', 'Maximum call stack', 'failed to run', 'QueryError', 'PluginError', 'Cannot read private', 'unreadable']

const runners = {
  vitest: { args: ['node_modules/vitest/vitest.mjs', 'run', '--no-color'], head: /^ FAIL {2}vitest\.test\.js > (.*)$/ },
  // In two processes, which send each other what failed.
  jest: { args: ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--no-color', '--maxWorkers=2', '--testMatch=**/*.spec.js', '--transform={}'], head: /^ {2}● (.*)$/ },
  chai: { args: ['messages.js', 'chai'], head: /^● (.*)$/, isShort: true },
  assert: { args: ['messages.js', 'assert'], head: /^● (.*)$/, hasBytes: true }
}

function run (args) {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, CI: '1', NO_COLOR: '1' }, timeout: 240_000, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => { resolve(`${stdout}\n${stderr}`) })
  })
}

/** The messages by the names of their tests; several names may stand before one message. */
function messagesOf (output, head) {
  const messages = new Map()
  let names = []
  let isHead = false
  // eslint-disable-next-line no-control-regex -- colours, which some print all the same
  for (const line of output.replace(/\x1b\[\d+m/g, '').split('\n')) {
    const name = head.exec(line)?.[1]
    if (name !== undefined) names = isHead ? [...names, name] : [name]
    else for (const one of names) messages.set(one, `${messages.get(one) ?? ''}${line}\n`)
    isHead = name !== undefined
  }
  return messages
}

const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }

for (const [runner, { args, head, isShort, hasBytes }] of Object.entries(runners)) {
  const output = await run(args)
  const messages = messagesOf(output, head)
  for (const word of forbidden) tell(!output.includes(word), `${runner}: no message says ${word}`)
  for (const [name, [,, words]] of Object.entries(cases)) {
    for (const test of [name, `${name}, the same`]) {
      const message = messages.get(test) ?? ''
      tell(message !== '', `${runner}, ${test}: fails with a message`)
      tell(message.split('\n').length < 120, `${runner}, ${test}: no dump of ${message.split('\n').length} lines`)
      // chai cuts what is long down to names; node:assert shows the bytes of ids, and nothing that is not enumerable.
      if (isShort !== true && hasBytes !== true) {
        for (const word of words) tell(message.includes(word) || (/the same/.test(test) && /same string/.test(message)), `${runner}, ${test}: says ${word}`)
        tell(!/"buffer"/.test(message), `${runner}, ${test}: ids are texts`)
      }
    }
  }
  if (isShort === true || hasBytes === true) tell(/username/.test(messages.get('two instances') ?? ''), `${runner}: names the columns`)
}
