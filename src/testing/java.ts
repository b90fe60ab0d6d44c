import { execFile } from 'node:child_process'
import { join, resolve as resolvePath } from 'node:path'
import { alternatives, CassandraStartError, systemCode } from './start-error.js'

/** A Java that Cassandra runs on. */
export interface Java { readonly command: string; readonly version: string; readonly major: number }

const install = 'Install Java 17 (Debian and Ubuntu: apt install openjdk-17-jre-headless) or set JAVA_HOME to one. ' +
  `${alternatives}`
// What the server's build declares: class files of Java 11, 17 supported; on 18 and later its security manager fails.
const supported = new Set([11, 17])

/** Finds `$JAVA_HOME/bin/java`, else `java` on the PATH, and checks its version. */
export async function findJava (): Promise<Java> {
  const home = process.env['JAVA_HOME'] || undefined
  const command = home === undefined ? 'java' : resolvePath(home, 'bin', 'java')
  const output = await describe(command, home)
  const version = /version "([^"]+)"/.exec(output)?.[1]
  if (version === undefined) {
    throw new CassandraStartError('java', `${command} does not tell its version. ${install}`)
  }
  const [first = '', second = ''] = version.split(/[._+-]/)
  const major = Number(first === '1' ? second : first)
  if (!supported.has(major)) {
    throw new CassandraStartError('java', `${command} is Java ${version}, but Cassandra needs Java 17. ${install}`)
  }
  // A wrapper of a version manager would stand between us and the server: signals must reach the server itself.
  const realHome = /^\s*java\.home = (.+)$/m.exec(output)?.[1]
  return { command: realHome === undefined ? command : join(realHome.trim(), 'bin', 'java'), version, major }
}

async function describe (command: string, home: string | undefined): Promise<string> {
  return await new Promise((resolve, reject) => {
    execFile(command, ['-XshowSettings:properties', '-version'], { timeout: 30_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(`${stderr}\n${stdout}`)
      const found = systemCode(error) === 'ENOENT'
        ? (home === undefined
            ? 'There is no Java on this machine: no java on the PATH and JAVA_HOME is not set.'
            : `JAVA_HOME is ${home}, but there is no ${command}.`)
        : `${command} cannot be run (${systemCode(error) ?? `exit code ${error.code}`}` +
          `${stderr === '' ? '' : `: ${stderr.split('\n', 1)[0]}`}).`
      reject(new CassandraStartError('java', `${found} ${install}`, { cause: error }))
    })
  })
}
