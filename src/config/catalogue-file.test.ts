/** A catalogue of the user's own: read in four formats, refused with the place of what is wrong, laid over what is shipped. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProvider } from '@pydantic/genai-prices'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { providerTypes } from '../providers/registry.ts'
import { rateNames, ratesFor } from '../domain/rates.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { knownModel, whatIsKnown } from './catalog.ts'
import { readCatalogue } from './catalogue-file.ts'
import type { Catalogue } from './catalogue-file.ts'
import { loadCatalogue, storeCatalogue } from './catalogue-place.ts'
import { fits } from './name-pattern.ts'
import { jsonPlace } from './json-place.ts'
import { readConfig } from './load.ts'
import { listedModel } from './price-list.ts'
import { readPrice } from './read-price.ts'

const today = Date.parse('2026-11-24T12:00:00Z') as Instant
const read = (value: unknown): Catalogue => {
  const found = readCatalogue(JSON.stringify(value), 'own.json')
  if (!found.ok) throw new Error(found.findings.map(one => `${one.path}: ${one.message}`).join('\n'))
  return found.catalogue
}
const refused = (text: string) => {
  const found = readCatalogue(text, 'own.json')
  return found.ok ? [] : found.findings.map(one => `${one.line}:${one.column} ${one.path}: ${one.message}`)
}
const knownBy = (catalogue: Catalogue, type: string, model: string) => knownModel({ type, model }, today, catalogue)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a catalogue in our own format', () => {
  const own = read({
    catalogue: 1,
    source: 'our contract',
    models: [
      { providers: ['openai'], names: ['gpt-4o-mini*'], price: { input: 0.1, output: 0.4 } },
      { providers: ['openai'], names: ['gpt-*'], contextWindow: 64_000, maxOutput: 1_000 },
      { providers: ['ollama'], names: ['llama3.1'], price: { input: 0, output: 0 }, accepts: ['text'] },
    ],
  })
  it('goes before what is shipped, and leaves what it does not say', () => {
    const known = knownBy(own, 'openai', 'gpt-4o-mini-2024-07-18')
    expect(known.price).toMatchObject({ inputPerMillion: 100_000, outputPerMillion: 400_000 })
    expect(known.price?.cachedInputPerMillion).toBeUndefined()
    expect(known.maxOutput).toBe(16_384)
  })
  it('is searched from its beginning: the first line that fits counts', () => {
    expect(knownBy(own, 'openai', 'gpt-4o')).toMatchObject({ contextWindow: 64_000, maxOutput: 1_000 })
    expect(knownBy(own, 'openai', 'gpt-4o-mini').contextWindow).toBe(128_000)
  })
  it('may price what nobody else can: a server of one’s own', () => {
    expect(knownBy(own, 'ollama', 'llama3.1')).toEqual({
      accepts: ['text'],
      price: { inputPerMillion: 0, outputPerMillion: 0 },
    })
  })
  it('says for each part where it is from', () => {
    const { sources } = whatIsKnown({ type: 'openai', model: 'gpt-4o-mini' }, today, own)
    expect(sources.price).toEqual([{ from: 'file', says: 'own.json, from our contract' }])
    expect(sources.contextWindow?.[0]?.from).toBe('library')
  })
})

describe('a catalogue that is wrong', () => {
  it.each([
    ['{"catalogue": 1, "models": [', /^1:29 : is no JSON: /],
    [
      '{"catalogue": 1,\n "models": [\n  {"providers": ["openai"], "names": ["a"],\n   "price": {"input": "x"}}]}',
      /^4:23 models\[0\]\.price\.input: input is "x"; write US dollars per million tokens/,
    ],
    [
      '{"catalogue": 1,\n "models": [{"providers": ["openai"], "names": ["a"], "price": {"inptu": 1}}]}',
      /no member "inptu"; did you mean "input"\?/,
    ],
    ['{"catalogue": 1,\n "models": [{"providers": ["openai"]}]}', /^2:13 models\[0\]: needs names: a list of names/],
    ['{"catalogue": 2, "models": []}', /^1:15 catalogue: catalogue is 2; write 1/],
    ['{"catalogue": 1, "models": [{"providers": ["openai"], "names": ["a"], "price": {"input": -1}}]}', /input is -1/],
    ['[]', /^1:1 : is no catalogue: /],
    ['null', /is no catalogue/],
    ['{}', /is no catalogue/],
    ['<html>', /is no JSON/],
  ])('is refused with its place: %s', (text, says) => {
    expect(refused(text)[0]).toMatch(says)
  })

  it('is written whole or not at all, and the old one stays', () => {
    const path = join(folder, 'deep', 'catalogue.json')
    storeCatalogue(path, { catalogue: 1, models: [] })
    expect(loadCatalogue(path)).toMatchObject({ ok: true, catalogue: { models: [] } })
    const circular: Record<string, unknown> = { catalogue: 1 }
    circular['models'] = circular
    expect(() => storeCatalogue(path, circular)).toThrow(TypeError)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ catalogue: 1, models: [] })
    expect(readdirSync(join(folder, 'deep'))).toEqual(['catalogue.json'])
    expect(loadCatalogue(join(folder, 'none.json'))).toBe('absent')
    expect(loadCatalogue(folder)).toMatchObject({ ok: false, findings: [{ message: 'cannot be read: EISDIR' }] })
  })
})

describe('the data of genai-prices', () => {
  const ids = [
    'openai',
    'anthropic',
    'google',
    'aws',
    'azure',
    'cohere',
    'mistral',
    'groq',
    'deepseek',
    'x-ai',
    'perplexity',
    'openrouter',
    'moonshotai',
    'minimax',
  ]
  const published = JSON.parse(JSON.stringify(ids.map(providerId => findProvider({ providerId }))))
  const catalogue = read(published)
  const moments = ['2025-01-01', '2026-11-24T02:00:00Z', '2026-11-24T12:00:00Z', '2027-06-01T08:00:00Z'].map(
    text => Date.parse(text) as Instant,
  )
  it('come to the same prices as the library itself makes of them', () => {
    let compared = 0
    for (const [place, type] of [
      'openai',
      'anthropic',
      'gemini',
      'bedrock',
      'mistral',
      'deepseek',
      'xai',
      'perplexity',
    ].entries()) {
      const provider = findProvider({
        providerId: ['openai', 'anthropic', 'google', 'aws', 'mistral', 'deepseek', 'x-ai', 'perplexity'][place] ?? '',
      })
      for (const { id } of provider?.models ?? []) {
        const theirs = listedModel({ type, model: id }, moments[0] ?? today)?.price
        const line = catalogue.models.find(
          one => one.providers.includes(type) && one.names.some(name => fits(name, id)),
        )
        const made = line?.price === undefined ? undefined : readPrice(line.price)
        const ours = made !== undefined && 'price' in made ? made.price : undefined
        // Rules that no pattern can say find another line; then the price is told of that one.
        if (theirs === undefined || ours === undefined || line?.names.at(-1) !== id) continue
        compared++
        for (const at of moments)
          for (const length of [1, 200_000, 200_001, 300_000]) {
            const when = { at, inputTokens: tokens(length) }
            const [one, other] = [ratesFor(theirs, when), ratesFor(ours, when)]
            for (const name of rateNames) expect(other[name], `${id} ${name} ${at} ${length}`).toBe(one[name])
          }
      }
    }
    expect(compared).toBeGreaterThan(200)
  })
})

describe('LiteLLM’s list', () => {
  const catalogue = read({
    sample_spec: { litellm_provider: 'one of …', input_cost_per_token: 0 },
    'gpt-x': {
      litellm_provider: 'openai',
      mode: 'chat',
      max_input_tokens: 200_000,
      max_output_tokens: 8_000,
      input_cost_per_token: 2.5e-6,
      output_cost_per_token: 1e-5,
      cache_read_input_token_cost: 1.25e-6,
      input_cost_per_token_above_200k_tokens: 5e-6,
      output_cost_per_token_above_200k_tokens: 1.5e-5,
      input_cost_per_token_batches: 1.25e-6,
      output_cost_per_token_priority: 2e-5,
      output_cost_per_reasoning_token: 1.2e-5,
    },
    'gemini/embed-x': {
      litellm_provider: 'gemini',
      mode: 'embedding',
      input_cost_per_token: 1.5e-7,
      output_cost_per_token: 0,
    },
    'bedrock/us.draw-x': { litellm_provider: 'bedrock', mode: 'image_generation', output_cost_per_image: 0.04 },
    '1024-x-1024/draw-x': { litellm_provider: 'openai', mode: 'image_generation', output_cost_per_image: 9 },
    'rank-x': { litellm_provider: 'cohere', mode: 'rerank', input_cost_per_query: 0.002 },
    'hear-x': { litellm_provider: 'groq', mode: 'audio_transcription', input_cost_per_second: 0.0001 },
    'sonar-x': {
      litellm_provider: 'perplexity',
      mode: 'chat',
      input_cost_per_token: 1e-6,
      output_cost_per_token: 1e-6,
      search_context_cost_per_query: { search_context_size_low: 0.005, search_context_size_high: 0.012 },
    },
    'unknown-x': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 0, output_cost_per_token: 0 },
  })
  it('has prices by the token, with tiers, classes of service and thinking', () => {
    expect(knownBy(catalogue, 'openai', 'gpt-x')).toMatchObject({
      contextWindow: 200_000,
      maxOutput: 8_000,
      price: {
        inputPerMillion: 2_500_000,
        outputPerMillion: 10_000_000,
        cachedInputPerMillion: 1_250_000,
        reasoningPerMillion: 12_000_000,
        tiers: [{ above: 200_000, inputPerMillion: 5_000_000, outputPerMillion: 15_000_000 }],
        services: { batch: { inputPerMillion: 1_250_000 }, priority: { outputPerMillion: 20_000_000 } },
      },
    })
  })
  it('has prices by the piece, and what each model does', () => {
    expect(knownBy(catalogue, 'gemini', 'embed-x')).toMatchObject({
      accepts: ['embeddings'],
      price: { inputPerMillion: 150_000 },
    })
    expect(knownBy(catalogue, 'bedrock', 'us.draw-x').price?.imagePerMillion).toBe(40_000_000_000)
    expect(knownBy(catalogue, 'cohere', 'rank-x')).toMatchObject({
      accepts: ['rerank'],
      price: { searchPerMillion: 2e9 },
    })
    expect(knownBy(catalogue, 'groq', 'hear-x').price?.secondPerMillion).toBe(100_000_000)
    expect(knownBy(catalogue, 'perplexity', 'sonar-x').price?.requestPerMillion).toBe(5_000_000_000)
  })
  it('does not make a model free of which it only knows zeros', () => {
    expect(knownBy(catalogue, 'openai', 'unknown-x').price).toBeUndefined()
    expect(knownBy(catalogue, 'openai', 'draw-x').price).toBeUndefined()
  })
  it('tells what makes no sense, with its place, and leaves it out', () => {
    const text =
      '{\n "odd": {"litellm_provider": "openai",\n  "input_cost_per_token": -1, "output_cost_per_token": 1e-6}}'
    const found = readCatalogue(text, 'theirs.json')
    expect(found.ok).toBe(true)
    expect(found.findings).toMatchObject([
      { severity: 'warning', line: 3, column: 27, path: 'odd.input_cost_per_token' },
    ])
  })
})

describe('the catalogue of models.dev', () => {
  const catalogue = read({
    google: {
      id: 'google',
      env: ['KEY'],
      models: {
        'gemini-x': {
          id: 'gemini-x',
          tool_call: true,
          reasoning: true,
          modalities: { input: ['text', 'image', 'pdf'], output: ['text'] },
          cost: { input: 1.25, output: 10, cache_read: 0.31, context_over_200k: { input: 2.5, output: 15 } },
          limit: { context: 1_048_576, output: 65_536 },
        },
        'embed-x': {
          id: 'embed-x',
          tool_call: false,
          modalities: { input: ['text'], output: ['text'] },
          cost: { input: 0.15, output: 0 },
        },
      },
    },
    'github-models': {
      id: 'github-models',
      models: { 'gpt-x': { cost: { input: 0, output: 0 }, limit: { context: 8_000 } } },
    },
  })
  it('has prices, sizes and abilities of models, for every way in which they are served', () => {
    for (const type of ['gemini', 'vertex']) {
      expect(knownBy(catalogue, type, 'gemini-x')).toMatchObject({
        contextWindow: 1_048_576,
        maxOutput: 65_536,
        accepts: ['text', 'tools', 'image', 'file', 'json-schema', 'reasoning', 'logprobs', 'choices'],
        price: { inputPerMillion: 1_250_000, tiers: [{ above: 200_000, inputPerMillion: 2_500_000 }] },
      })
    }
    expect(knownBy(catalogue, 'gemini', 'embed-x').accepts).toEqual(['embeddings'])
  })
  it('does not make a model free that somebody else pays for', () => {
    expect(knownBy(catalogue, 'github-models', 'gpt-x')).toMatchObject({ contextWindow: 8_000 })
    expect(knownBy(catalogue, 'github-models', 'gpt-x').price).toBeUndefined()
  })
})

describe('a configuration', () => {
  const yaml = (catalogue: string) =>
    `catalogue: ${JSON.stringify(catalogue)}\nproviders: { o: { type: openai, key: "\${KEY}" } }\ndeployments: { mini: { provider: o, model: gpt-4o-mini } }\n`
  const load = (text: string, besideState = false) =>
    readConfig(text, {
      file: 'c.yaml',
      env: { KEY: 'k' },
      providerTypes: Object.keys(providerTypes),
      now: today,
      besideState,
    })
  const content = JSON.stringify({
    catalogue: 1,
    models: [{ providers: ['openai'], names: ['gpt-4o-mini'], price: { input: 7, output: 9 } }],
  })
  it('that names a catalogue has its prices', () => {
    const path = join(folder, 'mine.json')
    writeFileSync(path, content)
    const loaded = load(yaml(path))
    expect(loaded.ok && loaded.settings.deployments[0]?.price).toMatchObject({ inputPerMillion: 7_000_000 })
  })
  it('that names one that is not there is warned, and one that is wrong is refused at its place', () => {
    const path = join(folder, 'mine.json')
    expect(load(yaml(path))).toMatchObject({
      ok: true,
      findings: [{ severity: 'warning', line: 1, path: 'catalogue' }],
    })
    writeFileSync(path, content.replace('"input":7', '"input":"7 dollars"'))
    const broken = load(yaml(path))
    expect(broken.ok).toBe(false)
    expect(broken.findings[0]?.message).toContain(`the catalogue cannot be used: ${path}:1:`)
  })
  it('that names none has the one beside its state, for whoever wants that', () => {
    writeFileSync(join(folder, 'catalogue.json'), content)
    const text = yaml('').replace(
      /^catalogue.*\n/,
      `store: { durable: ${JSON.stringify(`sqlite:${join(folder, 'state.db')}`)} }\n`,
    )
    const inputOf = (besideState: boolean) => {
      const loaded = load(text, besideState)
      return loaded.ok ? loaded.settings.deployments[0]?.price?.inputPerMillion : undefined
    }
    expect([inputOf(false), inputOf(true)]).toEqual([150_000, 7_000_000])
  })
})

describe('a place in a text of JSON', () => {
  const text = '{\n  "a": [1, {"b\\"c": "x, y}"}, [[]]],\n  "d": {"e": -1.5e3, "f": null}\n}'
  it.each([
    [[], '1:1'],
    [['a'], '2:8'],
    [['a', 1], '2:12'],
    [['a', 1, 'b"c'], '2:21'],
    [['a', 2, 0], '2:32'],
    [['d', 'e'], '3:14'],
    [['d', 'f'], '3:27'],
    [['d', 'none', 'deeper'], '3:8'],
    [['a', 9], '2:8'],
  ] as const)('is that of %j', (path, place) => {
    const { line, column } = jsonPlace(text, path)
    expect(`${line}:${column}`).toBe(place)
  })
})
