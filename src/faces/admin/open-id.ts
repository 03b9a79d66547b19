/** OpenID providers as clients see them, found by discovery and loaded only where people sign in. */
import type * as OpenId from 'openid-client'
import type { IssuerConfig } from '../../config/settings.ts'
import { AdminRefusal } from '../../admin/refusal.ts'

/** What a sign-in goes by. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface OpenIdClient {
  /** Where the person is sent. */
  addressFor(attempt: Attempt): Promise<string>
  /** Whom the provider vouches for, signature and all checked. Rejects where it does not. */
  claimsFor(attempt: Attempt, asked: URLSearchParams): Promise<Readonly<Record<string, unknown>>>
}

export interface OpenIdClients {
  /** Rejects with an AdminRefusal while the provider cannot be reached. */
  of(issuer: IssuerConfig): Promise<OpenIdClient>
}

type Login = NonNullable<IssuerConfig['login']>
type Library = typeof OpenId

const isLoopback = (address: string): boolean => {
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)
}

/** As the provider wants the secret; in the header where it does not say. */
const authOf = (library: Library, secret: string): OpenId.ClientAuth => {
  const [basic, post] = [library.ClientSecretBasic(secret), library.ClientSecretPost(secret)]
  return (server, client, body, headers) => {
    const known = server.token_endpoint_auth_methods_supported
    const wantsPost = known !== undefined && !known.includes('client_secret_basic')
    return wantsPost ? post(server, client, body, headers) : basic(server, client, body, headers)
  }
}

const demandAlgorithm = (token: string | undefined, { algorithms }: IssuerConfig): void => {
  const head: unknown = JSON.parse(Buffer.from(token?.split('.', 1)[0] ?? '', 'base64url').toString('utf8'))
  const alg = head !== null && typeof head === 'object' && 'alg' in head ? head.alg : undefined
  if (!algorithms.some(one => one === alg))
    throw new Error('the id token is signed by an algorithm that is not configured')
}

const clientOf = (library: Library, found: OpenId.Configuration, issuer: IssuerConfig, login: Login): OpenIdClient => ({
  addressFor: async ({ state, nonce, verifier }) => {
    const challenge = await library.calculatePKCECodeChallenge(verifier)
    const address = library.buildAuthorizationUrl(found, {
      redirect_uri: login.redirect,
      scope: 'openid profile email',
      response_type: 'code',
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    return address.href
  },
  claimsFor: async ({ state, nonce, verifier }, asked) => {
    const current = new URL(login.redirect)
    current.search = asked.toString()
    const tokens = await library.authorizationCodeGrant(found, current, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    demandAlgorithm(tokens.id_token, issuer)
    const claims = tokens.claims()
    if (claims === undefined) throw new Error('the provider sent no id token')
    return claims
  },
})

const discover = async (issuer: IssuerConfig, login: Login, secret: string): Promise<OpenIdClient> => {
  const library = await import('openid-client')
  const execute = [
    library.enableNonRepudiationChecks,
    ...(isLoopback(issuer.issuer) ? [library.allowInsecureRequests] : []),
  ]
  const auth = authOf(library, secret)
  const found = await library.discovery(new URL(issuer.issuer), login.clientId, undefined, auth, { execute })
  // To the letter: an address that leads to the same place is not the same issuer.
  if (found.serverMetadata().issuer !== issuer.issuer) throw new Error('the provider calls itself by another name')
  return clientOf(library, found, issuer, login)
}

interface Needs {
  readSecret(reference: string): Promise<string>
  readonly house: { alarm(message: string, error: unknown): void }
}

/** Clients by issuer; found once, anew after a failure or a change of the configuration. */
export const openIdClients = ({ readSecret, house }: Needs): OpenIdClients => {
  const known = new WeakMap<IssuerConfig, Promise<OpenIdClient>>()
  return {
    of: async issuer => {
      const { login } = issuer
      if (login === undefined) throw new AdminRefusal('not-found', 'nobody signs in with this issuer')
      const before = known.get(issuer)
      const asked = before ?? readSecret(login.clientSecret).then(secret => discover(issuer, login, secret))
      known.set(issuer, asked)
      try {
        return await asked
      } catch (error) {
        known.delete(issuer)
        house.alarm(`the OpenID provider ${issuer.id} cannot be used`, error)
        throw new AdminRefusal(
          'unavailable',
          `the OpenID provider "${issuer.id}" cannot be reached or is not set up; the log knows more`,
        )
      }
    },
  }
}
