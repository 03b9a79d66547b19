/** Requests as they leave: address, headers, body on both lanes, quirks. */
import { describe, expect, it } from 'vitest'
import { fakeDialect, rawOf, requestOf } from '../../test/fake-dialect.ts'
import { asking, bodyText } from '../../test/asking.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import type { ChatRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { WireRequest } from '../ports/transport.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { bearer } from './authorize.ts'
import { joinUrl } from './join-url.ts'
import { speak } from './speak.ts'
import type { Spoken } from './speak.ts'

const id = 'them' as ProviderId
const deployment: Deployment = {
  id: 'd' as DeploymentId,
  provider: id,
  model: 'model-9' as ModelId,
  dialect: fakeDialect.id,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
}
const adapterOf = (changes: Partial<Spoken> = {}) =>
  asking(
    speak({
      settings: { id, credentials: [], version: '1.2.3' },
      system: 'them',
      dialect: fakeDialect,
      url: 'https://api.test/v1',
      path: '/chat/completions',
      authorize: bearer,
      ...changes,
    }),
  )
const headersOf = ({ headers }: WireRequest): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: headers.length / 2 }, (_, at) => [headers[2 * at] ?? '', headers[2 * at + 1] ?? '']),
  )
const bodyOf = (wire: WireRequest): unknown => JSON.parse(bodyText(wire))
const express = (json: Record<string, unknown>, headers?: readonly string[]) =>
  requestOf({ raw: rawOf(fakeDialect.id, json, headers), stream: json['stream'] === true })

describe('joinUrl', () => {
  it('puts one slash between base and path', () => {
    expect(joinUrl('https://a.test/v1', '/chat')).toBe('https://a.test/v1/chat')
    expect(joinUrl('https://a.test/v1//', '/chat')).toBe('https://a.test/v1/chat')
    expect(joinUrl('https://a.test', '/v1/messages')).toBe('https://a.test/v1/messages')
  })
  it('keeps a query of the base behind the path', () => {
    expect(joinUrl('https://a.test/x/?api-version=1', '/chat')).toBe('https://a.test/x/chat?api-version=1')
  })
})

describe('encode', () => {
  it('takes the express lane where client and provider speak the same dialect, and keeps unknown fields', () => {
    const request = express({ model: 'pool', novel: { a: [1] } })
    expect(adapterOf().isExpress(request)).toBe(true)
    const { value, losses } = adapterOf().encode(request, deployment)
    expect(bodyOf(value)).toEqual({ model: 'model-9', novel: { a: [1] } })
    expect(losses).toEqual([])
  })
  it('translates where the dialects differ, and where a quirk forbids the express lane', () => {
    const foreign = requestOf({ raw: rawOf('other' as DialectId, { model: 'pool' }) })
    expect(adapterOf().isExpress(foreign)).toBe(false)
    expect(adapterOf({ quirks: { express: false } }).isExpress(express({}))).toBe(false)
    const { value, losses } = adapterOf().encode(foreign, deployment)
    expect(bodyOf(value)).toMatchObject({ model: 'model-9', seed: 1 })
    expect(losses.map(loss => loss.field)).toEqual(['sampling.topK'])
  })
  it('asks for a stream or for JSON, in plain bytes, under our own name', () => {
    expect(headersOf(adapterOf().encode(express({ stream: true }), deployment).value)).toEqual({
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'signalbox/1.2.3',
    })
    expect(headersOf(adapterOf().encode(express({}), deployment).value)['accept']).toBe('application/json')
  })
  it("lets the configuration's headers win over the provider's, whatever their case", () => {
    const settings = { id, credentials: [], version: '1', headers: { 'X-Team': 'a', 'Their-Version': '2' } }
    const headers = headersOf(
      adapterOf({ settings, headers: { 'their-version': '1' } }).encode(express({}), deployment).value,
    )
    expect(headers).toMatchObject({ 'x-team': 'a', 'their-version': '2' })
  })
  it('passes on only the headers of the client that may pass, and joins lists', () => {
    const given = ['their-version', '3', 'their-beta', 'b', 'authorization', 'Bearer sk-sb-client', 'cookie', 'c']
    const adapter = adapterOf({
      headers: { 'their-version': '1', 'their-beta': 'a' },
      passes: ['their-version', 'their-beta'],
    })
    const headers = headersOf(adapter.encode(express({}, given), deployment).value)
    expect(headers).toMatchObject({ 'their-version': '3', 'their-beta': 'a,b' })
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('cookie')
    const foreign = requestOf({ raw: rawOf('other' as DialectId, {}, given) })
    expect(headersOf(adapter.encode(foreign, deployment).value)['their-version']).toBe('1')
  })
})

describe('quirks', () => {
  const quirks = {
    drop: ['seed'],
    rename: { max_completion_tokens: 'max_tokens' },
    noDeveloper: true,
    noStreamOptions: true,
  }
  const adapter = adapterOf({ quirks })
  const expected = { model: 'model-9', stream: true, max_tokens: 9, messages: [{ role: 'system', content: 'x' }] }

  it('edit only their members on the express lane, and tell what is lost', () => {
    const json = {
      model: 'pool',
      stream: true,
      seed: 1,
      max_completion_tokens: 9,
      messages: [{ role: 'developer', content: 'x' }],
      novel: 1,
    }
    const { value, losses } = adapter.encode(express(json), deployment)
    expect(bodyOf(value)).toEqual({ ...expected, novel: 1 })
    expect(losses).toEqual([{ field: 'seed', why: 'them does not take seed' }])
  })
  it('make the same changes on the translated lane', () => {
    const { value, losses } = adapter.encode(requestOf({ stream: true }), deployment)
    expect(bodyOf(value)).toEqual(expected)
    expect(losses.map(loss => loss.field)).toEqual(['sampling.topK', 'seed'])
  })
  it('change nothing in a request that gives them no cause', () => {
    const { value, losses } = adapter.encode(
      express({ model: 'pool', messages: [{ role: 'user', content: 'x' }] }),
      deployment,
    )
    expect(bodyOf(value)).toEqual({ model: 'model-9', messages: [{ role: 'user', content: 'x' }] })
    expect(losses).toEqual([])
  })
  it('give calls and their results ids of nine letters and digits where nothing else is taken, on both sides alike', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
    const messages = [
      { role: 'assistant', tool_calls: [call('toolu_01AbCdEfGh'), call('abcDEF123')] },
      { role: 'tool', tool_call_id: 'toolu_01AbCdEfGh', content: 'x' },
      { role: 'tool', tool_call_id: 'abcDEF123', content: 'y' },
    ]
    const adapted = adapterOf({ quirks: { nineLetterIds: true } })
    const sent = bodyOf(adapted.encode(express({ model: 'pool', messages }), deployment).value) as {
      messages: [{ tool_calls: [{ id: string }, { id: string }] }, { tool_call_id: string }, { tool_call_id: string }]
    }
    const [asked, first, second] = sent.messages
    expect(first.tool_call_id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(asked.tool_calls.map(({ id: one }) => one)).toEqual([first.tool_call_id, 'abcDEF123'])
    expect(second.tool_call_id).toBe('abcDEF123')
  })
  it('count a parameter that is null as not asked for', () => {
    const { value, losses } = adapter.encode(express({ seed: null }), deployment)
    expect(bodyOf(value)).not.toHaveProperty('seed')
    expect(losses).toEqual([])
  })
})

describe('what only another dialect can tell', () => {
  const part = { type: 'opaque', dialect: 'other' as DialectId, kind: 'prompts', value: [], isEssential: true } as const
  it('sends the request on to others who may', () => {
    const request = requestOf({ messages: [{ role: 'user', parts: [part] }] })
    const answered = adapterOf().ask(request, deployment)
    expect(answered).toMatchObject({ ok: false, failure: { kind: 'unsupported' } })
    const own = requestOf({ messages: [{ role: 'user', parts: [{ ...part, dialect: fakeDialect.id }] }] })
    expect(adapterOf().ask(own, deployment).ok).toBe(true)
  })
})

describe('the length of an answer', () => {
  const limited = { ...deployment, maxOutput: tokens(100) }
  const asked = (maxOutputTokens?: number) =>
    requestOf({
      limits: { stop: [], ...(maxOutputTokens !== undefined && { maxOutputTokens: tokens(maxOutputTokens) }) },
    })
  const told: (number | undefined)[] = []
  const dialect = {
    ...fakeDialect,
    encodeRequest: (request: ChatRequest) => {
      told.push(request.limits.maxOutputTokens)
      return { value: {}, losses: [] }
    },
  }
  it('is lowered to what the deployment can, and that is told', () => {
    const { losses } = adapterOf({ dialect }).encode(asked(500), limited)
    expect(told.splice(0)).toEqual([100])
    expect(losses.map(({ field }) => field)).toEqual(['limits.maxOutputTokens'])
  })
  it('stays as it was asked where it fits or nobody knows what the deployment can', () => {
    expect(adapterOf({ dialect }).encode(asked(100), limited).losses).toEqual([])
    expect(adapterOf({ dialect }).encode(asked(500), deployment).losses).toEqual([])
    adapterOf({ dialect }).encode(asked(), limited)
    expect(told.splice(0)).toEqual([100, 500, undefined])
  })
  it('is the longest that the deployment can where the dialect must have one', () => {
    expect(adapterOf({ dialect, needsLength: true }).encode(asked(), limited).losses).toEqual([])
    expect(told.splice(0)).toEqual([100])
  })
})

describe('classify and rates', () => {
  it('name the provider and read its limits', () => {
    const failed = { status: 503, headers: { 'retry-after': '2' }, body: '', now: 0 as Instant }
    expect(adapterOf().classify(failed)).toMatchObject({ kind: 'upstream-overloaded', retryAfter: 2_000 })
    expect(adapterOf().classify(failed).message).toContain('them')
    expect(adapterOf().rates({ 'x-ratelimit-limit-requests': '5' }, 0 as Instant)).toEqual({ requests: { limit: 5 } })
  })
})

describe('a model that refuses what others take', () => {
  const to = (model: string) => ({ ...deployment, model: model as ModelId, dialect: openaiChat.id })
  const asked = (json: Record<string, unknown>) => {
    const read = openaiChat.decodeRequest(json)
    if (!read.ok) throw new Error(read.why)
    return requestOf({ ...read.value, raw: rawOf(openaiChat.id, json) })
  }
  const body = { model: 'pool', messages: [{ role: 'user', content: 'hi' }], temperature: 0.2, max_tokens: 9, novel: 1 }

  it('is not sent it where the client chose only the pool, and that is told', () => {
    const { value, losses } = adapterOf({ dialect: openaiChat }).encode(asked(body), to('o3'))
    const { temperature: _left, max_tokens: _older, ...rest } = body
    expect(bodyOf(value)).toEqual({ ...rest, model: 'o3', max_completion_tokens: 9 })
    expect(losses.map(({ field }) => field)).toEqual(['sampling.temperature'])
  })
  it('is sent it where the client chose the model itself, byte for byte but for its name', () => {
    const { value, losses } = adapterOf({ dialect: openaiChat }).encode(asked({ ...body, model: 'them/o3' }), to('o3'))
    expect(bodyOf(value)).toEqual({ ...body, model: 'o3' })
    expect(losses).toEqual([])
  })
  it('gets names of tools that fit, and the client its own back', () => {
    const name = `mcp__${'server'.repeat(12)}__read`
    const adapter = adapterOf({ dialect: openaiChat })
    const message = {
      role: 'assistant' as const,
      parts: [{ type: 'tool-call' as const, callId: 'c', name, input: '' }],
    }
    const request = requestOf({ tools: [{ name, inputSchema: {} }], toolChoice: { name }, messages: [message] })
    const sent = JSON.stringify(bodyOf(adapter.encode(request, to('gpt-4o')).value))
    const short = openaiChat.toolName?.(name) ?? ''
    expect(sent).not.toContain(name)
    expect(sent.split(short)).toHaveLength(4)
    const reader = adapter.read(request, { status: 200, headers: { 'content-type': 'application/json' } })
    const call = { id: 'c', type: 'function', function: { name: short, arguments: '{}' } }
    const choice = { index: 0, message: { role: 'assistant', tool_calls: [call] }, finish_reason: 'tool_calls' }
    reader.push(new TextEncoder().encode(JSON.stringify({ choices: [choice] })))
    const start = reader.end().events?.find(event => event.type === 'tool-call-start')
    expect(start).toMatchObject({ name })
  })
})
