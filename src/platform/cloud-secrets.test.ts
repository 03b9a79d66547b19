/** Tokens and temporary credentials of three clouds, from servers on this machine that check what they are asked. */
import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { certificateFor } from '../../test/certificate.ts'
import { settle, testClock } from '../../test/clock.ts'
import { servers } from '../../test/contract/transport.contract.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { CredentialId } from '../domain/ids.ts'
import { cloudSecrets, refusals, warmUp } from './cloud-secrets.ts'
import { processSecrets } from './process.ts'

const house = servers()
let folder = ''
/** Everything in the environment by which one of the clouds could find credentials of its own. */
const ownVariables = /^(?:AWS_|GOOGLE_|GCLOUD_|GCE_|CLOUDSDK_|AZURE_|IDENTITY_|MSI_|METADATA_)/
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clouds-'))
  for (const name of Object.keys(process.env).filter(one => ownVariables.test(one))) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await house.close()
  rmSync(folder, { recursive: true })
})

interface Question {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown }

/** A server that remembers what it was asked. */
const answering = async (answer: (question: Question, turn: number) => Reply) => {
  const asked: Question[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const question = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
    asked.push(question)
    const { status = 200, headers = {}, body: said } = answer(question, asked.length)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof said === 'string' ? said : JSON.stringify(said))
  }
  const url = await house.http((request, response) => void listener(request, response))
  return { asked, url: url.replace('/v1/chat', ''), listener }
}

const open = () => {
  const clock = testClock()
  return { clock, secrets: cloudSecrets(processSecrets(process.env, clock), { clock }) }
}
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const minute = 60_000
const soon = (minutes: number): string => new Date(Date.now() + minutes * minute).toISOString()

describe('references', () => {
  it('that are not of a cloud are read as before', async () => {
    vi.stubEnv('A_KEY', 'sk-env')
    const { secrets } = open()
    expect(await secrets.read('${A_KEY}')).toBe('sk-env')
    expect(await secrets.read('plain')).toBe('plain')
    await expect(secrets.read('file:nowhere')).rejects.toThrow('nowhere cannot be read')
  })
  it('that no cloud knows are refused with those that there are', async () => {
    const { secrets } = open()
    await expect(secrets.read('aws:defualt')).rejects.toThrow(
      '"aws:defualt" is no reference; there are aws:default, aws:profile/NAME, google:adc, google:file:PATH, azure:default, azure:scope/SCOPE; did you mean "aws:default"?',
    )
    for (const wrong of ['aws:profile/', 'google:', 'google:sk-mistaken', 'azure:scope/', 'google:service']) {
      await expect(secrets.read(wrong)).rejects.toThrow('is no reference')
    }
  })
})

describe('warming up', () => {
  it('fetches what clouds hand out, each once, leaves other references alone, and tells what cannot be had', async () => {
    const said: string[] = []
    const read: string[] = []
    const failing = {
      read: (reference: string) => {
        read.push(reference)
        return reference === 'aws:default' ? Promise.resolve('{}') : Promise.reject(new Error(`${reference}: no way`))
      },
    }
    const references = ['${KEY}', 'aws:default', 'file:x', '', 'google:adc', 'aws:default']
    warmUp(references, failing, message => void said.push(message))
    await settle()
    expect(read).toEqual(['aws:default', 'google:adc'])
    expect(said).toEqual(['google:adc: no way'])
  })
})

describe('what a provider would not take', () => {
  it('is fetched anew for the next request, and nothing else is', async () => {
    const server = await answering((_, turn) => ({
      body: { AccessKeyId: `A${turn}`, SecretAccessKey: 'S', Expiration: soon(60), Token: 'T' },
    }))
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${server.url}/v1/credentials`)
    const { secrets, clock } = open()
    const references = new Map([
      ['them:0' as CredentialId, 'aws:default'],
      ['plain:0' as CredentialId, '${KEY}'],
    ])
    const hear = refusals(() => references, secrets)
    const ended = (credential: string, kind?: FailureKind): GatewayEvent => {
      const failure = kind === undefined ? {} : { failure: { kind, message: 'no' } }
      const attempt = { ...failure, credential: credential as CredentialId }
      return { type: 'attempt-ended', attempt } as unknown as GatewayEvent
    }
    expect(await secrets.read('aws:default')).toContain('"A1"')
    clock.advance(minute)
    for (const event of [
      ended('them:0'),
      ended('them:0', 'upstream-rate-limited'),
      ended('plain:0', 'upstream-credential'),
      ended('nobody', 'upstream-credential'),
    ])
      hear(event)
    expect(await secrets.read('aws:default')).toContain('"A1"')
    hear(ended('them:0', 'upstream-credential'))
    expect(await secrets.read('aws:default')).toContain('"A2"')
  })
})

describe('Google', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const account = (token_uri: string) => ({
    type: 'service_account',
    project_id: 'acme',
    client_email: 'gateway@acme.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri,
  })
  const claimsOf = (assertion: string): Record<string, unknown> => {
    const [head = '', claims = '', signature = ''] = assertion.split('.')
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(
      true,
    )
    return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
  }

  it('gives a token for a service account, at the token server of its file, and a new one before it ends', async () => {
    const server = await answering((_, turn) => ({ body: { access_token: `ya29.${turn}`, expires_in: 3600 } }))
    const { secrets, clock } = open()
    const reference = `google:file:${file('account.json', account(`${server.url}/token`))}`
    const reads = await Promise.all([secrets.read(reference), secrets.read(reference)])
    expect(reads).toEqual(['ya29.1', 'ya29.1'])
    const form = new URLSearchParams(server.asked[0]?.body)
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/token' })
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(claimsOf(form.get('assertion') ?? '')).toMatchObject({
      iss: 'gateway@acme.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    })
    clock.advance(50 * minute)
    expect(await secrets.read(reference)).toBe('ya29.1')
    expect(server.asked).toHaveLength(1)
    clock.advance(10 * minute)
    expect(await secrets.read(reference)).toBe('ya29.2')
    expect(server.asked).toHaveLength(2)
  })

  it('takes the file itself from a variable, too', async () => {
    const server = await answering(() => ({ body: { access_token: 'ya29.env', expires_in: 3600 } }))
    vi.stubEnv('ACCOUNT_JSON', JSON.stringify(account(`${server.url}/token`)))
    expect(await open().secrets.read('google:${ACCOUNT_JSON}')).toBe('ya29.env')
  })

  it('gives a token for a user who has signed on', async () => {
    const server = await answering(() => ({ body: { access_token: 'ya29.user', expires_in: 3600 } }))
    const user = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' }
    const path = file('user.json', { ...user, token_uri: `${server.url}/token` })
    expect(await open().secrets.read(`google:file:${path}`)).toBe('ya29.user')
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'r',
      client_id: 'c',
    })
  })

  it('gives a token for a workload of another identity provider, in the name of a service account', async () => {
    const server = await answering(({ path }) =>
      path === '/sts'
        ? {
            body: {
              access_token: 'federated',
              issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
              token_type: 'Bearer',
              expires_in: 3600,
            },
          }
        : { body: { accessToken: 'ya29.workload', expireTime: soon(60) } },
    )
    const path = file('workload.json', {
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.url}/sts`,
      service_account_impersonation_url: `${server.url}/accounts/gateway@acme.iam.gserviceaccount.com:generateAccessToken`,
      credential_source: { file: file('subject', 'subject-token') },
    })
    expect(await open().secrets.read(`google:file:${path}`)).toBe('ya29.workload')
    expect(new URLSearchParams(server.asked[0]?.body).get('subject_token')).toBe('subject-token')
    expect(server.asked[1]?.headers.authorization).toBe('Bearer federated')
  })

  it('gives a token for a service account by that of a user who may act for it', async () => {
    const server = await answering(({ path }) =>
      path === '/token'
        ? { body: { access_token: 'ya29.user', expires_in: 3600 } }
        : { body: { accessToken: 'ya29.acting', expireTime: soon(60) } },
    )
    const user = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' }
    const path = file('acting.json', {
      type: 'impersonated_service_account',
      service_account_impersonation_url: `${server.url}/a@acme.iam.gserviceaccount.com:generateAccessToken`,
      source_credentials: { ...user, token_uri: `${server.url}/token` },
    })
    expect(await open().secrets.read(`google:file:${path}`)).toBe('ya29.acting')
    expect(server.asked[1]?.headers.authorization).toBe('Bearer ya29.user')
    expect(JSON.parse(server.asked[1]?.body ?? '')).toMatchObject({
      scope: ['https://www.googleapis.com/auth/cloud-platform'],
    })
  })

  it('gives the token of the machine that it runs on, once its metadata server is there', async () => {
    vi.stubEnv('GCE_METADATA_HOST', '127.0.0.1:9')
    const { secrets } = open()
    await expect(secrets.read('google:adc')).rejects.toThrow(
      'google:adc: no Google access token by the application default credentials (Could not load the default credentials); set GOOGLE_APPLICATION_CREDENTIALS',
    )
    const server = await answering(({ path }) => ({
      headers: { 'metadata-flavor': 'Google' },
      body: path.includes('/token') ? { access_token: 'ya29.machine', expires_in: 3599, token_type: 'Bearer' } : 'ok',
    }))
    vi.stubEnv('GCE_METADATA_HOST', new URL(server.url).host)
    expect(await secrets.read('google:adc')).toBe('ya29.machine')
    const [asked] = server.asked.filter(one => one.path.includes('/token'))
    expect(asked?.path).toContain('/computeMetadata/v1/instance/service-accounts/default/token')
    expect(asked?.headers['metadata-flavor']).toBe('Google')
  })

  it('finds the file that the environment names', async () => {
    const server = await answering(() => ({ body: { access_token: 'ya29.named', expires_in: 3600 } }))
    const account = {
      type: 'external_account',
      audience: 'a',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.url}/sts`,
      credential_source: { file: file('subject', 'subject-token') },
    }
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file('named.json', account))
    expect(await open().secrets.read('google:adc')).toBe('ya29.named')
  })

  it('says what is wrong with credentials, and shows nothing of them', async () => {
    const server = await answering(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
    }))
    const { secrets } = open()
    const cases: readonly (readonly [string, string])[] = [
      [
        file('a.json', account(`${server.url}/token`)),
        'no Google access token for these credentials (invalid_grant: Invalid JWT Signature.)',
      ],
      [
        file('b.json', 'AIzaSyMistakenForAFile0123456789'),
        'these are no Google credentials: it should be a JSON object',
      ],
      [file('c.json', { private_key: 's3cret' }), 'there is no type, which should be service_account'],
      [file('d.json', '{"private_key":"s3cret",}'), 'it should be a JSON object'],
      [file('e.json', { type: 'service_account', client_email: 'a', private_key: 's3cret' }), 'no Google access token'],
      [join(folder, 'none.json'), 'none.json cannot be read (ENOENT)'],
    ]
    for (const [path, why] of cases) {
      const failure: unknown = await secrets.read(`google:file:${path}`).catch((error: unknown) => error)
      expect(String(failure)).toContain(`google:file:${path}: `)
      expect(String(failure)).toContain(why)
      expect(String(failure)).not.toMatch(/s3cret|AIzaSy|PRIVATE KEY/)
    }
  })
})

describe('AWS', () => {
  const credentialsIn = async (read: Promise<string>): Promise<unknown> => JSON.parse(await read) as unknown

  it('gives what the environment holds', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    const { secrets } = open()
    expect(await credentialsIn(secrets.read('aws:default'))).toEqual({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
    })
  })

  it('gives a profile, and what stands there now where its file was changed', async () => {
    const path = file(
      'credentials',
      '[batch]\naws_access_key_id = A1\naws_secret_access_key = S1\naws_session_token = T1\n',
    )
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path)
    const { secrets, clock } = open()
    expect(await credentialsIn(secrets.read('aws:profile/batch'))).toEqual({
      accessKeyId: 'A1',
      secretAccessKey: 'S1',
      sessionToken: 'T1',
    })
    file('credentials', '[batch]\naws_access_key_id = A2\naws_secret_access_key = S2\n')
    clock.advance(15 * minute)
    expect(await credentialsIn(secrets.read('aws:profile/batch'))).toEqual({ accessKeyId: 'A2', secretAccessKey: 'S2' })
  })

  it('gives those of a container, and new ones before they end', async () => {
    const server = await answering((_, turn) => ({
      body: { AccessKeyId: `A${turn}`, SecretAccessKey: 'S', Token: 'T', Expiration: soon(60) },
    }))
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${server.url}/v1/credentials`)
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'pod')
    const { secrets, clock } = open()
    expect(await credentialsIn(secrets.read('aws:default'))).toEqual({
      accessKeyId: 'A1',
      secretAccessKey: 'S',
      sessionToken: 'T',
    })
    expect(server.asked[0]).toMatchObject({ path: '/v1/credentials', headers: { authorization: 'pod' } })
    clock.advance(57 * minute)
    // Still good: given at once, and renewed beside.
    expect(await credentialsIn(secrets.read('aws:default'))).toMatchObject({ accessKeyId: 'A1' })
    await expect.poll(async () => credentialsIn(secrets.read('aws:default'))).toMatchObject({ accessKeyId: 'A2' })
    expect(server.asked).toHaveLength(2)
  })

  it('gives those of the instance that it runs on', async () => {
    const server = await answering(({ path, method }) => {
      if (method === 'PUT') return { body: 'session' }
      if (path.endsWith('/gateway')) {
        return { body: { Code: 'Success', AccessKeyId: 'A', SecretAccessKey: 'S', Token: 'T', Expiration: soon(60) } }
      }
      return { body: 'gateway' }
    })
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', server.url)
    expect(await credentialsIn(open().secrets.read('aws:default'))).toEqual({
      accessKeyId: 'A',
      secretAccessKey: 'S',
      sessionToken: 'T',
    })
    expect(server.asked.at(-1)?.headers['x-aws-ec2-metadata-token']).toBe('session')
  })

  it('gives those of a role for a web identity', async () => {
    const server = await answering(() => ({
      headers: { 'content-type': 'text/xml' },
      body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/gateway/s</Arn><AssumedRoleId>R:s</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>${soon(60)}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    }))
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file('identity', 'web-token'))
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/gateway')
    vi.stubEnv('AWS_ENDPOINT_URL_STS', server.url)
    vi.stubEnv('AWS_REGION', 'eu-central-1')
    expect(await credentialsIn(open().secrets.read('aws:default'))).toEqual({
      accessKeyId: 'ASIAX',
      secretAccessKey: 'S',
      sessionToken: 'T',
    })
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      WebIdentityToken: 'web-token',
    })
  })

  it('says where it looked', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const { secrets } = open()
    await expect(secrets.read('aws:default')).rejects.toThrow(
      /^aws:default: no AWS credentials \(.+\); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role$/,
    )
    await expect(secrets.read('aws:profile/nobody')).rejects.toThrow(
      /^aws:profile\/nobody: no AWS credentials \(.+\); see that the profile nobody is in /,
    )
  })
})

describe('Azure', () => {
  it('gives the token of a managed identity, for the scope that was asked for', async () => {
    // The library keeps tokens, too, but none that ends within five minutes.
    const server = await answering((_, turn) => ({
      body: {
        access_token: `entra.${turn}`,
        expires_on: String(Math.floor(Date.now() / 1000) + 240),
        token_type: 'Bearer',
      },
    }))
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential')
    vi.stubEnv('IDENTITY_ENDPOINT', `${server.url}/msi/token`)
    vi.stubEnv('IDENTITY_HEADER', 'pod')
    const { secrets, clock } = open()
    expect(await secrets.read('azure:default')).toBe('entra.1')
    const asked = new URL(server.asked[0]?.path ?? '', server.url)
    expect(asked.pathname).toBe('/msi/token')
    expect(asked.searchParams.get('resource')).toBe('https://cognitiveservices.azure.com')
    expect(server.asked[0]?.headers['x-identity-header']).toBe('pod')
    expect(await secrets.read('azure:scope/https://cognitiveservices.azure.us/.default')).toBe('entra.2')
    expect(new URL(server.asked[1]?.path ?? '', server.url).searchParams.get('resource')).toContain('azure.us')
    clock.advance(4 * minute)
    expect(await secrets.read('azure:default')).toBe('entra.3')
  })

  it('gives a token for an application and its secret, from an authority of its own', async () => {
    const { key, cert } = certificateFor('localhost')
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, cert])
    try {
      const server = await answering(({ path }) => {
        const authority = `https://localhost:${secure.split(':')[1]}/tenant`
        return path.includes('openid-configuration')
          ? {
              body: {
                issuer: `${authority}/v2.0`,
                authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
                token_endpoint: `${authority}/oauth2/v2.0/token`,
                jwks_uri: `${authority}/keys`,
              },
            }
          : { body: { access_token: 'entra.app', expires_in: 3600, token_type: 'Bearer' } }
      })
      const { listener } = server
      const https: Server = createHttpsServer({ key, cert }, (request, response) => void listener(request, response))
      const secure = await house.listen(https, '127.0.0.1')
      vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential')
      vi.stubEnv('AZURE_AUTHORITY_HOST', `https://localhost:${secure.split(':')[1]}`)
      vi.stubEnv('AZURE_TENANT_ID', 'tenant')
      vi.stubEnv('AZURE_CLIENT_ID', 'app')
      vi.stubEnv('AZURE_CLIENT_SECRET', 'app-secret')
      expect(await open().secrets.read('azure:default')).toBe('entra.app')
      const form = Object.fromEntries(new URLSearchParams(server.asked.at(-1)?.body))
      expect(form).toMatchObject({
        grant_type: 'client_credentials',
        client_id: 'app',
        client_secret: 'app-secret',
        scope: expect.stringContaining('https://cognitiveservices.azure.com/.default'),
      })
    } finally {
      setDefaultCACertificates(before)
    }
  })

  it('says what to do where there is nothing to go by', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential')
    await expect(open().secrets.read('azure:default')).rejects.toThrow(
      /^azure:default: no Entra token \([\s\S]+\); set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, run az login, or give this machine a managed identity$/,
    )
  })

  it('names the package that it needs where it is not installed', async () => {
    vi.doMock('@azure/identity', () => {
      throw new Error("Cannot find package '@azure/identity'")
    })
    await expect(open().secrets.read('azure:default')).rejects.toThrow(
      /run npm install @azure\/identity, or give the provider a key$/,
    )
    vi.doUnmock('@azure/identity')
    await settle()
  })
})
