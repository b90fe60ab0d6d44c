import { createPrivateKey, X509Certificate } from 'node:crypto'
import t from 'tap'
import { selfSigned } from '../../src/testing/certificate.js'

t.test('a certificate for the addresses of a cluster, signed by itself', async (t) => {
  for (const count of [1, 3, 60]) { // 60: a length of two bytes in DER
    const addresses = Array.from({ length: count }, (_, i) => `127.128.1.${i + 1}`)
    const { key, certificate } = selfSigned(addresses)
    const parsed = new X509Certificate(certificate)
    for (const address of addresses) t.equal(parsed.checkIP(address), address)
    t.equal(parsed.checkIP('127.9.9.9'), undefined)
    t.equal(parsed.checkHost('localhost'), 'localhost')
    t.ok(parsed.checkPrivateKey(createPrivateKey(key)))
    t.ok(parsed.verify(parsed.publicKey))
    t.ok(parsed.ca)
    t.ok(Date.parse(parsed.validFrom) < Date.now() && Date.parse(parsed.validTo) > Date.now() + 9 * 365 * 86_400_000)
    t.match(key, /^-----BEGIN PRIVATE KEY-----/, 'PKCS#8, as the server reads it')
  }
  t.not(new X509Certificate(selfSigned([]).certificate).serialNumber, new X509Certificate(selfSigned([]).certificate).serialNumber)
})
