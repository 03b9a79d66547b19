/** A request's shape: its size, needs and parameters, and none of its words. */
import { describe, expect, it } from 'vitest'
import { candidateOf, instant } from '../../test/live-events.ts'
import { requestOf } from '../../test/requests.ts'
import { estimateTokens } from '../accounting/count-tokens.ts'
import type { RequestShape } from '../domain/decision.ts'
import type { DialectId, PoolId, VirtualKeyId } from '../domain/ids.ts'
import type { Part } from '../domain/message.ts'
import type { ChatRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import { shapeOf } from './shape.ts'
import type { History } from './shape.ts'

const noHistory: History = { outputTokens: () => undefined }
interface Asked {
  readonly pool?: string
  readonly task?: string
  readonly history?: History
}
const shape = (more: Partial<ChatRequest> = {}, { pool, task, history = noHistory }: Asked = {}): RequestShape =>
  shapeOf(
    {
      request: requestOf(more),
      candidates: [candidateOf('one')],
      now: instant(0),
      ...(pool !== undefined && { pool: pool as PoolId }),
      ...(task !== undefined && { task }),
    },
    history,
  )
const says = (...parts: readonly Part[]): Partial<ChatRequest> => ({ messages: [{ role: 'user', parts }] })
const picture: Part = { type: 'image', mediaType: 'image/png', source: { url: 'https://example.org/a.png' } }
const weather = { name: 'weather', description: 'tells the weather', inputSchema: { type: 'object' } }

describe('a shape', () => {
  it('of a plain request', () => {
    const request = requestOf()
    expect(shape()).toEqual({
      target: 'pool',
      operation: 'chat',
      inputTokens: estimateTokens(request),
      outputTokens: 300,
      needs: ['text'],
      tags: {},
      params: {
        model: 'pool',
        stream: false,
        messages: 1,
        tools: 0,
        response_format: 'text',
        stop: 0,
        n: 1,
        logprobs: false,
      },
      caller: { key: 'key-1' },
    })
  })

  it('needs who can answer with sound or pictures where these are asked for', () => {
    const asked = (extensions: ChatRequest['extensions']) => shape({ extensions }).needs
    expect(asked({ 'openai-chat': { modalities: ['text', 'audio'] } })).toEqual(['text', 'audio-output'])
    expect(asked({ gemini: { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } } })).toEqual([
      'text',
      'image-output',
    ])
    expect(asked({ 'openai-chat': { modalities: ['text'] }, other: { modalities: 'audio' } })).toEqual(['text'])
  })

  it('tells how many pieces are expected, where there are any', () => {
    const drawing = { ...requestOf(), operation: 'images', count: 2, prompt: 'a cat' } as unknown as ChatRequest
    expect(shapeOf({ request: drawing, candidates: [candidateOf('one')], now: instant(0) }, noHistory).units).toEqual({
      images: 2,
    })
    expect(shape().units).toBeUndefined()
  })

  it('holds none of the request’s words', () => {
    const secret = 'Xylophone Secrets'
    const text = JSON.stringify(
      shape({
        messages: [{ role: 'system', parts: [{ type: 'text', text: secret }] }],
        tools: [{ ...weather, description: secret }],
        toolChoice: { name: 'Xylophone' },
        output: { type: 'json', schema: { description: secret }, name: 'Xylophone' },
        limits: { stop: [secret] },
        extensions: { 'openai-chat': { prediction: { content: secret }, note: `${secret}!` } },
      }),
    )
    expect(text).not.toContain('Xylophone')
  })

  it('is plain JSON', () => {
    const whole = shape({ sampling: { temperature: 0.5 }, toolChoice: 'auto', metadata: { a: 'b' } })
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole)
  })

  it('names the dialect that the request came in', () => {
    const dialect = 'openai-chat' as DialectId
    expect(shape({ raw: { dialect, bytes: new Uint8Array(), json: {} } }).dialect).toBe('openai-chat')
  })

  it('has the metadata of the body as tags, and those of the header before it', () => {
    expect(shape({ metadata: { tier: 'body', plan: 'pro' }, wishes: { tags: { tier: 'header' } } }).tags).toEqual({
      tier: 'header',
      plan: 'pro',
    })
  })

  it('tells who asks: the end user before the user of the key', () => {
    const caller = { key: 'k' as VirtualKeyId, team: 'search', user: 'of the key' }
    expect(shape({ caller }).caller).toEqual({ key: 'k', team: 'search', user: 'of the key' })
    expect(shape({ caller, endUser: 'the end user' }).caller.user).toBe('the end user')
  })
})

describe('needs', () => {
  const needs = (more: Partial<ChatRequest>): readonly string[] => shape(more).needs.slice(1)
  it('are what the parts are made of, those of tool results included', () => {
    expect(needs(says(picture))).toEqual(['image'])
    expect(needs(says({ ...picture, type: 'audio' }))).toEqual(['audio'])
    expect(needs(says({ type: 'file', mediaType: 'application/pdf', source: { base64: 'AA' } }))).toEqual(['file'])
    expect(needs(says({ type: 'file', mediaType: 'text/plain', source: { text: 'hi' } }))).toEqual([])
    expect(needs(says({ type: 'tool-result', callId: 'c', output: [picture, picture], isError: false }))).toEqual([
      'image',
    ])
  })
  it('are tools, schemas, thinking, log probabilities and several answers', () => {
    expect(needs({ tools: [weather] })).toEqual(['tools'])
    expect(needs({ opaqueTools: [{ dialect: 'x' as DialectId, kind: 'search', value: {} }] })).toEqual(['tools'])
    expect(needs({ output: { type: 'json' } })).toEqual([])
    expect(needs({ output: { type: 'json', schema: {} } })).toEqual(['json-schema'])
    expect(needs({ logprobs: 0 })).toEqual(['logprobs'])
    expect(needs({ choices: 2 })).toEqual(['choices'])
  })
  it('are no thinking where none is asked for', () => {
    expect(needs({ reasoning: { effort: 'low' } })).toEqual(['reasoning'])
    expect(needs({ reasoning: { budget: tokens(1_024) } })).toEqual(['reasoning'])
    for (const reasoning of [{ effort: 'none' as const }, { budget: tokens(0) }, {}])
      expect(needs({ reasoning })).toEqual([])
  })
})

describe('parameters', () => {
  it('have the names that OpenAI’s dialect has for them', () => {
    const { params } = shape({
      stream: true,
      tools: [weather],
      toolChoice: 'required',
      parallelToolCalls: false,
      output: { type: 'json', schema: {} },
      limits: { maxOutputTokens: tokens(50), stop: ['a', 'b'] },
      sampling: { temperature: 0.2, topP: 0.9, topK: 40, seed: 7, frequencyPenalty: 0.1, presencePenalty: 0 },
      reasoning: { effort: 'high', budget: tokens(2_000) },
      choices: 2,
      logprobs: 3,
      serviceTier: 'flex',
    })
    expect(params).toEqual({
      model: 'pool',
      stream: true,
      messages: 1,
      tools: 1,
      tool_choice: 'required',
      parallel_tool_calls: false,
      response_format: 'json_schema',
      max_tokens: 50,
      stop: 2,
      n: 2,
      temperature: 0.2,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: 0,
      reasoning_effort: 'high',
      reasoning_budget: 2_000,
      logprobs: true,
      top_logprobs: 3,
      service_tier: 'flex',
    })
  })
  it('tell of tool choices only their kind', () => {
    const choice = (toolChoice: ChatRequest['toolChoice']) =>
      shape({ ...(toolChoice && { toolChoice }) }).params['tool_choice']
    expect(choice({ name: 'f' })).toBe('named')
    expect(choice({ oneOf: ['f'], required: true })).toBe('required')
    expect(choice({ oneOf: ['f'], required: false })).toBe('auto')
    expect(choice(undefined)).toBeUndefined()
    expect(shape({ output: { type: 'json' } }).params['response_format']).toBe('json_object')
  })
  it('count what is in a table', () => {
    expect(shape({ sampling: { logitBias: { 5: 1, 7: -1 } } }).params['logit_bias']).toBe(2)
    expect(Object.keys(shape().params)).not.toContain('logit_bias')
  })
  it('of one dialect alone tell words, numbers and flags, of anything else no more than that it is there, and never hide the common ones', () => {
    const own = JSON.parse(
      '{"verbosity":"low","store":true,"min_p":0.1,"model":"other","text":"a whole sentence","bias":{"1":2},"list":[1,2],"nothing":null,"what is said":1,"__proto__":3}',
    ) as Record<string, unknown>
    const { params } = shape({ extensions: { 'openai-chat': own } })
    expect(params).toMatchObject({ verbosity: 'low', store: true, min_p: 0.1, model: 'pool' })
    expect(params).toMatchObject({ text: true, bias: true, list: 2 })
    expect(Object.keys(params)).not.toContain('nothing')
    expect(Object.keys(params)).not.toContain('what is said')
    expect(JSON.stringify(params)).not.toContain('sentence')
    expect(Object.getPrototypeOf(params)).toBe(Object.prototype)
  })
})

describe('expected output', () => {
  const expected = (more: Partial<ChatRequest> = {}, asked: Asked = {}): number => shape(more, asked).outputTokens
  const history: History = {
    outputTokens: (pool, task) =>
      pool === 'support' ? (task === 'code' ? 700 : 123.2) : pool === 'pool' ? 55 : undefined,
  }
  it('is what answers to this kind of work were long here', () => {
    expect(expected({}, { history, pool: 'support', task: 'code' })).toBe(700)
    expect(expected({}, { history, pool: 'support' })).toBe(124)
    expect(expected({}, { history, pool: 'other' })).toBe(300)
    // No pool: the target has a history of its own.
    expect(expected({}, { history })).toBe(55)
  })
  it('is never more than is allowed, and never simply that', () => {
    const limits = (most: number) => ({ limits: { maxOutputTokens: tokens(most), stop: [] } })
    expect(expected(limits(100))).toBe(100)
    expect(expected(limits(100_000))).toBe(300)
    expect(expected({ ...limits(100), choices: 3 })).toBe(300)
    expect(expected(limits(100), { history, pool: 'support' })).toBe(100)
  })
  it('goes by the kind of work, the thinking and the number of answers', () => {
    expect(expected({}, { task: 'classification' })).toBe(20)
    expect(expected({}, { task: 'constructor' })).toBe(300)
    expect(expected({ choices: 2 })).toBe(600)
    expect(expected({ reasoning: { effort: 'high' } })).toBe(6_300)
    expect(expected({ reasoning: { budget: tokens(1_000) } })).toBe(700)
    expect(Number.isSafeInteger(expected({ reasoning: { budget: tokens(Infinity) } }))).toBe(true)
    const long = says({ type: 'text', text: 'word '.repeat(2_000) })
    expect(expected(long, { task: 'translation' })).toBeGreaterThan(1_500)
    expect(expected(long, { task: 'summarisation' })).toBeLessThan(600)
  })
})
