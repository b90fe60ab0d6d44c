#!/usr/bin/env node
import { flushed } from './output.js'
import { run } from './run.js'

// A reader that has enough, as `head`, is no failure to be told with a stack.
process.stdout.on('error', () => { if (process.stdout.listenerCount('error') === 1) process.exit(1) })

run(process.argv.slice(2)).then(async (code) => {
  await flushed()
  // A user's module may have opened what would keep the process alive.
  process.exit(code)
}, (error: unknown) => { throw error })
