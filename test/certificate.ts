/** A certificate made on the spot, signed by itself, so that no private key lies in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto'

const part = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const sequence = (...content: readonly Buffer[]): Buffer => part(0x30, ...content)
const bits = (content: Buffer): Buffer => part(0x03, Buffer.from([0]), content)
const utcTime = (year: number): Buffer => part(0x17, Buffer.from(`${String(year % 100).padStart(2, '0')}0101000000Z`))

const sha256WithRsa = sequence(part(0x06, Buffer.from('2a864886f70d01010b', 'hex')), part(0x05))
const commonName = Buffer.from('550403', 'hex')
const subjectAltName = Buffer.from('551d11', 'hex')

/** A key and a certificate for this DNS name, good until 2049, in PEM. */
export const certificateFor = (name: string): { readonly key: string; readonly cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const names = sequence(part(0x31, sequence(part(0x06, commonName), part(0x0c, Buffer.from(name)))))
  const alternatives = sequence(part(0x82, Buffer.from(name)))
  const content = sequence(
    part(0xa0, part(0x02, Buffer.from([2]))),
    part(0x02, Buffer.from([1])),
    sha256WithRsa,
    names,
    sequence(utcTime(2020), utcTime(2049)),
    names,
    publicKey.export({ type: 'spki', format: 'der' }),
    part(0xa3, sequence(sequence(part(0x06, subjectAltName), part(0x04, alternatives)))),
  )
  const der = sequence(content, sha256WithRsa, bits(sign('sha256', content, privateKey)))
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
  }
}
