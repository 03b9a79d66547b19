/** Streams that break off in the middle: who goes on, what the client sees of it, and what never happens. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GoogleGenAI } from '@google/genai'
import type { StreamEvent } from '../../src/domain/stream-event.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { openScript, saying } from './script-upstream.ts'
import type { Cut, ScriptUpstream } from './script-upstream.ts'

let upstream: ScriptUpstream
let house: OpenHouse

const can =
  'accepts: [text, tools, json-schema], contextWindow: 128000, maxOutput: 8192, price: { input: 1, output: 2 }'
const policy = (name: string, more: string): string =>
  `  ${name}: { steps: [capable, priority], patience: { maxAttempts: 3, retriesPerCandidate: 0, idle: 300ms, firstToken: 5s, total: 20s }, ${more} }`
const config = (port: number): string =>
  [
    'providers:',
    `  openai: { type: openai, url: 'http://127.0.0.1:${port}/v1', key: '\${WORLD_KEY}' }`,
    `  anthropic: { type: anthropic, url: 'http://127.0.0.1:${port}', key: '\${WORLD_KEY}' }`,
    `  mistral: { type: mistral, url: 'http://127.0.0.1:${port}/v1', key: '\${WORLD_KEY}' }`,
    `  gemini: { type: gemini, url: 'http://127.0.0.1:${port}', key: '\${WORLD_KEY}' }`,
    'deployments:',
    `  first: { provider: openai, model: gpt-first, priority: 1, ${can} }`,
    `  own: { provider: anthropic, model: claude-3-5-haiku, priority: 1, ${can} }`,
    `  googles: { provider: gemini, model: gemini-first, priority: 1, ${can} }`,
    `  told: { provider: openai, model: gpt-second, priority: 2, ${can} }`,
    `  filled: { provider: anthropic, model: claude-3-haiku, priority: 3, ${can} }`,
    `  echoes: { provider: mistral, model: mistral-small, priority: 2, ${can} }`,
    'pools:',
    '  on: { candidates: [first, told, filled], policy: continue }',
    '  on-filled: { candidates: [own, filled], policy: continue }',
    '  on-google: { candidates: [googles, filled], policy: continue }',
    '  on-echo: { candidates: [first, echoes], policy: continue }',
    '  alone: { candidates: [first], policy: continue }',
    '  stops: { candidates: [first, told], policy: error }',
    '  anew: { candidates: [first, told], policy: restart }',
    'policies:',
    policy('continue', 'midStream: continue'),
    policy('error', 'midStream: error'),
    policy('restart', 'midStream: restart'),
  ].join('\n')

beforeAll(async () => {
  upstream = await openScript()
  house = await openHouse({ config: () => config(upstream.port) })
})
afterAll(async () => {
  await house.close()
  upstream.close()
})
afterEach(async () => {
  await until('all has ended', () => house.running.house.gateway.inFlight() === 0)
  before = house.settled.length
  upstream.asked.length = 0
  upstream.scripts.clear()
})

const breaks = (model: string, pieces: readonly string[], cut: Cut = 'reset', shown = pieces.length): void => {
  upstream.scripts.set(model, { events: saying(pieces), cutAfter: 2 + shown, cut })
}
const goesOn = (model: string, pieces: readonly string[]): void => {
  upstream.scripts.set(model, { events: saying(pieces) })
}
let before = 0
/** What this test's own request came to. */
const latest = () => house.settled.slice(before).at(-1)
const kindsOf = () => latest()?.attempts.map(({ kind }) => kind)

interface Heard {
  readonly text: string
  readonly finish: string | undefined
  readonly ids: ReadonlySet<string>
  readonly usage: { readonly input: number; readonly output: number } | undefined
  readonly error: unknown
}

const overChat = async (model: string): Promise<Heard> => {
  const heard = {
    text: '',
    finish: undefined as string | undefined,
    ids: new Set<string>(),
    usage: undefined as Heard['usage'],
    error: undefined as unknown,
  }
  try {
    const stream = await house.openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Tell me' }],
      stream: true,
      stream_options: { include_usage: true },
    })
    for await (const chunk of stream) {
      heard.ids.add(chunk.id)
      heard.text += chunk.choices[0]?.delta.content ?? ''
      heard.finish = chunk.choices[0]?.finish_reason ?? heard.finish
      if (chunk.usage) heard.usage = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens }
    }
  } catch (error) {
    heard.error = error
  }
  return heard
}

const overMessages = async (model: string) => {
  const stream = house.anthropic.messages.stream({
    model,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Tell me' }],
  })
  const starts: string[] = []
  stream.on('streamEvent', ({ type }) => void (type.endsWith('_start') && starts.push(type)))
  const message = await stream.finalMessage()
  return { message, starts }
}

describe('an answer that breaks off goes on by the next candidate', () => {
  it.each(['reset', 'close', 'stall', 'error'] as const)(
    'after a %s, as one answer to a client of chat completions',
    async cut => {
      breaks('gpt-first', ['Once upon', ' a time there'], cut)
      goesOn('gpt-second', ['Once upon a time', ' there', ' was a fox'])
      const heard = await overChat('on')
      expect(heard).toMatchObject({ text: 'Once upon a time there was a fox', finish: 'stop', error: undefined })
      expect(heard.ids.size).toBe(1)
      await until('settled', () => latest() !== undefined)
      expect(kindsOf()).toEqual(['primary', 'continue'])
      const [broken, on] = latest()?.attempts ?? []
      expect(on?.goesOn).toEqual({ by: 'instruction', overlap: 'Once upon a time there'.length })
      // Both were paid: what the first one counted or gave, and the second one whole.
      expect(heard.usage?.output).toBeGreaterThan(3)
      expect((broken?.cost?.amount ?? 0) + (on?.cost?.amount ?? 0)).toBe(latest()?.cost.amount)
      expect(latest()?.failure).toBeUndefined()
    },
  )

  it('tells the next one what was said and where it stopped', async () => {
    breaks('gpt-first', ['Once upon a time'])
    goesOn('gpt-second', ['Once upon a time', ', long ago'])
    await overChat('on')
    const messages = upstream.asked[1]?.body['messages'] as { role: string; content: string }[]
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(messages[1]?.content).toBe('Once upon a time')
    expect(messages[2]?.content).toContain('<last-words>Once upon a time</last-words>')
  })

  it('as one message to a client of messages, in the same block, behind a prefilled turn', async () => {
    breaks('claude-3-5-haiku', ['Once upon a time ', 'there '])
    goesOn('claude-3-haiku', ['was', ' a fox'])
    const { message, starts } = await overMessages('on-filled')
    expect(message.content).toMatchObject([{ type: 'text', text: 'Once upon a time there was a fox' }])
    expect(starts).toEqual(['message_start', 'content_block_start'])
    expect(message.stop_reason).toBe('end_turn')
    const messages = upstream.asked[1]?.body['messages'] as { role: string; content: unknown }[]
    expect(messages.at(-1)).toMatchObject({ role: 'assistant' })
    expect(JSON.stringify(messages.at(-1)?.content)).toContain('Once upon a time there"')
    await until('settled', () => latest()?.attempts.length === 2)
    expect(latest()?.attempts[1]?.goesOn).toEqual({ by: 'prefill', overlap: 0 })
  })

  it('as one response to a client of responses', async () => {
    breaks('gpt-first', ['Once upon', ' a time there'])
    goesOn('gpt-second', ['Once upon a time there', ' was a fox'])
    const stream = await house.openai.responses.create({ model: 'on', input: 'Tell me', stream: true })
    const types: string[] = []
    let text = ''
    let numbers = -1
    for await (const event of stream) {
      types.push(event.type)
      expect(event.sequence_number).toBe(++numbers)
      if (event.type === 'response.output_text.delta') text += event.delta
      if (event.type === 'response.completed') expect(event.response.output_text ?? text).toContain('was a fox')
    }
    expect(text).toBe('Once upon a time there was a fox')
    for (const once of [
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.completed',
    ])
      expect(
        types.filter(type => type === once),
        once,
      ).toHaveLength(1)
  })

  it('as one answer to a client of gemini', async () => {
    breaks('gemini-first', ['Once upon', ' a time there'])
    goesOn('claude-3-haiku', [' was a fox'])
    const google = new GoogleGenAI({ apiKey: virtualKey, httpOptions: { baseUrl: house.url } })
    const stream = await google.models.generateContentStream({ model: 'on-google', contents: 'Tell me' })
    let text = ''
    const finishes: string[] = []
    for await (const chunk of stream) {
      text += chunk.text ?? ''
      const finish = chunk.candidates?.[0]?.finishReason
      if (finish !== undefined) finishes.push(finish)
    }
    expect(text).toBe('Once upon a time there was a fox')
    expect(finishes).toEqual(['STOP'])
  })

  it('without what Mistral repeats in front', async () => {
    breaks('gpt-first', ['Once upon', ' a time there'])
    goesOn('mistral-small', ['Once', ' upon a time', ' there', ' was a fox'])
    const heard = await overChat('on-echo')
    expect(heard).toMatchObject({ text: 'Once upon a time there was a fox', error: undefined })
    const messages = upstream.asked[1]?.body['messages'] as object[] | undefined
    expect(messages?.at(-1)).toMatchObject({ role: 'assistant', prefix: true })
  })

  it('once more, if the second breaks off as well', async () => {
    breaks('gpt-first', ['Once upon a time'])
    breaks('gpt-second', ['Once upon a time', ' there was'])
    goesOn('claude-3-haiku', [' a fox'])
    const heard = await overChat('on')
    expect(heard).toMatchObject({ text: 'Once upon a time there was a fox', finish: 'stop', error: undefined })
    await until('settled', () => latest()?.attempts.length === 3)
    expect(kindsOf()).toEqual(['primary', 'continue', 'continue'])
  })

  it('by the one after, if the second cannot go on', async () => {
    breaks('gpt-first', ['Once upon a time'])
    upstream.scripts.set('gpt-second', { events: [], status: 400 })
    goesOn('claude-3-haiku', [' there was'])
    const heard = await overChat('on')
    expect(heard).toMatchObject({ text: 'Once upon a time there was', error: undefined })
  })

  it('marks the seam in a comment that clients skip', async () => {
    breaks('gpt-first', ['Once upon a time'])
    goesOn('gpt-second', ['Once upon a time', ' there'])
    const response = await fetch(`${house.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'on', stream: true, messages: [{ role: 'user', content: 'Tell me' }] }),
    })
    const text = await response.text()
    expect(text).toContain('\n: x-signalbox-continued: openai/gpt-second; overlap=16\n\n')
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
  })
})

describe('an answer that breaks off ends with an error of the client’s own kind', () => {
  const brokenOff = async (pool: string): Promise<Heard> => {
    const heard = await overChat(pool)
    expect(heard.error).toBeInstanceOf(Error)
    expect(heard.finish).toBeUndefined()
    return heard
  }

  it('where the policy says so', async () => {
    breaks('gpt-first', ['Once upon a time'])
    goesOn('gpt-second', ['never asked'])
    expect((await brokenOff('stops')).text).toBe('Once upon a time')
    expect(upstream.asked).toHaveLength(1)
  })
  it('where nobody is left to go on, with the failure that broke it off', async () => {
    breaks('gpt-first', ['Once upon a time'])
    expect((await brokenOff('alone')).text).toBe('Once upon a time')
    await until('settled', () => latest()?.failure !== undefined)
    expect(latest()?.failure?.kind).toBe('stream-broken')
  })
  it('where those that were left cannot go on either, with the failure that broke it off', async () => {
    breaks('gpt-first', ['Once upon a time'])
    for (const model of ['gpt-second', 'claude-3-haiku']) upstream.scripts.set(model, { events: [], status: 400 })
    expect((await brokenOff('on')).text).toBe('Once upon a time')
    expect(upstream.asked).toHaveLength(3)
    await until('settled', () => latest()?.attempts.length === 3)
    expect(latest()?.failure?.kind).toBe('stream-broken')
  })
  it('where a tool call had begun', async () => {
    upstream.scripts.set('gpt-first', {
      events: [
        ...saying(['Let me see']).slice(0, 3),
        { type: 'tool-call-start', block: 1, callId: 'c1', name: 'look' },
        { type: 'tool-call-delta', block: 1, input: '{"a":' },
        ...saying([]).slice(3),
      ],
      cutAfter: 5,
    })
    goesOn('gpt-second', ['never asked'])
    const heard = await brokenOff('on')
    expect(heard.text).toBe('Let me see')
    expect(upstream.asked).toHaveLength(1)
  })
  const refusal: StreamEvent = { type: 'refusal-delta', block: 0, text: 'I would rather not' }
  it.each([
    ['refuses in words', [refusal], 'stop'],
    ['is refused by a filter', [], 'refused'],
  ] as const)('where the next one only %s', async (_, said, reason) => {
    breaks('gpt-first', ['Once upon a time'])
    const events = [...saying([]).slice(0, 1), ...said, ...saying([], reason).slice(3)]
    upstream.scripts.set('gpt-second', { events })
    upstream.scripts.set('claude-3-haiku', { events: [], status: 503 })
    const heard = await brokenOff('on')
    expect(heard.text).toBe('Once upon a time')
  })
})

describe('an answer that a client waits for as a whole', () => {
  const ask = (model: string) =>
    house.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Tell me' }] })

  it.each(['reset', 'stall', 'error'] as const)(
    'begins anew with the next one after a %s, where the policy restarts',
    async cut => {
      breaks('gpt-first', ['Once upon', ' a time'], cut)
      goesOn('gpt-second', ['There', ' was a fox'])
      const answer = await ask('anew')
      expect(answer.choices[0]?.message.content).toBe('There was a fox')
      expect(answer.choices[0]?.finish_reason).toBe('stop')
      expect(upstream.asked.map(({ body }) => body['stream'])).toEqual([true, true])
      await until('settled', () => latest()?.attempts.length === 2)
      expect(kindsOf()).toEqual(['primary', 'fallback'])
      expect(latest()?.streamed).toBe(false)
      expect(latest()?.attempts[1]?.firstTokenAt).toBeDefined()
    },
  )
  it('is no stream to a client that streams: what was shown breaks off', async () => {
    breaks('gpt-first', ['Once upon a time'])
    goesOn('gpt-second', ['never asked'])
    const heard = await overChat('anew')
    expect(heard.error).toBeInstanceOf(Error)
    expect(heard.text).toBe('Once upon a time')
  })
})

describe('an answer that its provider keeps', () => {
  it('is found again though it was read as events, where it was given', async () => {
    upstream.scripts.set('gpt-first', { events: [], status: 503 })
    const [, ...rest] = saying(['Once upon a time'])
    const start = { type: 'response-start', model: 'm', upstreamId: 'resp_of_second' } as const
    upstream.scripts.set('gpt-second', { events: [start, ...rest] })
    const first = await house.openai.responses.create({ model: 'on', input: 'Tell me', stream: true })
    let id = ''
    for await (const event of first) if (event.type === 'response.completed') id = event.response.id
    goesOn('gpt-first', ['never asked'])
    const more = await house.openai.responses.create({ model: 'on', input: 'More', previous_response_id: id })
    expect(more.output_text).toBe('Once upon a time')
    expect(upstream.asked.map(({ model }) => model)).toEqual(['gpt-first', 'gpt-second', 'gpt-second'])
    expect(upstream.asked.at(-1)?.body['previous_response_id']).toBe('resp_of_second')
  })
})

describe('a client that leaves', () => {
  it('stops whoever goes on', async () => {
    breaks('gpt-first', ['Once upon a time'])
    upstream.scripts.set('gpt-second', {
      events: saying(['Once upon a time', ' there', ' was', ' a']),
      cutAfter: 5,
      cut: 'stall',
    })
    const leaving = new AbortController()
    const stream = await house.openai.chat.completions.create(
      { model: 'on', messages: [{ role: 'user', content: 'Tell me' }], stream: true },
      { signal: leaving.signal },
    )
    let text = ''
    try {
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? ''
        if (text.includes('was')) leaving.abort()
      }
    } catch {
      // The client's own doing.
    }
    await until('the second was left', () => upstream.asked[1]?.wasLeft === true)
    expect(upstream.asked).toHaveLength(2)
  })
})
