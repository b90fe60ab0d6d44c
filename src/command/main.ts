#!/usr/bin/env node
import { flushed, tell } from './output.js'
import { exit } from './problem.js'
import { run } from './run.js'

// A reader that has enough, as `head`, is no failure to be told with a stack.
process.stdout.on('error', () => { if (process.stdout.listenerCount('error') === 1) process.exit(1) })

// Node would end with 0, and a build would be green: nothing is open any more that the command could wait for.
process.once('beforeExit', () => {
  tell('error: the command cannot end: it waits for what never comes, such as an await of the module of --db')
  process.exit(exit.failed)
})

run(process.argv.slice(2)).then(async (code) => {
  await flushed()
  // A user's module may have opened what would keep the process alive.
  process.exit(code)
}, (error: unknown) => { throw error })
