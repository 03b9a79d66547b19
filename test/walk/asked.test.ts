/** What a request asks of its routing in OpenRouter's words, through OpenAI's own client and real sockets. */
import { APIError } from 'openai'
import type OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, providersOf } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const abilities = 'accepts: [text, tools], contextWindow: 128000, maxOutput: 8192'
let house: OpenHouse
beforeAll(async () => {
  house = await openHouse({
    world: { script: () => ({ text: 'Yes.' }) },
    config: world =>
      [
        providersOf(world),
        `  resale: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
        'deployments:',
        `  large: { provider: openai, model: gpt-4o-2024-08-06, price: { input: 2.5, output: 10 }, priority: 1, tags: { quantization: bf16, zdr: 'true', data_collection: deny }, ${abilities} }`,
        `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, price: { input: 0.15, output: 0.6, request: 0.01 }, priority: 2, tags: { quantization: fp8 }, ${abilities} }`,
        `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, price: { input: 0.25, output: 1.25 }, priority: 3, tags: { data_collection: deny, distillable_text: 'true' }, ${abilities} }`,
        `  twin: { provider: resale, model: gpt-4o-2024-08-06, price: { input: 1, output: 4 }, priority: 4, ${abilities} }`,
        'pools:',
        '  all: { candidates: [large, mini, haiku, twin], policy: in-order }',
        '  pair: { candidates: [large, mini], policy: in-order }',
        '  by-path: { candidates: [large, mini], policy: by-path }',
        'policies:',
        '  in-order:',
        '    steps: [{ use: priority }]',
        '    patience: { maxAttempts: 4, retriesPerCandidate: 0, firstToken: 5s, idle: 5s, total: 10s }',
        '  by-path:',
        "    steps: [{ when: { request.path: { regex: '^/v1/chat' } }, then: { use: only, with: { deployments: mini } } }]",
        'defaultPolicy: in-order',
      ].join('\n'),
  })
})
afterAll(async () => house.close())

/** Models of the world that are down until the test is over. */
const down = new Set<string>()
const fail = (...models: readonly string[]): void => {
  for (const model of models) {
    down.add(model)
    house.world.switches.change({ model }, { fail: { kind: '503' } })
  }
}
afterEach(() => {
  for (const model of down) house.world.switches.change({ model }, { fail: null })
  down.clear()
})

interface Told {
  readonly by: string
  readonly step: string
  readonly attempts: number
  readonly losses: string
}
/** Who answered, by which step, after how many attempts; or how it was refused. */
const ask = async (asked: Readonly<Record<string, unknown>>): Promise<Told | string> => {
  // The client's own types know nothing of these members, as is meant.
  const body = { model: 'all', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }], ...asked }
  try {
    const { response } = await house.openai.chat.completions
      .create(body as OpenAI.ChatCompletionCreateParamsNonStreaming)
      .withResponse()
    const told = (name: string): string => response.headers.get(`x-signalbox-${name}`) ?? ''
    const by = `${told('provider')}/${told('model')}`
    return { by, step: told('strategy'), attempts: Number(told('attempts')), losses: told('losses') }
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    return `${error.status} ${error.param ?? ''} ${error.message}`
  }
}
const asking = (provider: Readonly<Record<string, unknown>>, more: object = {}): Promise<Told | string> =>
  ask({ provider, ...more })

const large = 'openai/gpt-4o-2024-08-06'
const mini = 'openai/gpt-4o-mini-2024-07-18'
const haiku = 'anthropic/claude-3-haiku-20240307'
const twin = 'resale/gpt-4o-2024-08-06'

describe('a provider object', () => {
  it.each([
    [{}, large, '0:priority'],
    [{ order: ['anthropic', 'resale'] }, haiku, 'house:asked-order'],
    [{ order: ['nobody', 'twin', 'anthropic'] }, twin, 'house:asked-order'],
    [{ order: ['openai'] }, large, '0:priority'],
    [{ sort: 'price', only: ['openai', 'resale'] }, twin, 'house:asked-price'],
    [{ sort: { by: 'price' } }, haiku, 'house:asked-price'],
    [{ order: ['openai'], sort: 'price' }, large, 'house:asked-price'],
    [{ sort: 'latency' }, large, '0:priority'],
    [{ only: ['anthropic'] }, haiku, 'only'],
    [{ ignore: ['openai', 'anthropic'] }, twin, 'only'],
    [{ data_collection: 'deny' }, large, '0:priority'],
    [{ data_collection: 'allow' }, large, '0:priority'],
    [{ data_collection: 'deny', ignore: ['openai'] }, haiku, 'only'],
    [{ zdr: true }, large, 'only'],
    [{ zdr: false }, large, '0:priority'],
    [{ enforce_distillable_text: true }, haiku, 'only'],
    [{ quantizations: ['fp8', 'fp4'] }, mini, 'only'],
    [{ quantizations: ['fp8', 'unknown'] }, mini, '0:priority'],
    [{ quantizations: [] }, large, '0:priority'],
    [{ max_price: { prompt: 1 } }, mini, '0:priority'],
    [{ max_price: { prompt: '1', completion: 5, request: 0.001 } }, haiku, '0:priority'],
    [{ max_price: { prompt: 0.2 } }, mini, 'only'],
    [{ require_parameters: true }, large, '0:priority'],
    [{ order: null, only: null, max_price: null, sort: null }, large, '0:priority'],
  ] as const)('%j is answered by %s', async (provider, by, step) => {
    expect(await asking(provider)).toEqual({ by, step, attempts: 1, losses: '' })
  })
  it('that requires parameters keeps out who would lose one', async () => {
    const logit = { logit_bias: { '5': 1 } }
    expect(await asking({ order: ['anthropic'] }, logit)).toMatchObject({
      by: haiku,
      losses: expect.stringMatching(/logit/i),
    })
    expect(await asking({ order: ['anthropic'], require_parameters: true }, logit)).toMatchObject({
      by: large,
      losses: '',
    })
  })
  it('that allows no fallbacks has none, or those of its order alone', async () => {
    fail('gpt-4o-2024-08-06', 'gpt-4o-mini-2024-07-18')
    expect(await asking({})).toMatchObject({ by: haiku, attempts: 3 })
    expect(await asking({ allow_fallbacks: true })).toMatchObject({ by: haiku, attempts: 3 })
    expect(await asking({ allow_fallbacks: false })).toMatch(/^503/)
    expect(await asking({ order: ['mini', 'anthropic'], allow_fallbacks: false })).toMatchObject({
      by: haiku,
      attempts: 2,
    })
    expect(await asking({ order: ['openai'], allow_fallbacks: false })).toMatch(/^503/)
    const last = house.settled.at(-1)?.decision?.decision
    expect(last?.ranked.map(one => one.candidate.id)).toEqual(['large', 'mini'])
    expect(last?.excluded.map(one => one.reasons.at(-1)?.says)).toContain(
      'the request would have openai, and nobody else',
    )
  })
  it('that leaves nobody says so, and of whose doing', async () => {
    expect(await asking({ zdr: true, only: ['anthropic'] })).toMatch(/^400 .*has no tag zdr, which must be true/)
    expect(await asking({ max_price: { prompt: 0.01 } })).toMatch(
      /^400 .*costs \$2.5 a million tokens of input, and \$0.01 is the most/,
    )
    expect(await asking({ order: ['nobody'], allow_fallbacks: false })).toMatch(/^400 .*the request would have nobody/)
  })
  it.each([
    [{ only: 'openai' }, '400 provider.only '],
    [{ ignored: ['openai'] }, '400 provider.ignored '],
    [{ max_prices: { prompt: 1 } }, '400 provider.max_prices '],
    [{ max_price: { prompts: 1 } }, '400 provider.max_price.prompts '],
    [{ max_price: { prompt: -1 } }, '400 provider.max_price.prompt '],
    [{ max_price: { prompt: 'free' } }, '400 provider.max_price.prompt '],
    [{ sort: 'prize' }, '400 provider.sort '],
    [{ sort: { by: 'price', partition: 'all' } }, '400 provider.sort.partition '],
    [{ zdr: 'yes' }, '400 provider.zdr '],
    [{ data_collection: 'never' }, '400 provider.data_collection '],
    [{ allow_fallbacks: 'no' }, '400 provider.allow_fallbacks '],
    [{ order: Array.from({ length: 65 }, String) }, '400 provider.order '],
    ['openai', '400 provider '],
  ])('%j is refused with its place', async (provider, start) => {
    expect(String(await ask({ provider })).slice(0, start.length)).toBe(start)
  })
  it('of which something is not known here is heeded in the rest, and the loss is told', async () => {
    expect(await asking({ only: ['anthropic'], preferred_max_latency: { p90: 2 }, mood: 'calm' })).toMatchObject({
      by: haiku,
      losses: 'provider.preferred_max_latency, provider.mood',
    })
  })
})

describe('a condition on the path', () => {
  it('holds for the place that was called, and for no other', async () => {
    expect(await ask({ model: 'by-path' })).toMatchObject({ by: mini })
    await house.openai.responses.create({ model: 'by-path', input: 'Hi' })
    expect(house.settled.at(-1)?.decision?.facts.request.path).toBe('/v1/responses')
    expect(house.settled.at(-1)?.decision?.decision.ranked[0]?.candidate.id).toBe('large')
  })
})

describe('an ending of the model', () => {
  it.each([
    ['all:floor', haiku, 'house:asked-price'],
    ['gpt-4o-2024-08-06:floor', twin, 'house:asked-price'],
    ['all:nitro', large, '0:priority'],
    [`${mini}:nitro`, mini, 'only'],
  ])('%s says how to sort', async (model, by, step) => {
    expect(await ask({ model })).toMatchObject({ by, step })
  })
  it('gives way to what the body says', async () => {
    expect(await ask({ model: 'all:nitro', provider: { sort: 'price' } })).toMatchObject({ by: haiku })
  })
  it('of another kind is part of the name', async () => {
    for (const ending of [':free', ':online', ':', ':nitro:floor'])
      expect(await ask({ model: `all${ending}` }), ending).toMatch(/^404 model /)
  })
})

describe('further models', () => {
  it('are asked in their order after the candidates of the first', async () => {
    expect(await ask({ model: 'pair', models: [haiku, twin] })).toMatchObject({ by: large, attempts: 1 })
    fail('gpt-4o-2024-08-06', 'gpt-4o-mini-2024-07-18')
    expect(await ask({ model: 'pair', models: [haiku, twin] })).toMatchObject({ by: haiku, attempts: 3 })
    const decision = house.settled.at(-1)?.decision?.decision
    expect(decision?.ranked.map(one => one.candidate.id)).toEqual(['large', 'mini', 'haiku', 'twin'])
    expect(decision?.propensity).toEqual({ large: 1, mini: 0, haiku: 0, twin: 0 })
  })
  it('stand in for a model that is not named, and one that is named twice stands where it stood first', async () => {
    expect(await ask({ model: undefined, models: [haiku, 'pair', 'all'] })).toMatchObject({
      by: haiku,
      step: 'house:asked-models',
    })
    const ranked = house.settled.at(-1)?.decision?.decision.ranked.map(one => one.candidate.id)
    expect(ranked).toEqual(['haiku', 'large', 'mini', 'twin'])
  })
  it('are sorted each by itself, or all together', async () => {
    const models = ['pair', 'all']
    expect(await ask({ model: undefined, models, provider: { sort: 'price' } })).toMatchObject({ by: large })
    expect(
      await ask({ model: undefined, models, provider: { sort: { by: 'price', partition: 'none' } } }),
    ).toMatchObject({ by: haiku })
  })
  it('that are not there are told, with the nearest name', async () => {
    expect(await ask({ models: ['al'] })).toMatch(/^404 models .*"al"; did you mean "all"/)
    expect(await ask({ models: 'all' })).toMatch(/^400 models /)
  })
})

describe('what was measured', () => {
  it('sorts as was asked, though the policy reads nothing of it', async () => {
    house.world.switches.change({ model: 'gpt-4o-2024-08-06' }, { latency: { addMs: 1500 } })
    for (const only of [['openai'], ['anthropic']])
      await Promise.all(
        Array.from({ length: 24 }, () => asking({ only }, { model: only[0] === 'openai' ? 'large' : 'all' })),
      )
    house.world.switches.change({ model: 'gpt-4o-2024-08-06' }, { latency: null })
    expect(await asking({ sort: 'latency' })).toMatchObject({ by: haiku, step: 'house:asked-latency' })
    const decision = house.settled.at(-1)?.decision?.decision
    expect(decision?.ranked.map(one => one.candidate.id)).toEqual(['haiku', 'large', 'mini', 'twin'])
    expect(decision?.confidence).toBeGreaterThan(0.5)
  })
})
