/** Checks AWS signatures as AWS does: everything is computed anew from the request as it arrived, with Node's crypto alone. */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** A request as it arrived, with its body read. */
export interface Arrived {
  readonly method: string
  /** Path and query as they stood in the request line. */
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()

/** As RFC 3986 has it: everything but unreserved characters, a percent sign included. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&')

/** Reads a request to its end. */
export const arrived = async (request: IncomingMessage | Http2ServerRequest): Promise<Arrived> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: { host: String(request.headers[':authority']), ...request.headers },
    body: Buffer.concat(chunks),
  }
}

/** What is wrong with a signature, or who signed for what if it is right. */
export const checkSignature = (
  { method, target, headers, body }: Arrived,
  secretOf: (accessKeyId: string) => string | undefined,
): { readonly accessKeyId: string; readonly scope: string; readonly signed: readonly string[] } | string => {
  const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
  const [, accessKeyId = '', scope = '', names = '', signature = ''] = form.exec(headers.authorization ?? '') ?? []
  if (accessKeyId === '') return `no signature in ${headers.authorization ?? 'no authorization'}`
  const secret = secretOf(accessKeyId)
  if (secret === undefined) return `nobody is called ${accessKeyId}`
  const signed = names.split(';')
  // Over HTTP/2 the host goes by another name.
  const required = [
    headers[':authority'] === undefined ? 'host' : ':authority',
    'x-amz-date',
    ...(headers['x-amz-security-token'] === undefined ? [] : ['x-amz-security-token']),
  ]
  const unsigned = required.filter(name => !signed.includes(name))
  if (unsigned.length > 0) return `not signed: ${unsigned.join(', ')}`
  const [path = '', query = ''] = target.split('?')
  const canonical = [
    method,
    path.split('/').map(encoded).join('/'),
    canonicalQuery(query),
    ...signed.map(name => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n')
  const date = String(headers['x-amz-date'])
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const [day = '', region = '', service = '', end = ''] = scope.split('/')
  if (day !== date.slice(0, 8)) return `signed for ${day}, and dated ${date}`
  const key = [day, region, service, end].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return hmac(key, toSign).toString('hex') === signature
    ? { accessKeyId, scope, signed }
    : `the signature does not match this request:\n${canonical}`
}
