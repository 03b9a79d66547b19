/** Limits through the front door: what official clients are told, and what is spent by those who ask all at once. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { openHouse, otherKey, twoDialects, until } from './open-house.ts'
import type { HouseOptions, OpenHouse } from './open-house.ts'

let house: OpenHouse
afterEach(async () => house.close())

const open = async (lines: readonly string[], options: HouseOptions = {}): Promise<void> => {
  const config = options.config ?? twoDialects
  house = await openHouse({
    world: { script: () => ({ text: 'Twenty words of no great meaning. '.repeat(5) }) },
    ...options,
    config: world => [config(world), ...lines.filter(line => !line.startsWith('keys:'))].join('\n'),
    keys: lines.find(line => line.startsWith('keys:')) ?? "keys: { test: { value: '${TEST_KEY}' } }",
  })
}

const ask = (more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}, headers: Record<string, string> = {}) =>
  house.openai.chat.completions
    .create({ model: 'speaks-openai', messages: [{ role: 'user', content: 'Hi' }], ...more }, { headers })
    .withResponse()

const refusalOf = async (asked: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> => {
  try {
    await asked
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const spent = (): number => house.settled.reduce((sum, { cost }) => sum + cost.amount, 0)
const idle = (): Promise<void> => until('all are settled', () => house.running.house.gateway.inFlight() === 0)

describe('a hard budget', () => {
  it('is never passed, however many ask at once, and is used nearly up by those who say how long an answer may be', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', budget: { usd: 0.001, per: total } } }"])
    const codes: unknown[] = []
    for (let round = 0; round < 10; round++) {
      const asked = Array.from({ length: 30 }, () => ask({ max_tokens: 60 }))
      for (const one of await Promise.allSettled(asked)) if (one.status === 'rejected') codes.push(one.reason.status)
    }
    await idle()
    expect(new Set(codes)).toEqual(new Set([402]))
    expect(spent()).toBeLessThanOrEqual(1000)
    expect(spent()).toBeGreaterThan(750)
    const billed = house.settled.filter(({ failure }) => failure === undefined).length
    expect(billed + codes.length).toBe(300)
  })
  it('says what is used, what was needed, and how to need less', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', budget: { usd: 0.0004, per: month } } }"])
    const error = await refusalOf(ask({ max_tokens: 5000 }))
    expect(error).toMatchObject({ status: 402, code: 'over-budget' })
    expect(error.message).toMatch(
      /budget of key "test" is \$0\.0004 this month: \$0 used until \d{4}-.*may need \$0\.0031/,
    )
  })
  it('gives an answer of which nobody said how long it may be the length that there is room for', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', budget: { usd: 0.0012, per: total } } }"])
    const { response } = await ask()
    expect(response.headers.get('x-signalbox-losses')).toContain('limits.maxOutputTokens')
    await idle()
    expect(spent()).toBeLessThanOrEqual(1200)
  })
  it('of a team is one for all of its keys', async () => {
    await open([
      'tenancy: { organisations: { acme: {} }, teams: { search: { organisation: acme, budget: { usd: 0.0002, per: total } } } }',
      `keys: { test: { value: '\${TEST_KEY}', team: search }, other: { value: '\${OTHER_KEY}', team: search } }`,
    ])
    const other = new OpenAI({ baseURL: `${house.url}/v1`, apiKey: otherKey, maxRetries: 0 })
    const asked = { model: 'speaks-openai', max_tokens: 60, messages: [{ role: 'user' as const, content: 'Hi' }] }
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, place) => (place % 2 === 0 ? house.openai : other).chat.completions.create(asked)),
    )
    await idle()
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true)
    expect(spent()).toBeLessThanOrEqual(200)
  })
  it('of a provider sends requests on to another', async () => {
    await open(['tenancy: { providers: { openai: { budget: { usd: 0.000001, per: day } } } }'])
    const { response } = await ask({ model: 'both', max_tokens: 60 })
    expect(response.headers.get('x-signalbox-provider')).toBe('anthropic')
    expect(response.headers.get('x-signalbox-fallback')).toBe('over_budget')
  })
  it('of each run is its own', async () => {
    await open(["tenancy: { runs: { '*': { budget: { requests: 1, per: total } } } }"])
    await ask({}, { 'x-signalbox-run': 'one' })
    expect(await refusalOf(ask({}, { 'x-signalbox-run': 'one' }))).toMatchObject({ status: 402 })
    await ask({}, { 'x-signalbox-run': 'two' })
    await ask()
  })
  it('counts a stream that the client leaves by what came of it', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', budget: { usd: 1, per: total } } }"])
    const stream = await house.openai.chat.completions.create({
      model: 'speaks-openai',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
    for await (const _ of stream) break
    await idle()
    const used = await house.running.house.meters.read([{ meter: 'key:test usd total', window: { kind: 'total' } }])
    expect(used).toEqual([{ used: spent(), reserved: 0 }])
  })
})

describe('a race', () => {
  it('holds both, and both are settled', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', budget: { usd: 1, per: total } } }"], {
      config: world =>
        twoDialects(world).replace('    patience:', '    execution: { mode: race, width: 2 }\n    patience:'),
    })
    for (let count = 0; count < 5; count++) await ask({ model: 'both', max_tokens: 60 })
    await idle()
    const [balance] = await house.running.house.meters.read([
      { meter: 'key:test usd total', window: { kind: 'total' } },
    ])
    expect(balance).toEqual({ used: spent(), reserved: 0 })
    expect(spent()).toBeGreaterThan(0)
  })
})

describe('a rate limit', () => {
  it('is told with every answer, and refused as official clients understand it', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', limits: { rpm: 2, tpm: 5000 } } }"])
    const { response } = await ask({ max_tokens: 50 })
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect(response.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:1m)?\d+(?:\.\d)?s$/)
    expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(5000)
    await ask({ max_tokens: 50 })
    const error = await refusalOf(ask({ max_tokens: 50 }))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0)
    expect(error.headers?.get('x-ratelimit-remaining-requests')).toBe('0')
  })
  it('is told to a client of Anthropic in its own words', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', limits: { rpm: 1 } } }"])
    const asked = { model: 'speaks-anthropic', max_tokens: 50, messages: [{ role: 'user' as const, content: 'Hi' }] }
    await house.anthropic.messages.create(asked)
    await expect(house.anthropic.messages.create(asked)).rejects.toBeInstanceOf(Anthropic.RateLimitError)
  })
  it('of requests at the same time is free again once one is over, also where the client left', async () => {
    await open(["keys: { test: { value: '${TEST_KEY}', limits: { concurrent: 1 } } }"])
    const stream = await house.openai.chat.completions.create({
      model: 'speaks-openai',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
    for await (const _ of stream) break
    await idle()
    await ask()
    const both = await Promise.allSettled([ask(), ask()])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('a soft limit', () => {
  it('is told, and policies may turn to what is cheaper', async () => {
    await open(
      ["keys: { test: { value: '${TEST_KEY}', budget: { usd: 0.001, per: total, soft: 10%, hard: false } } }"],
      {
        config: world =>
          [
            twoDialects(world).replace('[mini, haiku], policy: in-order', '[mini, haiku], policy: downshift'),
            '  downshift:',
            '    steps:',
            '      - { when: { budget.used: { gte: 0.1 } }, then: [{ use: ignore, with: { providers: [openai] } }] }',
            '      - { use: priority }',
          ].join('\n'),
      },
    )
    const servedBy: (string | null)[] = []
    for (let count = 0; count < 12; count++) {
      const { response } = await ask({ model: 'both', max_tokens: 60 })
      servedBy.push(response.headers.get('x-signalbox-provider'))
    }
    expect(servedBy[0]).toBe('openai')
    expect(servedBy.at(-1)).toBe('anthropic')
    expect(house.events.filter(({ type }) => type === 'limit-crossed')).toHaveLength(1)
  })
})

it('keys of the file are in force with what they carry', async () => {
  await open([`keys: { test: { value: '\${TEST_KEY}', expires: 2099-01-01, metadata: { stage: production } } }`])
  await ask()
})
