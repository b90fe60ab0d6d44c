// What a contact point does when one knocks: name, port, TLS, protocol. Without the driver, whose errors tell the last
// thing that happened and not the reason.
import { lookup } from 'node:dns/promises'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import type { Finding } from './finding.js'

/** ms for each step. */
const patience = 3000
/** OPTIONS of version 4 of the native protocol: every node answers it, before any login. */
const options = Buffer.from([4, 0, 0, 1, 5, 0, 0, 0, 0])

/** @param tls the driver's `sslOptions`; absent: plain text */
export async function knock (
  contact: string, usualPort: number, tls: ConnectionOptions | undefined
): Promise<Finding[]> {
  const { host, port } = parts(contact, usualPort)
  const found: Finding[] = []
  if (isIP(host) === 0) {
    try {
      const addresses = await lookup(host, { all: true })
      found.push({
        check: 'dns', state: 'ok', message: `${host} is ${addresses.map(({ address }) => address).join(', ')}`
      })
    } catch {
      return [{
        check: 'dns',
        state: 'failed',
        message: `the name ${host} has no address`,
        remedy: 'correct it in the hosts, or make DNS or /etc/hosts know it; inside of containers names differ from ' +
          'those outside'
      }]
    }
  }
  const socket = connectPlain({ host, port })
  const opened = await outcome(socket, 'connect')
  if (opened !== 'done') {
    socket.destroy()
    return [...found, notOpen(host, port, opened)]
  }
  found.push({ check: 'tcp', state: 'ok', message: `${host}:${port} accepts connections` })
  return [...found, tls === undefined ? await plainly(socket, host, port) : await encrypted(socket, host, port, tls)]
}

function parts (contact: string, usualPort: number): { host: string, port: number } {
  const [, bracketed, after] = /^\[(.+)\](?::(\d+))?$/.exec(contact) ?? []
  if (bracketed !== undefined) return { host: bracketed, port: Number(after ?? usualPort) }
  if (isIP(contact) === 6) return { host: contact, port: usualPort }
  const [host = contact, port] = contact.split(':')
  return { host, port: Number(port ?? usualPort) }
}

function notOpen (host: string, port: number, error: 'silent' | NodeJS.ErrnoException): Finding {
  if (error === 'silent') {
    return {
      check: 'tcp',
      state: 'failed',
      message: `${host}:${port} is silent: no answer within ${patience} ms`,
      remedy: 'a firewall or security group drops the packets, the address is not reachable from here, or the ' +
        'machine is down'
    }
  }
  if (error.code === 'ECONNREFUSED') {
    return {
      check: 'tcp',
      state: 'failed',
      message: `nobody listens on ${host}:${port}`,
      remedy: 'start Cassandra (it takes a minute until it listens), correct host or port, or set rpc_address in ' +
        'cassandra.yaml; `fastify-cqlalchemy cassandra up` starts one here'
    }
  }
  return {
    check: 'tcp',
    state: 'failed',
    message: `${host}:${port} cannot be reached: ${error.code ?? error.message}`,
    remedy: 'check the address and the route to it'
  }
}

async function plainly (socket: Socket, host: string, port: number): Promise<Finding> {
  const answer = await answerOf(socket)
  if (isProtocol(answer)) {
    return { check: 'protocol', state: 'ok', message: `${host}:${port} speaks Cassandra's protocol` }
  }
  if (answer === 'silent') {
    return saysNothing(host, port, 'or it wants TLS: set sslOptions in setupKwargs')
  }
  if (answer === 'closed' || (Buffer.isBuffer(answer) && answer[0] === 0x15)) {
    return {
      check: 'tls',
      state: 'failed',
      message: `${host}:${port} hangs up on plain text: it wants TLS`,
      remedy: 'set sslOptions in setupKwargs: { "sslOptions": { "ca": "…" } }, or take client_encryption_options off ' +
        'the node'
    }
  }
  return {
    check: 'protocol',
    state: 'failed',
    message: `what listens on ${host}:${port} is no Cassandra`,
    remedy: 'correct the port; the usual one is 9042'
  }
}

function saysNothing (host: string, port: number, orElse: string): Finding {
  return {
    check: 'protocol',
    state: 'failed',
    message: `${host}:${port} accepts connections and says nothing`,
    remedy: `the node hangs or is starting, another service listens there, ${orElse}`
  }
}

async function encrypted (socket: Socket, host: string, port: number, tls: ConnectionOptions): Promise<Finding> {
  const secure = connectTls({ rejectUnauthorized: true, ...isIP(host) === 0 && { servername: host }, ...tls, socket })
  const done = await outcome(secure, 'secureConnect')
  if (done === 'done') {
    const answer = await answerOf(secure)
    return isProtocol(answer)
      ? { check: 'tls', state: 'ok', message: `${host}:${port} speaks Cassandra's protocol over TLS` }
      : {
          check: 'tls',
          state: 'failed',
          message: `${host}:${port} takes TLS and does not answer`,
          remedy: 'it may want a certificate of yours: set cert and key in sslOptions'
        }
  }
  secure.destroy()
  // A node without TLS refuses what it is sent.
  if (done === 'silent') return saysNothing(host, port, 'or it speaks no TLS: take sslOptions out of setupKwargs')
  if (
    /wrong version number|packet length|EPROTO|ECONNRESET|disconnected before secure/i.test(
      `${done.code} ${done.message}`
    )) {
    return {
      check: 'tls',
      state: 'failed',
      message: `${host}:${port} speaks no TLS`,
      remedy: 'take sslOptions out of setupKwargs, or switch on client_encryption_options on the node'
    }
  }
  const { code = '', message } = done
  if (/ALTNAME/.test(code)) {
    return {
      check: 'tls',
      state: 'failed',
      message: `the certificate of ${host}:${port} is for another name`,
      remedy: 'name the host as the certificate does, or set checkServerIdentity in sslOptions'
    }
  }
  return {
    check: 'tls',
    state: 'failed',
    message: `the certificate of ${host}:${port} is not trusted (${code || message})`,
    remedy: 'set ca in sslOptions to the certificate of the authority that signed it'
  }
}

const isProtocol = (answer: Buffer | 'silent' | 'closed'): boolean =>
  Buffer.isBuffer(answer) && ((answer[0] ?? 0) & 0x80) !== 0 && ((answer[0] ?? 0) & 0x7f) <= 6 &&
    (answer[4] === 6 || answer[4] === 0)

function outcome (
  socket: Socket, event: 'connect' | 'secureConnect'
): Promise<'done' | 'silent' | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => { resolve('silent') }, patience)
    const settle = (value: 'done' | NodeJS.ErrnoException): void => {
      clearTimeout(timer)
      resolve(value)
    }
    socket.once(event, () => { settle('done') })
    socket.on('error', settle)
    socket.once('close', () => { settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' })) })
  })
}

/** What it says to OPTIONS. */
async function answerOf (socket: Socket): Promise<Buffer | 'silent' | 'closed'> {
  return await new Promise<Buffer | 'silent' | 'closed'>((resolve) => {
    const timer = setTimeout(() => { resolve('silent') }, patience)
    socket.once('data', (data) => { clearTimeout(timer); resolve(data) })
    socket.on('error', () => { clearTimeout(timer); resolve('closed') })
    socket.once('close', () => { clearTimeout(timer); resolve('closed') })
    socket.write(options)
  }).finally(() => { socket.destroy() })
}
