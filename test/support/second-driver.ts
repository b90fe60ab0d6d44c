// The driver as a second installed copy gives it: its files in another folder, so its modules and classes are others, as those of its `long` are.
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type * as driver from '../../src/cqlengine/driver.js'

export type Driver = Pick<typeof driver, 'Client' | 'errors' | 'types'>

/** A copy of its own for each call; its files go at the end of the test. */
export function secondDriver (t: Pick<Test, 'teardown'>): Driver {
  const folder = mkdtempSync(join(tmpdir(), 'second-driver-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('cassandra-driver'))
  for (const name of ['cassandra-driver', 'long', 'adm-zip']) {
    const installed = resolve.paths(name)?.map((modules) => join(modules, name)).find((path) => existsSync(path))
    if (installed === undefined) throw new Error(`${name} is not installed`)
    cpSync(installed, join(folder, 'node_modules', name), { recursive: true })
  }
  return createRequire(join(folder, 'program.js'))('cassandra-driver') as Driver
}
