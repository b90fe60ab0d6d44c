import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { CQLAlchemy } from '../cqlalchemy.js'
import { isDriverError } from '../cqlengine/connection/driver-error.js'
import { readSettings, type Settings } from '../settings/read-settings.js'
import type { Command } from './command.js'
import { clusterFindings } from './doctor/cluster.js'
import type { Finding } from './doctor/finding.js'
import { knock } from './doctor/knock.js'
import { messageOf } from './explained.js'
import { connect, ownOptions } from './load-db.js'
import { coloured, print, printJson } from './output.js'
import { exit } from './problem.js'

const help = `Usage: fastify-cqlalchemy doctor [options]

Goes the way of an app to its cluster: configuration, names, ports, TLS,
protocol, login, data center, keyspace, replication, schema; tells what works,
what does not, and what to do. Needs no db, only the configuration.

  --hosts <a,b>        contact points, instead of CASSANDRA_HOSTS
  --keyspace <name>    keyspace, instead of CASSANDRA_KEYSPACE
  --json               a list of { "check", "state", "message", "remedy" },
                       alone on stdout

Exit code: 0 all works; 1 something does not; 130 after Ctrl-C.
Example: fastify-cqlalchemy doctor --hosts 10.0.0.5`

export const command: Command = {
  help,
  options: { hosts: { type: 'string' }, keyspace: { type: 'string' }, json: { type: 'boolean' } },
  operands: [],
  whenInterrupted: 'what comes behind was not looked at',
  run: async (given) => {
    const isJson = given.flag('json')
    const findings: Finding[] = []
    for await (const finding of examined(ownOptions(given))) {
      findings.push(finding)
      if (!isJson) show(finding)
    }
    if (isJson) printJson(findings)
    return findings.some(({ state }) => state === 'failed') ? exit.failed : exit.done
  }
}

function show ({ state, message, remedy }: Finding): void {
  const mark = state === 'ok'
    ? coloured('green', 'ok    ')
    : state === 'note' ? coloured('yellow', 'note  ') : coloured('red', 'FAILED')
  print(`${mark}  ${message}`)
  if (remedy !== undefined) print(`        ${remedy}`)
}

async function * examined (options: { readonly hosts?: unknown }): AsyncGenerator<Finding, void, undefined> {
  let settings: Settings
  try {
    settings = readSettings(options as object)
  } catch (error) {
    yield {
      check: 'configuration',
      state: 'failed',
      message: messageOf(error),
      remedy: 'set CASSANDRA_HOSTS and CASSANDRA_KEYSPACE in the environment or .env, or give --hosts and --keyspace'
    }
    return
  }
  const { hosts, driver, consistency } = settings.default
  yield {
    check: 'configuration',
    state: 'ok',
    message: `the configuration is complete: ${hosts?.length ?? 0} contact point${hosts?.length === 1 ? '' : 's'}`
  }
  const copies = secondDriver()
  if (copies !== undefined) yield copies
  let isReachable = hosts === undefined
  for (const contact of hosts ?? []) {
    const found = await knock(
      contact, driver.protocolOptions?.port ?? 9042, driver.sslOptions as ConnectionOptions | undefined
    )
    yield * found
    isReachable ||= found.every(({ state }) => state !== 'failed')
  }
  if (!isReachable) return
  const db = new CQLAlchemy()
  try {
    await connect(db, { connectTimeout: 15_000, ...options as object })
  } catch (error) {
    yield refused(error)
    return
  }
  try {
    yield * await clusterFindings(db, settings.keyspace, consistency)
  } catch (error) {
    yield {
      check: 'connection',
      state: 'failed',
      message: `connected, but reading fails: ${messageOf(error)}`,
      remedy: 'the login may lack rights on system_schema, or the nodes are overloaded'
    }
  } finally {
    await db.close()
  }
}

/** Why the driver did not get in, though the port answers. */
function refused (error: unknown): Finding {
  const causes = isDriverError(error, 'NoHostAvailableError')
    ? [error, ...Object.values<unknown>(error.innerErrors ?? {})]
    : [error]
  const texts = causes.map((one) => one instanceof Error ? one.message : String(one))
  if (causes.some((one) => isDriverError(one, 'AuthenticationError')) ||
    texts.some((text) => /authenticat|credentials|username/i.test(text))) {
    return {
      check: 'login',
      state: 'failed',
      message: 'the login is missing or wrong',
      remedy: 'set credentials in setupKwargs: { "credentials": { "username": "…", "password": "…" } }'
    }
  }
  const center = causes.find((one) => isDriverError(one, 'ArgumentError')) as Error | undefined
  if (center !== undefined) {
    return {
      check: 'data center',
      state: 'failed',
      message: center.message,
      remedy: 'set CASSANDRA_LOCAL_DATA_CENTER to one of those, or leave it out'
    }
  }
  return {
    check: 'connection',
    state: 'failed',
    message: `the driver cannot connect: ${texts.join('; ').slice(0, 500)}`,
    remedy: 'the driver also needs the addresses that the nodes tell of each other: see broadcast_rpc_address in ' +
      'cassandra.yaml'
  }
}

/** Errors and values of one copy are no instances of the other's classes. */
function secondDriver (): Finding | undefined {
  const [own, theirs] = [driverFrom(import.meta.url), driverFrom(join(process.cwd(), 'package.json'))]
  if (own === undefined || theirs === undefined || own.folder === theirs.folder) return undefined
  return {
    check: 'driver',
    state: 'note',
    message: `this project has a second copy of cassandra-driver (${theirs.version}, and this package ` +
      `${own.version}): instanceof with its classes is false for what this package throws and gives`,
    remedy: 'npm dedupe, or import types and errors from fastify-cqlalchemy'
  }
}

/** The copy that an import in that file finds. */
function driverFrom (file: string): { readonly folder: string, readonly version: string } | undefined {
  try {
    const require = createRequire(file)
    const { version } = require('cassandra-driver/package.json') as { readonly version: string }
    return { folder: realpathSync(dirname(require.resolve('cassandra-driver/package.json'))), version }
  } catch {
    return undefined
  }
}
