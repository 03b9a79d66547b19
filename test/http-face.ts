/** An HTTP face in front of a fake gateway, with one key, for tests. */
import type { ServerConfig } from '../src/config/settings.ts'
import type { VirtualKeyId } from '../src/domain/ids.ts'
import { millis } from '../src/domain/units.ts'
import { keyringOf } from '../src/faces/http/authenticate.ts'
import type { Keyring } from '../src/faces/http/authenticate.ts'
import { serveHttp } from '../src/faces/http/serve.ts'
import type { HttpFace, HttpOptions } from '../src/faces/http/serve.ts'
import { systemClock } from '../src/platform/process.ts'
import { fakeGateway } from './fake-gateway.ts'
import type { FakeGateway } from './fake-gateway.ts'

export const secret = 'sk-sb-0123456789abcdef0123'
export const bearer = { authorization: `Bearer ${secret}` }
export const serverConfig: ServerConfig = {
  host: '127.0.0.1',
  port: 0,
  maxBodyBytes: 1024 * 1024,
  corsOrigins: ['*'],
  drain: millis(1000),
}

/** A keyring of these secrets; none makes an open house. */
export const ringOf = (...secrets: readonly string[]): Keyring => {
  const made = keyringOf(secrets.map(one => ({ caller: { key: 'ci' as VirtualKeyId }, secret: one })))
  if (!made.ok) throw new Error(made.why)
  return made.value
}

export interface Opened extends Disposable {
  readonly face: HttpFace
  readonly gateway: FakeGateway
  /** POST of JSON with the key, or of text as it is. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** A face on a free port, with the key `secret`. */
export const openFace = async (options: Partial<HttpOptions> = {}): Promise<Opened> => {
  const gateway = fakeGateway()
  const face = await serveHttp({
    gateway,
    keyring: ringOf(secret),
    clock: systemClock(),
    settings: serverConfig,
    ...options,
  })
  return {
    face,
    gateway,
    post: (path, body, headers = {}) =>
      fetch(`${face.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    get: (path, headers = {}) => fetch(`${face.url}${path}`, { headers: { ...bearer, ...headers } }),
    [Symbol.dispose]: () => void face.close(),
  }
}
