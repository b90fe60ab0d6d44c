// The driver as a second installed copy gives it: the same code, other classes.
import { createRequire } from 'node:module'
import type * as driver from '../../src/cqlengine/driver.js'

export function secondDriver (): Pick<typeof driver, 'Client' | 'errors' | 'types'> {
  const require = createRequire(import.meta.url)
  for (const path of Object.keys(require.cache)) {
    if (/[\\/](cassandra-driver|long)[\\/]/.test(path)) Reflect.deleteProperty(require.cache, path)
  }
  return require('cassandra-driver') as typeof driver
}
