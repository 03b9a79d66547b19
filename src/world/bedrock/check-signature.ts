/** AWS's signatures, checked as AWS does: everything is computed anew from the request as it came. */
import { createHash, createHmac } from 'node:crypto'
import { headerOf } from '../speech.ts'
import type { Envelope } from '../speech.ts'

const digest = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const seal = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/** Everything but unreserved characters, a percent sign included: an escaped part is escaped once more. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const canonicalOf = ({ method, url, headers }: Envelope, signed: readonly string[], body: Uint8Array): string => {
  const [path = '', query = ''] = url.split('?', 2)
  // The part of the path that tells providers apart is there for the client too, so it is signed.
  const parts = path.split('/').map(escaped).join('/')
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort()
  const lines = signed.map(name => `${name}:${(headerOf(headers, name) ?? '').trim().replaceAll(/\s+/g, ' ')}\n`)
  return [method, parts, pairs.join('&'), lines.join(''), signed.join(';'), digest(body)].join('\n')
}

/** True if the request is signed at all. */
export const isSigned = ({ headers }: Pick<Envelope, 'headers'>): boolean =>
  headerOf(headers, 'authorization')?.startsWith('AWS4-HMAC-SHA256 ') === true

interface Claim {
  readonly day: string
  readonly region: string
  readonly service: string
  readonly signed: readonly string[]
  readonly signature: string
}

const claimOf = (authorization: string): Claim | undefined => {
  const [, , day, region, service, names, signature] = form.exec(authorization) ?? []
  if (day === undefined || region === undefined || service === undefined) return undefined
  return { day, region, service, signed: (names ?? '').split(';'), signature: signature ?? '' }
}

const faultInClaim = ({ day, service, signed }: Claim, date: string): string | undefined => {
  if (!date.startsWith(day))
    return 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP'
  if (service !== 'bedrock') return "Credential should be scoped to correct service: 'bedrock'."
  return signed.includes('host') && signed.includes('x-amz-date')
    ? undefined
    : "'Host' and 'X-Amz-Date' must be signed."
}

/** Why the signature is not one by this secret; undefined if it is. Any name of a key will do. */
export const faultInSignature = (envelope: Envelope, body: Uint8Array, secret: string): string | undefined => {
  const claim = claimOf(headerOf(envelope.headers, 'authorization') ?? '')
  if (claim === undefined) return 'Authorization header requires existence of Credential, SignedHeaders and Signature.'
  const date = headerOf(envelope.headers, 'x-amz-date') ?? ''
  const fault = faultInClaim(claim, date)
  if (fault !== undefined) return fault
  const scope = [claim.day, claim.region, claim.service, 'aws4_request']
  const canonical = digest(canonicalOf(envelope, claim.signed, body))
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), canonical].join('\n')
  const key = scope.reduce<string | Buffer>((made, part) => seal(made, part), `AWS4${secret}`)
  return seal(key, text).toString('hex') === claim.signature
    ? undefined
    : 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
}
