/** A small OpenID provider on a real port: discovery, keys, authorisation, tokens; a test says whom it vouches for, and how it lies. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

interface Granted {
  readonly nonce: string | null
  readonly challenge: string | null
  readonly redirect: string | null
}

export interface OpenIdProvider {
  readonly issuer: string
  /** Whom it vouches for from now on. */
  claims: Record<string, unknown>
  /** What it says instead of what it was asked. */
  lies: Record<string, unknown>
  /** Signs with a key that it does not show. */
  forges: boolean
  /** How often a code was exchanged, rightly or not. */
  exchanges: number
  /** What a browser would do at its page: the address that it is sent back to. */
  approve(address: string): Promise<string>
  close(): Promise<void>
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** Opens it; its client is `signalbox` with the secret `client-secret`. */
export const openIdProvider = async (): Promise<OpenIdProvider> => {
  const [own, strange] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')]
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const codes = new Map<string, Granted>()
  const provider = {
    claims: {} as Record<string, unknown>,
    lies: {} as Record<string, unknown>,
    forges: false,
    exchanges: 0,
  }

  const tokens = async (request: IncomingMessage, response: ServerResponse, issuer: string): Promise<void> => {
    provider.exchanges += 1
    const asked = new URLSearchParams(await textOf(request))
    const sent = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString()
    const granted = codes.get(asked.get('code') ?? '')
    codes.delete(asked.get('code') ?? '')
    const proof = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight =
      decodeURIComponent(sent) === 'signalbox:client-secret' &&
      granted !== undefined &&
      granted.challenge === proof &&
      granted.redirect === asked.get('redirect_uri')
    if (!isRight) return json(response, 400, { error: 'invalid_grant' })
    const payload = {
      iss: issuer,
      aud: 'signalbox',
      sub: 'u-1',
      nonce: granted.nonce,
      ...provider.claims,
      ...provider.lies,
    }
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(provider.forges ? strange.privateKey : own.privateKey)
    json(response, 200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: token })
  }

  const server = createServer((request, response) => {
    const issuer = `http://${request.headers.host ?? ''}`
    const url = new URL(request.url ?? '', issuer)
    if (url.pathname === '/.well-known/openid-configuration') {
      return json(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      })
    }
    if (url.pathname === '/keys') return json(response, 200, { keys: [jwk] })
    if (url.pathname === '/token') return void tokens(request, response, issuer)
    if (url.pathname !== '/authorize') return json(response, 404, {})
    const code = randomUUID()
    const said = (name: string): string | null => url.searchParams.get(name)
    codes.set(code, { nonce: said('nonce'), challenge: said('code_challenge'), redirect: said('redirect_uri') })
    const back = new URL(said('redirect_uri') ?? '')
    back.search = new URLSearchParams({ code, state: said('state') ?? '' }).toString()
    response.writeHead(302, { location: back.href }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(provider, {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    approve: async (address: string) => {
      const { headers } = await fetch(address, { redirect: 'manual' })
      return headers.get('location') ?? ''
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  })
}
