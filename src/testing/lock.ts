import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { ListenOptions, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemCode } from './start-error.js'

/**
 * Locks held by the kernel: a listening socket exists once and goes with its process, however that ends.
 * So no holder can crash and block for ever, as it could with a lock file.
 */
export interface Lock { release (): void }

/** Takes the lock on a file or folder, or gives undefined while another holder (of this process or another) has it. */
export async function acquireLock (path: string, owner: number): Promise<Lock | undefined> {
  const address = socketOf(path)
  const server = await listen({ path: address }, `${owner}`) ??
    (await askSocket(address) === undefined && removeStale(address)
      ? await listen({ path: address }, `${owner}`)
      : undefined)
  return server && { release: () => { server.close() } }
}

/** The process for which the lock is held, or undefined. */
export async function lockOwner (path: string): Promise<number | undefined> {
  const answer = await askSocket(socketOf(path))
  return answer === undefined ? undefined : Number(answer)
}

/** Listens, greeting everyone who connects; undefined when the address is taken. */
export async function listen (options: ListenOptions, greeting = ''): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => { socket.destroy() })
    socket.end(greeting)
  })
  server.unref()
  return await new Promise((resolve, reject) => {
    server.once('error', (error) => systemCode(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error))
    server.listen({ ...options, exclusive: true }, () => resolve(server))
  })
}

function socketOf (path: string): string {
  const name = `fastify-cqlalchemy-${createHash('sha256').update(path).digest('hex').slice(0, 24)}`
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
}

/** Only a socket that is a file can be left behind by a crash; Linux has names without files. */
function removeStale (address: string): boolean {
  if (address.startsWith('\0')) return false
  unlinkSync(address)
  return true
}

async function askSocket (path: string): Promise<string | undefined> {
  return await new Promise((resolve) => {
    let answer = ''
    const socket = connect({ path })
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => { answer += text })
    socket.on('end', () => { resolve(answer) })
    socket.on('error', () => { resolve(undefined) })
  })
}
