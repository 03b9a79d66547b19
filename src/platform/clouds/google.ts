/** Google access tokens: from a credentials file, or as Google's own tools find them. */
import type * as Library from 'google-auth-library'
import type { AuthClient, JWTOptions } from 'google-auth-library'
import type { Fresh } from './fresh.ts'

const scopes = 'https://www.googleapis.com/auth/cloud-platform'
const googleTokens = 'https://oauth2.googleapis.com/token'

/** A credentials file's content. */
type Members = Readonly<Record<string, unknown>>

const isMembers = (value: unknown): value is Members => value !== null && typeof value === 'object'

const textIn = (members: Members, name: string): string => {
  const value = members[name]
  if (typeof value !== 'string') throw new Error(`there is no ${name}, which a file of this type has`)
  return value
}

const membersIn = (text: string): Members => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A parser's message quotes what it read, which is a secret.
    throw new Error('these are no Google credentials: it should be a JSON object with a type such as service_account')
  }
  if (isMembers(value) && typeof value['type'] === 'string') return value
  throw new Error(
    'these are no Google credentials: there is no type, which should be service_account, authorized_user, external_account or impersonated_service_account',
  )
}

/** The library asks Google's own token server, whatever server the file names. */
const redirected = ({ token_uri: tokenUri }: Members): Pick<JWTOptions, 'transporterOptions'> => {
  if (typeof tokenUri !== 'string' || tokenUri === googleTokens || !URL.canParse(tokenUri)) return {}
  const fetchThere: typeof fetch = (input, init) => fetch(String(input) === googleTokens ? tokenUri : input, init)
  return { transporterOptions: { fetchImplementation: fetchThere } }
}

const tokenOf = async (client: AuthClient): Promise<Fresh> => {
  const { token } = await client.getAccessToken()
  if (typeof token !== 'string' || token === '') throw new Error('the token server gave no token')
  const end = client.credentials.expiry_date
  return { text: token, ...(typeof end === 'number' && { lifetime: end - Date.now() }) }
}

/** A service account's token by that of another account, which may act for it. */
const impersonated = async (members: Members, library: typeof Library): Promise<Fresh> => {
  const source = members['source_credentials']
  if (!isMembers(source)) throw new Error('there are no source_credentials, which a file of this type has')
  const { text } = await tokenBy(source, library)
  const response = await fetch(textIn(members, 'service_account_impersonation_url'), {
    method: 'POST',
    headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ delegates: members['delegates'] ?? [], scope: [scopes], lifetime: '3600s' }),
  })
  const answer: unknown = response.ok ? await response.json() : undefined
  if (!isMembers(answer)) throw new Error(`the account may not be impersonated: its server answered ${response.status}`)
  return { text: textIn(answer, 'accessToken'), lifetime: Date.parse(textIn(answer, 'expireTime')) - Date.now() }
}

/** Tokens of another identity provider, from a file, an address, a command or AWS, exchanged for Google's. */
const externalClient = (members: Members, library: typeof Library): AuthClient => {
  const source = members['credential_source']
  const from = isMembers(source) ? source : {}
  const options = { ...members, scopes: [scopes] }
  // The library checks its own options, and says which of them is missing.
  if (from['environment_id'] !== undefined) return new library.AwsClient(options as Library.AwsClientOptions)
  if (from['executable'] !== undefined) {
    return new library.PluggableAuthClient(options as unknown as Library.PluggableAuthClientOptions)
  }
  return new library.IdentityPoolClient(options as unknown as Library.IdentityPoolClientOptions)
}

const clientFor = (members: Members, library: typeof Library): AuthClient => {
  const type = textIn(members, 'type')
  switch (type) {
    case 'service_account':
      return new library.JWT({
        email: textIn(members, 'client_email'),
        key: textIn(members, 'private_key'),
        scopes,
        ...redirected(members),
      })
    case 'authorized_user':
      return new library.UserRefreshClient({
        clientId: textIn(members, 'client_id'),
        clientSecret: textIn(members, 'client_secret'),
        refreshToken: textIn(members, 'refresh_token'),
        ...redirected(members),
      })
    case 'external_account':
      return externalClient(members, library)
    case 'external_account_authorized_user':
      return new library.ExternalAccountAuthorizedUserClient(
        members as unknown as Library.ExternalAccountAuthorizedUserClientOptions,
      )
    default:
      throw new Error(`the type is ${type.slice(0, 40)}, of which no token can be had`)
  }
}

const tokenBy = async (members: Members, library: typeof Library): Promise<Fresh> =>
  members['type'] === 'impersonated_service_account'
    ? impersonated(members, library)
    : tokenOf(clientFor(members, library))

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A token for the credentials in this text. Rejects with why there is none. */
export const googleToken = async (credentials: string): Promise<Fresh> => {
  const members = membersIn(credentials)
  const library = await import('google-auth-library')
  try {
    return await tokenBy(members, library)
  } catch (error) {
    throw new Error(`no Google access token for these credentials (${wordsOf(error)})`, { cause: error })
  }
}

/** A token by the application default credentials. Rejects with where they were looked for. */
export const googleDefaultToken = async (): Promise<Fresh> => {
  const { GoogleAuth, gcpMetadata } = await import('google-auth-library')
  try {
    return await tokenOf(await new GoogleAuth({ scopes }).getClient())
  } catch (error) {
    // The library remembers for good that no metadata server was there, which may only have been slow to start.
    gcpMetadata.resetIsAvailableCache()
    const [why = ''] = wordsOf(error).split('. Browse to')
    throw new Error(
      `no Google access token by the application default credentials (${why}); set GOOGLE_APPLICATION_CREDENTIALS to a credentials file, run gcloud auth application-default login, or give this machine a service account`,
      { cause: error },
    )
  }
}
