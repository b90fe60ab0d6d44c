import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { PageTokenError } from '../../errors.js'

const nonceLength = 12
const tagLength = 16

/**
 * Makes and reads page tokens: the driver's paging state, encrypted (AES-256-GCM) and bound to its query. A state in
 * plain text can be forged to reach other partitions, and one of another query gives wrong rows without an error.
 */
export class PageTokens {
  readonly #keys: readonly Buffer[]
  #warn: ((message: string) => void) | undefined

  /**
   * @param secrets the first encrypts, all decrypt; absent: random, so that tokens hold for this process only
   * @param warn told so at the first token
   */
  constructor (secrets?: string | readonly string[], warn: (message: string) => void = warnProcess) {
    const list = secrets === undefined ? [] : typeof secrets === 'string' ? [secrets] : secrets
    this.#keys = list.length === 0
      ? [randomBytes(32)]
      : list.map((secret) => createHash('sha256').update('fastify-cqlalchemy page token\0').update(secret).digest())
    this.#warn = list.length === 0 ? warn : undefined
  }

  /** @param binding what the token is for: text, parameters, connection and keyspace of the query */
  seal (state: string, binding: string): string {
    this.#warn?.('Page tokens are encrypted with a random key of this process: they are void after a restart and in ' +
      'other processes. Set the option pageTokenSecret')
    this.#warn = undefined
    const nonce = randomBytes(nonceLength)
    const cipher = createCipheriv('aes-256-gcm', this.#keys[0] as Buffer, nonce)
    cipher.setAAD(Buffer.from(binding))
    const sealed = Buffer.concat([cipher.update(state, 'hex'), cipher.final()])
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
  }

  /** @throws {PageTokenError} for a token that is forged, cut, of another query, or made with a secret that is gone */
  open (token: unknown, binding: string): string {
    const bytes = Buffer.from(typeof token === 'string' ? token : '', 'base64url')
    // Several texts stand for the same bytes; only the one that was given out counts.
    if (bytes.length > nonceLength + tagLength && bytes.toString('base64url') === token) {
      for (const key of this.#keys) {
        const state = decrypt(key, bytes, binding)
        if (state !== undefined) return state
      }
    }
    throw new PageTokenError('The page token is not one of this query. Start again at the first page')
  }
}

function decrypt (key: Buffer, bytes: Buffer, binding: string): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength))
  decipher.setAAD(Buffer.from(binding))
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength, bytes.length - tagLength)), decipher.final()])
      .toString('hex')
  } catch {
    return undefined // the tag does not fit: made with another key, for another query, or changed
  }
}

function warnProcess (message: string): void { process.emitWarning(message, 'CQLEngineWarning') }
