/** Requests on their way to five clouds over real sockets: addresses, keys, tokens and signatures as each wants them, answers as each really gave them. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import { runHouse } from '../../src/faces/cli/run-house.ts'
import type { RunningHouse } from '../../src/faces/cli/run-house.ts'
import { arrived, checkSignature } from '../aws-signature.ts'
import type { Arrived } from '../aws-signature.ts'
import { servers } from '../contract/transport.contract.ts'
import { recordings } from '../recordings.ts'
import type { Recording } from '../recordings.ts'
import { hasShared } from '../shared.ts'
import { quietTerminal, virtualKey } from './open-house.ts'

/** Answers that were really given, by what they are asked for here. */
const wanted = {
  geminiWhole: 'ruby_llm:213f06e68b:0',
  geminiStream: 'opentelemetry-python-contrib:a26a593eed:0',
  converseWhole: 'openllmetry:5e48f7d488:0',
  converseStream: 'openllmetry:98d4ac5bc5:0',
  invokeWhole: 'opentelemetry-python-contrib:40e8068173:0',
  invokeStream: 'openllmetry:cc0f4c70e8:0',
  cohereWhole: 'ruby_llm:ef9c30522c:0',
  cohereStream: 'openllmetry:77de902e11:0',
  azureWhole: 'ruby_llm:484a7f8251:0',
  azureStream: 'openllmetry:ae4ca945cc:0',
  claudeWhole: 'ruby_llm:a55019c269:1',
} as const
type Wanted = keyof typeof wanted
const found = new Map<string, Recording>()
const ids: readonly string[] = Object.values(wanted)
for (const one of hasShared ? recordings() : []) if (ids.includes(one.id)) found.set(one.id, one)
const answerFor = (name: Wanted): { readonly type: string; readonly body: Buffer } => {
  const response = found.get(wanted[name])?.response
  const body = response?.body ?? {}
  const bytes = body.text === undefined ? Buffer.from(body.base64 ?? '', 'base64') : Buffer.from(body.text)
  return { type: response?.headers['content-type'] ?? 'application/vnd.amazon.eventstream', body: bytes }
}

const house = servers()
let folder = ''
let running: RunningHouse | undefined
let asked: Arrived[] = []
/** Everything by which one of the clouds could find credentials of this machine's own. */
const ownVariables = /^(?:AWS_|GOOGLE_|GCLOUD_|GCE_|CLOUDSDK_|AZURE_|IDENTITY_|MSI_|METADATA_)/
beforeEach(() => {
  asked = []
  folder = mkdtempSync(join(tmpdir(), 'clouds-'))
  for (const name of Object.keys(process.env).filter(one => ownVariables.test(one))) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', folder)
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  vi.unstubAllEnvs()
  await house.close()
  rmSync(folder, { recursive: true })
})

/** A cloud that gives what was recorded, and its tokens, to whoever asks. */
const cloud = async (answer: Wanted | ((path: string) => { status: number; body: unknown })): Promise<string> => {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const whole = await arrived(request)
    const json = (body: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (whole.target.startsWith('/token')) return json({ access_token: 'ya29.fresh', expires_in: 3600 })
    if (whole.target.startsWith('/msi')) {
      const end = Math.floor(Date.now() / 1000) + 3600
      return json({ access_token: 'entra.fresh', expires_on: String(end), token_type: 'Bearer' })
    }
    asked.push(whole)
    if (typeof answer === 'function') {
      const { status, body } = answer(whole.target)
      return json(body, status)
    }
    const { type, body } = answerFor(answer)
    response.writeHead(200, { 'content-type': type })
    for (let at = 0; at < body.length; at += 61) response.write(body.subarray(at, at + 61))
    response.end()
  }
  const url = await house.http((request, response) => void respond(request, response))
  return url.replace('/v1/chat', '')
}

const open = async (provider: string, model: string) => {
  const { terminal } = quietTerminal({ CLOUD_KEY: 'cloud-key-0123456789' })
  const text = [
    `providers: { them: ${provider} }`,
    `deployments: { it: { provider: them, model: '${model}', maxOutput: 4096 } }`,
    'pools: { all: { candidates: [it] } }',
    "keys: { test: { value: '${TEST_KEY}' } }",
    'server: { host: 127.0.0.1, port: 0 }',
    'store: { durable: memory }',
    'telemetry: { log: off }',
  ].join('\n')
  const { settings, findings } = readSettings(text, 'test', terminal.env)
  if (settings === undefined) throw new Error(JSON.stringify(findings, undefined, 1))
  running = await runHouse(settings, terminal)
  const { url } = running.http
  return {
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: virtualKey, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: virtualKey, maxRetries: 0 }),
  }
}
type Clients = Awaited<ReturnType<typeof open>>

const messages = [{ role: 'user' as const, content: 'Hello' }]
const ask = async ({ openai }: Clients): Promise<string> => {
  const answer = await openai.chat.completions.create({ model: 'all', messages, max_completion_tokens: 99 })
  return answer.choices[0]?.message.content ?? ''
}
const stream = async ({ openai }: Clients): Promise<string> => {
  let text = ''
  const answer = await openai.chat.completions.create({ model: 'all', messages, stream: true })
  for await (const chunk of answer) text += chunk.choices[0]?.delta.content ?? ''
  return text
}
const askClaude = async ({ anthropic }: Clients): Promise<string> => {
  const answer = await anthropic.messages.create({ model: 'all', messages, max_tokens: 99 })
  return answer.content.map(block => (block.type === 'text' ? block.text : '')).join('')
}
const streamClaude = ({ anthropic }: Clients): Promise<string> =>
  anthropic.messages.stream({ model: 'all', messages, max_tokens: 99 }).finalText()

const sent = () => {
  const [one] = asked
  if (one === undefined) throw new Error('nobody was asked')
  return { ...one, json: JSON.parse(one.body.toString()) as Record<string, unknown> }
}

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const secretOf = (id: string): string | undefined => (id === 'AKIDEXAMPLE' ? secretAccessKey : undefined)
const withAwsKeys = (): void => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
}
const claude = 'eu.anthropic.claude-3-5-sonnet-20240620-v1:0'
const arn = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc'

describe.skipIf(!hasShared)('to Gemini', () => {
  it.each([
    ['whole', ask, 'geminiWhole', ':generateContent', 'Ruby is a programming language designed for developer'],
    ['streamed', stream, 'geminiStream', ':streamGenerateContent?alt=sse', 'In tangled webs of cloud and code'],
  ] as const)('%s', async (_, way, answer, verb, text) => {
    const url = await cloud(answer)
    const clients = await open(`{ type: gemini, url: '${url}', key: '\${CLOUD_KEY}' }`, 'gemini-2.5-flash')
    expect(await way(clients)).toContain(text)
    const { target, headers, json } = sent()
    expect(target).toBe(`/v1beta/models/gemini-2.5-flash${verb}`)
    expect(headers['x-goog-api-key']).toBe('cloud-key-0123456789')
    expect(json).toMatchObject({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] })
    expect(json['model']).toBeUndefined()
  })
})

describe.skipIf(!hasShared)('to Vertex', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const vertex = (url: string): string => {
    const path = join(folder, 'account.json')
    const account = {
      type: 'service_account',
      client_email: 'gateway@acme.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `${url}/token`,
    }
    writeFileSync(path, JSON.stringify(account))
    return `{ type: vertex, url: '${url}', project: acme, region: europe-west1, credentials: 'file:${path}' }`
  }
  const place = 'projects/acme/locations/europe-west1'

  it('for Gemini, with the token of a service account', async () => {
    const clients = await open(vertex(await cloud('geminiStream')), 'gemini-2.5-flash')
    expect(await stream(clients)).toContain('In tangled webs of cloud and code')
    expect(sent().target).toBe(
      `/v1beta1/${place}/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
    )
    expect(sent().headers.authorization).toBe('Bearer ya29.fresh')
  })
  it('for Claude, in its own words, from whichever client', async () => {
    const clients = await open(vertex(await cloud('claudeWhole')), 'claude-haiku-4-5@20251001')
    expect(await askClaude(clients)).toBe('Yukihiro Matsumoto created Ruby in 1995.')
    expect(sent().target).toBe(`/v1/${place}/publishers/anthropic/models/claude-haiku-4-5@20251001:rawPredict`)
    expect(sent().json).toEqual({ messages, max_tokens: 99, anthropic_version: 'vertex-2023-10-16' })
    expect(await ask(clients)).toBe('Yukihiro Matsumoto created Ruby in 1995.')
    expect(asked[1]?.target).toBe(sent().target)
  })
})

describe.skipIf(!hasShared)('to Bedrock', () => {
  const bedrock = (url: string, more = ''): string => `{ type: bedrock, url: '${url}', region: eu-central-1${more} }`

  it.each([
    ['whole', ask, 'converseWhole', 'converse', arn, 'Why did the developer start using OpenTelemetry?'],
    ['streamed', stream, 'converseStream', 'converse-stream', 'meta.llama3-2-1b-instruct-v1:0', 'Why'],
    ['whole in the words of Claude', askClaude, 'invokeWhole', 'invoke', claude, 'this is a test'],
    ['streamed in the words of Claude', streamClaude, 'invokeStream', 'invoke-with-response-stream', claude, ' '],
  ] as const)('signed, and %s', async (_, way, answer, verb, model, text) => {
    withAwsKeys()
    const clients = await open(bedrock(await cloud(answer)), model)
    const said = await way(clients)
    expect(said).toContain(text)
    expect(said.length).toBeGreaterThan(10)
    const { target, json } = sent()
    expect(target).toBe(`/model/${encodeURIComponent(model)}/${verb}`)
    expect(checkSignature(sent(), secretOf)).toMatchObject({
      accessKeyId: 'AKIDEXAMPLE',
      scope: expect.stringMatching(/^\d{8}\/eu-central-1\/bedrock\/aws4_request$/),
    })
    expect(json['model']).toBeUndefined()
    if (verb.startsWith('invoke')) {
      expect(json).toEqual({ messages, max_tokens: 99, anthropic_version: 'bedrock-2023-05-31' })
    } else expect(json).toMatchObject({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }] })
  })
  it('with a bearer key', async () => {
    const url = await cloud('converseWhole')
    expect(await ask(await open(bedrock(url, ", key: '${CLOUD_KEY}'"), arn))).toContain('Why did the developer')
    expect(sent().headers.authorization).toBe('Bearer cloud-key-0123456789')
  })
  it('without credentials, which is told and not sent', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const clients = await open(bedrock(await cloud('converseWhole')), arn)
    await expect(ask(clients)).rejects.toMatchObject({ code: 'upstream-credential' })
    expect(asked).toEqual([])
  })
})

describe.skipIf(!hasShared)('to Cohere', () => {
  it.each([
    ['whole', ask, 'cohereWhole', 'The creator of the Ruby programming language'],
    ['streamed', stream, 'cohereStream', 'Ar'],
  ] as const)('%s', async (_, way, answer, text) => {
    const url = await cloud(answer)
    const clients = await open(`{ type: cohere, url: '${url}', key: '\${CLOUD_KEY}' }`, 'command-a-03-2025')
    expect(await way(clients)).toContain(text)
    const { target, headers, json } = sent()
    expect(target).toBe('/v2/chat')
    expect(headers.authorization).toBe('Bearer cloud-key-0123456789')
    expect(json).toMatchObject({ model: 'command-a-03-2025', messages: [{ role: 'user', content: 'Hello' }] })
  })
})

describe.skipIf(!hasShared)('to Azure', () => {
  it('with a key, at the address of a deployment', async () => {
    const url = await cloud('azureStream')
    const clients = await open(
      `{ type: azure, url: '${url}', key: '\${CLOUD_KEY}', apiVersion: 2024-10-21 }`,
      'my-deployment',
    )
    expect((await stream(clients)).length).toBeGreaterThan(20)
    const { target, headers, json } = sent()
    expect(target).toBe('/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21')
    expect(headers['api-key']).toBe('cloud-key-0123456789')
    expect(json).toMatchObject({ stream: true, stream_options: { include_usage: true } })
  })
  it('with an Entra token, at the address of the first version', async () => {
    const url = await cloud('azureWhole')
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential')
    vi.stubEnv('IDENTITY_ENDPOINT', `${url}/msi/token`)
    vi.stubEnv('IDENTITY_HEADER', 'pod')
    const clients = await open(`{ type: azure, url: '${url}' }`, 'gpt-4.1')
    expect(await ask(clients)).toBe('4')
    expect(sent().target).toBe('/openai/v1/chat/completions')
    expect(sent().headers).toMatchObject({ authorization: 'Bearer entra.fresh' })
    expect(sent().headers['api-key']).toBeUndefined()
  })
})

describe('what clouds refuse', () => {
  it.each([
    [
      'Google',
      '{ type: gemini, key: "${CLOUD_KEY}", url: URL }',
      429,
      { error: { code: 429, message: 'Resource exhausted.', status: 'RESOURCE_EXHAUSTED' } },
      'upstream-rate-limited',
    ],
    [
      'Bedrock',
      '{ type: bedrock, key: "${CLOUD_KEY}", url: URL }',
      403,
      { message: 'The security token included in the request is invalid.' },
      'upstream-credential',
    ],
    [
      'Azure',
      '{ type: azure, key: "${CLOUD_KEY}", url: URL }',
      404,
      { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } },
      'model-missing',
    ],
    [
      'Cohere',
      '{ type: cohere, key: "${CLOUD_KEY}", url: URL }',
      401,
      { message: 'invalid api token' },
      'upstream-credential',
    ],
  ])('is told by its kind: %s', async (_, provider, status, body, kind) => {
    const url = await cloud(() => ({ status, body }))
    const clients = await open(provider.replace('URL', url), 'a-model')
    await expect(ask(clients)).rejects.toMatchObject({ code: kind })
    expect(asked.length).toBeGreaterThan(0)
  })
})
