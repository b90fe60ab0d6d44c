import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/**
 * A key and a certificate that signs itself, for the given IPv4 addresses and `localhost`, valid for ten years.
 * Node can make keys and signatures but no certificates, and openssl need not be installed: so the few structures of
 * RFC 5280 are written here.
 */
export function selfSigned (addresses: readonly string[]): { readonly key: string, readonly certificate: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' })
  const name = sequence(set(sequence(objectId(2, 5, 4, 3), utf8('fastify-cqlalchemy local Cassandra'))))
  const algorithm = sequence(objectId(1, 2, 840, 10045, 4, 3, 2)) // ecdsa-with-SHA256
  const now = Date.now()
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])), // positive, 16 bytes
    algorithm,
    name, // issuer
    sequence(utcTime(now - 86_400_000), utcTime(now + 10 * 365 * 86_400_000)),
    name, // subject
    publicInfo,
    explicit(3, sequence(
      // BasicConstraints: an authority, since it signs itself
      extension(objectId(2, 5, 29, 19), sequence(boolean(true)), true),
      extension(objectId(2, 5, 29, 14), octets(createHash('sha1').update(publicInfo).digest())), // subjectKeyIdentifier
      extension(objectId(2, 5, 29, 17), sequence( // subjectAltName
        element(0x82, Buffer.from('localhost')),
        ...addresses.map((address) => element(0x87, Buffer.from(address.split('.').map(Number))))
      ))
    ))
  )
  const signature = sign('sha256', body, privateKey)
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: pem('CERTIFICATE', sequence(body, algorithm, bits(signature)))
  }
}

/** DER: a tag, the length, the content. */
function element (tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

const sequence = (...content: Buffer[]): Buffer => element(0x30, ...content)
const set = (...content: Buffer[]): Buffer => element(0x31, ...content)
const explicit = (tag: number, content: Buffer): Buffer => element(0xa0 | tag, content)
const integer = (bytes: Buffer): Buffer => element(0x02, bytes)
const boolean = (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0]))
const octets = (bytes: Buffer): Buffer => element(0x04, bytes)
const bits = (bytes: Buffer): Buffer => element(0x03, Buffer.from([0]), bytes)
const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text))

function extension (id: Buffer, value: Buffer, critical = false): Buffer {
  return sequence(id, ...critical ? [boolean(true)] : [], octets(value))
}

/** YYMMDDhhmmssZ, good until 2049. */
function utcTime (milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, '')
  return element(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

function objectId (first: number, second: number, ...rest: number[]): Buffer {
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128 (value: number): number[] {
  return value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f]
}

function pem (label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`
}
