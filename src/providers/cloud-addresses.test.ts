/** Providers in clouds ask where the recorded traffic went: same host, same path, model and all; and say what they lack. */
import { describe, expect, it } from 'vitest'
import { askedOf, plainDeployment } from '../../test/asking.ts'
import { rawOf, requestOf } from '../../test/fake-dialect.ts'
import { recordings } from '../../test/recordings.ts'
import type { Recording } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import type { CredentialId, DialectId, ProviderId } from '../domain/ids.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { ProviderAdapter } from '../ports/provider.ts'
import type { WireRequest } from '../ports/transport.ts'
import { providerTypeOf } from './registry.ts'
import type { ProviderSettings } from './speak.ts'

const id = 'them' as ProviderId
const now = 1_700_000_000_000 as Instant
type Given = Partial<Omit<ProviderSettings, 'credentials'>> & { readonly key?: string }

const tried = (type: string, { key = '${KEY}', ...given }: Given) =>
  providerTypeOf(type)?.({
    id,
    version: '1',
    credentials: [{ id: 'c' as CredentialId, reference: key, weight: 1 }],
    ...given,
  })
const made = (type: string, given: Given): ProviderAdapter => {
  const adapter = tried(type, given)
  if (adapter?.ok !== true) throw new Error(adapter?.why ?? `no type ${type}`)
  return adapter.value
}
interface Wanted {
  readonly model: string
  readonly stream?: boolean
  /** The client's dialect, for the express lane. */
  readonly from?: string
  readonly body?: Record<string, unknown>
  readonly headers?: readonly string[]
}
const wireOf = (adapter: ProviderAdapter, { model, stream = false, from, body = {}, headers }: Wanted): WireRequest => {
  const raw = from === undefined ? {} : { raw: rawOf(from as DialectId, { model: 'pool', stream, ...body }, headers) }
  const asked = askedOf(
    adapter,
    requestOf({ stream, limits: { maxOutputTokens: tokens(9), stop: [] }, ...raw }),
    plainDeployment(adapter, model),
  )
  return adapter.authorize(asked.wire, 'the-secret', now)
}
const urlOf = (type: string, given: Given, wanted: Wanted): string => wireOf(made(type, given), wanted).url
const headersOf = ({ headers }: WireRequest): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: headers.length / 2 }, (_, at) => [headers[2 * at] ?? '', headers[2 * at + 1] ?? '']),
  )
const bodyOf = ({ body }: WireRequest): Record<string, unknown> =>
  JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)) as Record<string, unknown>

/** What a configuration would have said for this recording, and the model that was asked; undefined where it was no chat. */
const settingsFor = ({ provider, request, surface }: Recording): (Given & { readonly model: string }) | undefined => {
  const { host, path, query } = request
  const found = (pattern: RegExp): Record<string, string> | undefined => pattern.exec(path)?.groups
  if (provider === 'bedrock') {
    const model = found(/^\/model\/(?<model>.+)\/converse/)?.['model']
    const region = /^bedrock-runtime\.(.+)\.amazonaws/.exec(host)?.[1] ?? ''
    return model === undefined ? undefined : { model, options: { region } }
  }
  if (provider === 'gemini') {
    const model = found(/models\/(?<model>[^:]+):(?:stream)?[gG]enerateContent/)?.['model']
    return model === undefined ? undefined : { model }
  }
  if (provider === 'vertex') {
    const { version, project, region, model } =
      found(
        /^\/(?<version>v1\w*)\/projects\/(?<project>[^/]+)\/locations\/(?<region>[^/]+)\/.*models\/(?<model>[^:]+):(?:stream)?[gG]en/,
      ) ?? {}
    // A recording of which the place was cut out says nothing of hosts.
    if (model === undefined || region === undefined || region.startsWith('<')) return undefined
    return { model, key: 'google:adc', options: { project: project ?? '', region, apiVersion: version ?? '' } }
  }
  if (provider === 'cohere') return surface === 'v2_chat' ? { model: 'command-r' } : undefined
  if (provider !== 'azure' || !['chat', 'responses'].includes(surface)) return undefined
  const model = found(/deployments\/(?<model>[^/]+)/)?.['model'] ?? 'the-model'
  const url = `https://${host}${path.startsWith('/models') ? '/models' : ''}`
  return { model, url, options: { apiVersion: query.replace('api-version=', '') || 'v1' } }
}

describe.skipIf(!hasShared)('the recorded address', () => {
  const seen = new Map<string, Recording>()
  for (const one of hasShared ? recordings() : []) {
    const { host, path, query } = one.request
    if (settingsFor(one) !== undefined) seen.set(`${one.provider} ${host}${path}${query}`, one)
  }
  it.each([...seen])('%s is asked', (_, recording) => {
    const given = settingsFor(recording)
    const { request, provider, stream } = recording
    const { model = '', ...settings } = given ?? {}
    const wanted = { model, stream, ...(recording.surface === 'responses' && { from: 'openai-responses' }) }
    const url = new URL(urlOf(provider, settings, wanted).replace(/<[A-Z_]+>/, 'region'))
    expect(url.host).toBe(request.host.replace(/<[A-Z_]+>/, 'region'))
    expect(decodeURIComponent(url.pathname)).toBe(decodeURIComponent(request.path))
    // One client asks for numbers in place of names.
    if (!request.query.includes('enum-encoding')) expect(url.search.slice(1)).toBe(request.query)
  })
  it('is one of many', () => expect(seen.size).toBeGreaterThan(60))
})

describe('the length of a request', () => {
  const counting = (type: string, given: Given, { model, from = 'openai-chat' }: Wanted) => {
    const adapter = made(type, given)
    const { raw: _raw, ...chat } = requestOf()
    const request = { ...chat, operation: 'count-tokens' as const, raw: rawOf(from as DialectId, {}) }
    const asked = askedOf(adapter, request, plainDeployment(adapter, model))
    const answered = (answer: unknown): unknown => {
      const reader = asked.read({ status: 200, headers: { 'content-type': 'application/json' } })
      const deliveries = [reader.push(new TextEncoder().encode(JSON.stringify(answer))), reader.end()]
      return deliveries.flatMap(one => one.answer?.result ?? [])[0]
    }
    return { path: new URL(asked.wire.url).pathname, body: bodyOf(asked.wire), answered }
  }
  const place = '/projects/acme/locations/global'
  const vertex = { key: 'google:adc', options: { project: 'acme' } }

  it('is asked of Google with the whole request, and of Vertex with the parts that count', () => {
    const own = counting('gemini', {}, { model: 'gemini-x' })
    expect(own.path).toBe('/v1beta/models/gemini-x:countTokens')
    expect(own.body).toMatchObject({
      generateContentRequest: { model: 'models/gemini-x', contents: expect.any(Array) },
    })
    expect(own.answered({ totalTokens: 7, totalBillableCharacters: 25 })).toEqual({ type: 'token-count', input: 7 })
    const hosted = counting('vertex', vertex, { model: 'gemini-x' })
    expect(hosted.path).toBe(`/v1beta1${place}/publishers/google/models/gemini-x:countTokens`)
    expect(hosted.body['contents']).toBeDefined()
    expect(Object.keys(hosted.body)).not.toContain('safetySettings')
  })
  it('is asked for Claude in Vertex at one door for all models', () => {
    const { path, body, answered } = counting('vertex', vertex, { model: 'claude-x@1', from: 'anthropic-messages' })
    expect(path).toBe(`/v1${place}/publishers/anthropic/models/count-tokens:rawPredict`)
    expect(body).toMatchObject({ model: 'claude-x@1', messages: expect.any(Array) })
    expect(body['max_tokens']).toBeUndefined()
    expect(answered({ input_tokens: 12 })).toEqual({ type: 'token-count', input: 12 })
  })
  it('is asked of Bedrock by the model, not by the profile of its regions, whoever asks', () => {
    const given = { options: { region: 'us-east-1' } }
    for (const from of ['openai-chat', 'anthropic-messages']) {
      const { path, body, answered } = counting('bedrock', given, { model: 'us.anthropic.claude-x-v1:0', from })
      expect(path).toBe('/model/anthropic.claude-x-v1%3A0/count-tokens')
      expect(body).toMatchObject({ input: { converse: { messages: expect.any(Array) } } })
      expect(answered({ inputTokens: 375 })).toEqual({ type: 'token-count', input: 375 })
    }
  })
})

describe('azure', () => {
  const options = { resource: 'acme' }
  const mini = { model: 'my mini' }
  it('is asked at the address of its first version unless a dated one is wanted', () => {
    const v1 = 'https://acme.openai.azure.com/openai/v1/chat/completions'
    expect(urlOf('azure', { options }, mini)).toBe(v1)
    expect(urlOf('azure', { options: { ...options, apiVersion: 'v1' } }, mini)).toBe(v1)
    expect(urlOf('azure', { options: { ...options, apiVersion: 'preview' } }, mini)).toBe(`${v1}?api-version=preview`)
    expect(urlOf('azure', { options: { ...options, apiVersion: '2024-10-21' } }, mini)).toBe(
      'https://acme.openai.azure.com/openai/deployments/my%20mini/chat/completions?api-version=2024-10-21',
    )
    for (const url of ['http://h', 'http://h/', 'http://h/openai', 'http://h/openai/v1', 'http://h/openai/v1/']) {
      expect(urlOf('azure', { url }, mini), url).toBe('http://h/openai/v1/chat/completions')
    }
    expect(urlOf('azure', { url: 'http://h/models' }, mini)).toBe(
      'http://h/models/chat/completions?api-version=2024-05-01-preview',
    )
  })
  it('takes a key in its own header, and an Entra token as a bearer', () => {
    expect(headersOf(wireOf(made('azure', { options }), mini))).toMatchObject({ 'api-key': 'the-secret' })
    const signed = headersOf(wireOf(made('azure', { options, key: 'azure:default' }), mini))
    expect(signed).toMatchObject({ authorization: 'Bearer the-secret' })
    expect(signed['api-key']).toBeUndefined()
  })
  it('is asked for Claude at its own door, with the key under its own name', () => {
    const wire = wireOf(made('azure', { options }), {
      model: 'claude-sonnet-4-5',
      from: 'anthropic-messages',
      headers: ['anthropic-beta', 'x'],
    })
    expect(wire.url).toBe('https://acme.services.ai.azure.com/anthropic/v1/messages')
    expect(headersOf(wire)).toMatchObject({
      'x-api-key': 'the-secret',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'x',
    })
    expect(bodyOf(wire)).toMatchObject({ model: 'claude-sonnet-4-5' })
  })
  it('is asked for Responses where it has them and the client speaks them', () => {
    const asked = (apiVersion: string) =>
      urlOf('azure', { options: { ...options, apiVersion } }, { ...mini, from: 'openai-responses' })
    expect(asked('v1')).toBe('https://acme.openai.azure.com/openai/v1/responses')
    expect(asked('2025-04-01-preview')).toBe(
      'https://acme.openai.azure.com/openai/responses?api-version=2025-04-01-preview',
    )
    expect(asked('2024-10-21')).toContain('/chat/completions?')
  })
  it('is asked otherwise for what is no chat model', () => {
    expect(urlOf('azure', { options }, { model: 'gpt-5-codex' })).toMatch(/\/openai\/v1\/responses$/)
    expect(urlOf('azure', { options }, { model: 'gpt-3.5-turbo-instruct' })).toMatch(/\/openai\/v1\/completions$/)
  })
  it('of an older version is asked in older words', () => {
    const adapter = made('azure', { options: { ...options, apiVersion: '2024-02-01' } })
    const body = { max_completion_tokens: 5, messages: [], stream_options: { include_usage: true } }
    const sent = bodyOf(wireOf(adapter, { model: 'm', stream: true, from: 'openai-chat', body }))
    expect(sent).toMatchObject({ max_tokens: 5, stream: true })
    expect(sent['stream_options']).toBeUndefined()
  })
  it('says what it lacks', () => {
    expect(tried('azure', {})).toMatchObject({ ok: false, at: 'url', why: expect.stringContaining('neither url nor') })
    expect(tried('azure', { url: 'https://a.openai.azure.com/openai/deployments/x' })).toMatchObject({
      ok: false,
      why: expect.stringContaining('names a deployment'),
    })
  })
  it('goes by its names in telemetry', () => {
    expect(made('azure', { options }).system).toBe('azure.ai.openai')
    expect(made('azure', { url: 'https://a.services.ai.azure.com/models' }).system).toBe('azure.ai.inference')
    expect(made('cohere', {}).system).toBe('cohere')
  })
})

describe('bedrock', () => {
  const options = { region: 'eu-central-1' }
  const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc'
  const base = 'https://bedrock-runtime.eu-central-1.amazonaws.com/model'

  it('is asked for a model by its whole id, colons and slashes as parts of the name', () => {
    expect(urlOf('bedrock', { options }, { model: arn })).toBe(`${base}/${encodeURIComponent(arn)}/converse`)
    expect(encodeURIComponent(arn)).not.toMatch(/[:/]/)
    expect(urlOf('bedrock', { options }, { model: 'm:0', stream: true })).toBe(`${base}/m%3A0/converse-stream`)
    expect(urlOf('bedrock', { options: { region: 'cn-north-1' } }, { model: 'm' })).toContain('.amazonaws.com.cn/')
  })
  it('is asked for Claude in its own words where the client speaks them', () => {
    const body = { max_tokens: 9, messages: [], novel: { a: 1 }, service_tier: 'auto' }
    const given = { model: claude, from: 'anthropic-messages', body }
    const whole = wireOf(made('bedrock', { options }), { ...given, headers: ['anthropic-beta', 'one, two'] })
    expect(whole.url).toBe(`${base}/${encodeURIComponent(claude)}/invoke`)
    expect(bodyOf(whole)).toEqual({
      max_tokens: 9,
      messages: [],
      novel: { a: 1 },
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['one', 'two'],
    })
    const stream = wireOf(made('bedrock', { options }), { ...given, stream: true })
    expect(stream.url).toBe(`${base}/${encodeURIComponent(claude)}/invoke-with-response-stream`)
    expect(bodyOf(stream)['stream']).toBeUndefined()
    expect(headersOf(stream)).toMatchObject({ accept: 'application/vnd.amazon.eventstream' })
  })
  it('is asked for everybody else in the words of all models', () => {
    for (const model of ['amazon.nova-lite-v1:0', arn, 'anthropic.claude-v2:1']) {
      expect(urlOf('bedrock', { options }, { model, from: 'anthropic-messages' })).toMatch(/\/converse$/)
    }
    expect(urlOf('bedrock', { options }, { model: claude, from: 'openai-chat' })).toMatch(/\/converse$/)
  })
  it('is signed for its region where there are credentials, and takes a bearer key as one', () => {
    const adapter = made('bedrock', { options, key: 'aws:default' })
    const { wire } = askedOf(adapter, requestOf(), plainDeployment(adapter, 'm'))
    const credentials = '{"accessKeyId":"a","secretAccessKey":"b"}'
    expect(adapter.authorize(wire, credentials, now)).toEqual({
      ...wire,
      signing: { scheme: 'aws-sigv4', service: 'bedrock', region: 'eu-central-1', credentials },
    })
    const bearer = adapter.authorize(wire, 'ABSKkey', now)
    expect(headersOf(bearer)).toMatchObject({ authorization: 'Bearer ABSKkey' })
    expect(bearer.signing).toBeUndefined()
    expect(adapter.system).toBe('aws.bedrock')
  })
  it('says that it needs a region, unless it has an address and a key', () => {
    expect(tried('bedrock', {})).toMatchObject({ ok: false, at: 'region' })
    expect(tried('bedrock', { url: 'http://h', key: 'aws:default' })).toMatchObject({ ok: false, at: 'region' })
    expect(urlOf('bedrock', { url: 'http://h' }, { model: 'm' })).toBe('http://h/model/m/converse')
  })
})

describe('vertex', () => {
  const options = { project: 'acme', region: 'europe-west1' }
  const key = 'google:adc'
  const base = 'https://europe-west1-aiplatform.googleapis.com'
  const place = 'projects/acme/locations/europe-west1'

  it.each([
    ['gemini-2.5-pro', `/v1beta1/${place}/publishers/google/models/gemini-2.5-pro:generateContent`],
    ['google/gemini-2.5-pro', `/v1beta1/${place}/publishers/google/models/gemini-2.5-pro:generateContent`],
    ['publishers/google/models/gemini-x', `/v1beta1/${place}/publishers/google/models/gemini-x:generateContent`],
    ['endpoints/123', `/v1beta1/${place}/endpoints/123:generateContent`],
    ['projects/p/locations/l/endpoints/9', '/v1beta1/projects/p/locations/l/endpoints/9:generateContent'],
    ['claude-sonnet-4-5@20250929', `/v1/${place}/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`],
    ['anthropic/claude-x', `/v1/${place}/publishers/anthropic/models/claude-x:rawPredict`],
    ['mistral-large-2411', `/v1/${place}/publishers/mistralai/models/mistral-large-2411:rawPredict`],
    ['meta/llama-4-maverick-maas', `/v1/${place}/endpoints/openapi/chat/completions`],
    ['deepseek-ai/deepseek-v3.1-maas', `/v1/${place}/endpoints/openapi/chat/completions`],
  ])('asks for %s by its publisher', (model, path) => {
    expect(urlOf('vertex', { options, key }, { model })).toBe(`${base}${path}`)
  })
  it('asks for a stream by another verb', () => {
    const streamed = (model: string) => urlOf('vertex', { options, key }, { model, stream: true })
    expect(streamed('gemini-2.5-pro')).toMatch(/:streamGenerateContent\?alt=sse$/)
    expect(streamed('claude-sonnet-4-5')).toMatch(/:streamRawPredict$/)
    expect(streamed('mistral-medium-3')).toMatch(/:streamRawPredict$/)
  })
  it.each([
    [undefined, 'https://aiplatform.googleapis.com/v1beta1/projects/acme/locations/global/'],
    ['global', 'https://aiplatform.googleapis.com/v1beta1/projects/acme/locations/global/'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/acme/locations/eu/'],
    ['us-central1', 'https://us-central1-aiplatform.googleapis.com/v1beta1/projects/acme/locations/us-central1/'],
  ])('is at the host of its place: %s', (region, start) => {
    const url = urlOf(
      'vertex',
      { key, options: { project: 'acme', ...(region !== undefined && { region }) } },
      { model: 'gemini-x' },
    )
    expect(url.startsWith(start)).toBe(true)
  })
  it('asks for Claude in its own words, with the version in the body and betas in the header', () => {
    const adapter = made('vertex', { options, key })
    const wire = wireOf(adapter, {
      model: 'claude-sonnet-4-5@20250929',
      from: 'anthropic-messages',
      stream: true,
      body: { max_tokens: 9, messages: [], novel: 1 },
      headers: ['anthropic-beta', 'one', 'anthropic-version', '2023-06-01'],
    })
    expect(bodyOf(wire)).toEqual({
      stream: true,
      max_tokens: 9,
      messages: [],
      novel: 1,
      anthropic_version: 'vertex-2023-10-16',
    })
    expect(headersOf(wire)).toMatchObject({ 'anthropic-beta': 'one', authorization: 'Bearer the-secret' })
    expect(headersOf(wire)['anthropic-version']).toBeUndefined()
  })
  it('asks for others by the name that their door knows', () => {
    const adapter = made('vertex', { options, key })
    expect(bodyOf(wireOf(adapter, { model: 'mistral-large-2411' }))).toMatchObject({ model: 'mistral-large-2411' })
    expect(bodyOf(wireOf(adapter, { model: 'meta/llama-4-maas' }))).toMatchObject({ model: 'meta/llama-4-maas' })
  })
  it('with a key alone has Gemini without project or place, and nobody else', () => {
    const adapter = made('vertex', {})
    const wire = wireOf(adapter, { model: 'gemini-2.5-flash' })
    expect(wire.url).toBe(
      'https://aiplatform.googleapis.com/v1beta1/publishers/google/models/gemini-2.5-flash:generateContent',
    )
    expect(headersOf(wire)).toMatchObject({ 'x-goog-api-key': 'the-secret' })
    expect(adapter.ask(requestOf(), plainDeployment(adapter, 'claude-x'))).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', message: expect.stringContaining('claude-x') },
    })
  })
  it('says that it needs a project', () => {
    expect(tried('vertex', { key })).toMatchObject({ ok: false, at: 'project' })
    expect(made('vertex', { key, options }).system).toBe('gcp.vertex_ai')
  })
})

describe('gemini', () => {
  it('is asked in its usual version, in another, or in that of the address', () => {
    const model = 'gemini-2.5-flash'
    const path = `models/${model}:generateContent`
    expect(urlOf('gemini', {}, { model })).toBe(`https://generativelanguage.googleapis.com/v1beta/${path}`)
    expect(urlOf('gemini', { options: { apiVersion: 'v1' } }, { model })).toContain(`/v1/${path}`)
    expect(urlOf('gemini', { url: 'http://h' }, { model })).toBe(`http://h/v1beta/${path}`)
    expect(urlOf('gemini', { url: 'http://h/v1alpha/' }, { model })).toBe(`http://h/v1alpha/${path}`)
    expect(urlOf('gemini', {}, { model: 'tunedModels/mine' })).toContain('/v1beta/tunedModels/mine:')
  })
  it('takes its key in a header, never in the address', () => {
    const wire = wireOf(made('gemini', {}), { model: 'm', stream: true })
    expect(headersOf(wire)).toMatchObject({ 'x-goog-api-key': 'the-secret' })
    expect(wire.url).toMatch(/:streamGenerateContent\?alt=sse$/)
    expect(made('gemini', {}).system).toBe('gcp.gemini')
  })
})

describe('cohere', () => {
  it('is asked at its second version with a bearer key', () => {
    const wire = wireOf(made('cohere', {}), { model: 'command-a' })
    expect(wire.url).toBe('https://api.cohere.com/v2/chat')
    expect(headersOf(wire)).toMatchObject({ authorization: 'Bearer the-secret' })
    expect(urlOf('cohere', { url: 'http://h' }, { model: 'm' })).toBe('http://h/v2/chat')
  })
})
