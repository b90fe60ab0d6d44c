import { connect as connectPlain } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface ProbeTarget {
  readonly host: string
  readonly port: number
  /** PEM of the certificate to trust; absent: plain text. */
  readonly ca?: string | undefined
  readonly credentials?: { readonly username: string, readonly password: string } | undefined
  /** Somebody may have changed the password: then a refusal is an answer too. */
  readonly refusalCounts?: boolean
  /** How many other nodes it must be able to tell a client about. Default 0. */
  readonly peers?: number
}

// Opcodes of the native protocol, version 4.
const ERROR = 0x00
const STARTUP = 0x01
const READY = 0x02
const AUTHENTICATE = 0x03
const OPTIONS = 0x05
const SUPPORTED = 0x06
const QUERY = 0x07
const RESULT = 0x08
const AUTH_RESPONSE = 0x0f
const AUTH_SUCCESS = 0x10
const headerLength = 9

// What drivers read of a peer. The server writes these columns one after the other, a while after it saw the peer.
const peersQuery = 'SELECT rpc_address, data_center, rack, host_id, release_version, schema_version, tokens FROM ' +
  'system.peers'

/**
 * Whether the node answers CQL, lets the user in if there is one, and knows its peers. Never rejects; bounded to 5 s.
 */
export async function answersCql (target: ProbeTarget): Promise<boolean> {
  const { host, port, ca, credentials, refusalCounts = false, peers = 0 } = target
  const socket = ca === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ca })
  try {
    return await new Promise<boolean>((resolve) => {
      socket.setTimeout(5000, () => resolve(false))
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
      socket.once(ca === undefined ? 'connect' : 'secureConnect', () => { send(socket, OPTIONS) })

      const enquire = (): void => { peers === 0 ? resolve(true) : send(socket, QUERY, query(peersQuery)) }
      onFrames(socket, (opcode, body) => {
        if (opcode === SUPPORTED) {
          credentials || peers > 0
            ? send(socket, STARTUP, stringMap({ CQL_VERSION: '3.0.0' }))
            : resolve(true)
        } else if (opcode === AUTHENTICATE && credentials) send(socket, AUTH_RESPONSE, token(credentials))
        else if (opcode === READY || opcode === AUTH_SUCCESS) enquire()
        else if (opcode === RESULT) resolve(completeRows(body) >= peers)
        else resolve(opcode === ERROR && refusalCounts)
      })
    })
  } finally {
    socket.destroy()
  }
}

/** The rows that hold no null, of a result without metadata. */
function completeRows (body: Buffer): number {
  const columns = body.readInt32BE(8)
  let rows = body.readInt32BE(12)
  let complete = 0
  for (let at = 16; rows > 0; rows--) {
    let isComplete = true
    for (let column = 0; column < columns; column++) {
      const length = body.readInt32BE(at)
      isComplete &&= length >= 0
      at += 4 + Math.max(0, length)
    }
    if (isComplete) complete++
  }
  return complete
}

/** A query at consistency ONE that wants no metadata in its result. */
function query (cql: string): Buffer {
  const text = Buffer.from(cql)
  const length = Buffer.alloc(4)
  length.writeInt32BE(text.length)
  return Buffer.concat([length, text, Buffer.from([0x00, 0x01, 0x02])])
}

function send (socket: Socket, opcode: number, body: Buffer = Buffer.alloc(0)): void {
  const header = Buffer.from([0x04, 0, 0, 0, opcode, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 5)
  socket.write(Buffer.concat([header, body]))
}

function onFrames (socket: Socket, take: (opcode: number, body: Buffer) => void): void {
  let received = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= headerLength) {
      const end = headerLength + received.readUInt32BE(5)
      if (received.length < end) return
      const frame = received.subarray(0, end)
      received = received.subarray(end)
      take(frame.readUInt8(4), frame.subarray(headerLength))
    }
  })
}

function stringMap (entries: Record<string, string>): Buffer {
  const count = Buffer.alloc(2)
  count.writeUInt16BE(Object.keys(entries).length)
  return Buffer.concat([count, ...Object.entries(entries).flat().map(shortString)])
}

function shortString (text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** SASL PLAIN, as PasswordAuthenticator takes it. */
function token ({ username, password }: { username: string, password: string }): Buffer {
  const bytes = Buffer.from(`\0${username}\0${password}`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
