/** A request to its signed headers, by AWS Signature Version 4. */
import { createHash, createHmac } from 'node:crypto'
import type { Hash, Hmac } from 'node:crypto'
import type { SignatureV4 } from '@smithy/signature-v4'
import type { Instant } from '../domain/units.ts'
import type { BodyPiece, Signing, WireRequest } from '../ports/transport.ts'
import { bytesOf as readingOf } from './body-pieces.ts'

/** What AWS hands out for signing. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The credentials in JSON text; undefined for any other text. */
export const awsCredentialsIn = (text: string): AwsCredentials | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Whoever asks says what would be right; the text itself is a secret and must not be shown.
    return undefined
  }
  if (value === null || typeof value !== 'object') return undefined
  const { accessKeyId, secretAccessKey, sessionToken } = value as Readonly<Record<string, unknown>>
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined
  return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' && { sessionToken }) }
}

type Hashed = string | ArrayBuffer | ArrayBufferView

const bytesOf = (data: Hashed): string | Uint8Array => {
  if (typeof data === 'string') return data
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}

/** SHA-256, and its HMAC where there is a secret, in the form in which the signer takes it. */
class Sha256 {
  readonly #make: () => Hash | Hmac
  #hash: Hash | Hmac

  constructor(secret?: Hashed) {
    this.#make = () => (secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret)))
    this.#hash = this.#make()
  }

  update(data: Hashed): void {
    this.#hash.update(bytesOf(data))
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    this.#hash = this.#make()
  }
}

interface Signer {
  readonly credentials: string
  readonly region: string
  readonly service: string
  readonly signer: SignatureV4
}

/** Only what AWS itself reads is signed: what a proxy adds or changes on the way leaves the signature valid. */
const isSigned = (name: string): boolean => name === 'content-type' || name.startsWith('x-amz')

/** The headers that the signer reads, and all others. */
const parted = (headers: readonly string[]) => {
  const signed: Record<string, string> = {}
  const rest: string[] = []
  for (let place = 0; place + 1 < headers.length; place += 2) {
    const name = headers[place] ?? ''
    const value = headers[place + 1] ?? ''
    if (isSigned(name)) signed[name] = value
    else if (name !== 'authorization') rest.push(name, value)
  }
  return { signed, rest }
}

/** A body that is there; undefined for one that is read while it is sent. */
const wholeBody = ({ body }: WireRequest): string | Uint8Array | undefined => {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  const pieces: Uint8Array[] = []
  for (const piece of body) {
    if (typeof piece === 'string') pieces.push(Buffer.from(piece))
    else if (piece instanceof Uint8Array) pieces.push(piece)
    else return undefined
  }
  return Buffer.concat(pieces)
}

/** The hash of such a body: it is read once for it, and again when it is sent. */
const hashOf = async ({ body }: WireRequest): Promise<string> => {
  const pieces = typeof body === 'string' || body instanceof Uint8Array ? [body] : body
  const hash = createHash('sha256')
  for await (const chunk of readingOf(pieces)) hash.update(chunk)
  return hash.digest('hex')
}

/** A signature needs all of a body before any of it is sent: one that can be read only once is held, up to so much. */
const mostHeld = 32 * 1024 * 1024

const canRepeat = (piece: BodyPiece): boolean =>
  typeof piece === 'string' || !('isSpent' in piece) || piece.isSpent === undefined

const withHeldBody = async (request: WireRequest): Promise<WireRequest> => {
  const { body } = request
  if (typeof body === 'string' || body instanceof Uint8Array || body.every(canRepeat)) return request
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of readingOf(body)) {
    size += chunk.length
    if (size > mostHeld) {
      const most = `${mostHeld / 1024 / 1024} MiB`
      throw new Error(
        `its body is read while it is sent, and a signature needs it whole: at most ${most} would be right`,
      )
    }
    chunks.push(chunk)
  }
  return { ...request, body: Buffer.concat(chunks, size) }
}

const queryOf = ({ searchParams }: URL): Record<string, string[]> =>
  Object.fromEntries([...searchParams.keys()].map(name => [name, searchParams.getAll(name)]))

const signerFor = async ({ service, region, credentials }: Signing): Promise<Signer> => {
  const found = awsCredentialsIn(credentials)
  if (found === undefined) {
    throw new Error('the credentials should be JSON with accessKeyId and secretAccessKey, and are not')
  }
  const { SignatureV4: Signature } = await import('@smithy/signature-v4')
  return {
    service,
    region,
    credentials,
    signer: new Signature({ service, region, credentials: found, sha256: Sha256, applyChecksum: false }),
  }
}

/** How many signers are kept: one for each service, region and set of credentials in use. */
const mostSigners = 32

/** Signs requests, keeping what it derived from credentials for the next. Rejects with why not, without the credentials. */
export const awsSigner = (): ((request: WireRequest, signing: Signing, now: Instant) => Promise<WireRequest>) => {
  const known: Signer[] = []
  const find = async (signing: Signing): Promise<SignatureV4> => {
    const { credentials, region, service } = signing
    const kept = known.find(one => one.credentials === credentials && one.region === region && one.service === service)
    if (kept !== undefined) return kept.signer
    const made = await signerFor(signing)
    known.unshift(made)
    known.length = Math.min(known.length, mostSigners)
    return made.signer
  }
  return async (asked, signing, now) => {
    const request = await withHeldBody(asked)
    const body = wholeBody(request)
    const signer = await find(signing)
    const url = new URL(request.url)
    const { signed, rest } = parted(request.headers)
    // The signer takes a hash that stands there for that of the body.
    const told: Record<string, string> = body === undefined ? { 'x-amz-content-sha256': await hashOf(request) } : {}
    const { headers } = await signer.sign(
      {
        method: request.method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port !== '' && { port: Number(url.port) }),
        path: url.pathname,
        query: queryOf(url),
        headers: { ...signed, ...told, host: url.host },
        ...(body !== undefined && { body }),
      },
      { signingDate: new Date(now) },
    )
    const { host: _host, ...written } = headers
    return {
      method: request.method,
      url: request.url,
      ...(request.once === true && { once: true }),
      headers: [...rest, ...Object.entries(written).flat()],
      body: request.body,
    }
  }
}
