import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Programs in the place of Java and Maven, for what the real ones do too slowly or never.

/** serve: answers OPTIONS; die: writes a log and ends; hang: says nothing. */
export type FakeServer = 'serve' | 'die' | 'hang'

/** A JAVA_HOME whose java claims this version. */
export function fakeJavaHome (folder: string, version: string, server: FakeServer = 'serve'): string {
  program(join(folder, 'bin'), 'java', `
const { readFileSync } = require('node:fs')
const { createServer } = require('node:net')
const { dirname, join } = require('node:path')
if (process.argv.includes('-version')) {
  console.error('openjdk version "${version}" 2024-01-01')
  process.exit()
}
const yaml = readFileSync(join(dirname(process.argv[2].slice(1)), 'cassandra.yaml'), 'utf8')
const setting = (name) => new RegExp('^' + name + ': (.*)$', 'm').exec(yaml)[1]
const servers = {
  serve: () => createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => { socket.write(Buffer.from('840000000600000000', 'hex')) })
  }).listen(setting('native_transport_port'), setting('rpc_address'), () => { console.log('INFO Startup complete') }),
  die: () => {
    console.log('INFO  reading settings\\nERROR the disk is on fire\\n\\tat org.example.Fire(Fire.java:1)')
    process.exitCode = 3
  },
  hang: () => setInterval(() => {}, 1000)
}
servers.${server}()
`)
  return folder
}

/** A folder for the PATH with an mvn that notes each call in `calls`, and then runs this code; `lib` is where the jars go. */
export function fakeMaven (folder: string, code: string): string {
  program(folder, 'mvn', `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const lib = process.argv.find((arg) => arg.startsWith('-Dlib.dir=')).slice('-Dlib.dir='.length)
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, 'called\\n')
${code}
`)
  return folder
}

/** For `fakeMaven`: brings twelve jars, and writes what Maven writes about it. */
export const bringsJars = `
for (const name of ['cassandra-all-5.0.8', 'jamm-0.4.0', ...Array.from({ length: 10 }, (_, i) => 'other-' + i)]) {
  writeFileSync(join(lib, name + '.jar'), name)
  console.log('[INFO] Downloaded from central: https://repo.example/' + name + '.jar (1 kB at 1 kB/s)')
}`

// The code beside the program: a file without extension would be what the nearest package.json says.
function program (folder: string, name: string, code: string): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(`${file}.cjs`, code)
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${file}.cjs' "$@"\n`)
  chmodSync(file, 0o755)
}
