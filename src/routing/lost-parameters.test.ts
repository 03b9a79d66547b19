/** What is said to be lost is what the dialects themselves lose, and the other way round. */
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import { requestOf } from '../../test/requests.ts'
import { dialects } from '../dialects/registry.ts'
import type { DialectId } from '../domain/ids.ts'
import type { ChatRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import { parametersOf } from '../signals/parameters.ts'
import { lostParameters } from './lost-parameters.ts'

/** One request each, the parameter that it is about, and the fields under which a dialect tells a loss of it. */
interface Probe {
  readonly name: string
  readonly fields: readonly string[]
  readonly change: Partial<ChatRequest>
}
const sampling = (name: string, field: string, value: number): Probe => ({
  name,
  fields: [`sampling.${field}`],
  change: { sampling: { [field]: value } },
})
const stops = (count: number): Probe => ({
  name: 'stop',
  fields: ['limits.stop'],
  change: { limits: { stop: Array.from({ length: count }, (_, place) => `end${place}`), maxOutputTokens: tokens(99) } },
})
const tool = { name: 'look', inputSchema: { type: 'object', properties: {} } }

const probes: readonly Probe[] = [
  sampling('temperature', 'temperature', 0.7),
  sampling('temperature', 'temperature', 1.5),
  sampling('top_p', 'topP', 0.9),
  sampling('top_p', 'topP', 0.999),
  sampling('top_k', 'topK', 40),
  sampling('top_k', 'topK', 900),
  sampling('seed', 'seed', 7),
  sampling('seed', 'seed', -7),
  sampling('frequency_penalty', 'frequencyPenalty', 0),
  sampling('frequency_penalty', 'frequencyPenalty', 0.5),
  sampling('frequency_penalty', 'frequencyPenalty', -1.5),
  sampling('presence_penalty', 'presencePenalty', 0),
  sampling('presence_penalty', 'presencePenalty', 0.5),
  sampling('presence_penalty', 'presencePenalty', 1.5),
  stops(1),
  stops(5),
  stops(6),
  { name: 'n', fields: ['choices'], change: { choices: 2 } },
  { name: 'n', fields: ['choices'], change: { choices: 9 } },
  { name: 'logprobs', fields: ['logprobs'], change: { logprobs: 0 } },
  { name: 'top_logprobs', fields: ['logprobs'], change: { logprobs: 3 } },
  { name: 'top_logprobs', fields: ['logprobs'], change: { logprobs: 6 } },
  { name: 'top_logprobs', fields: ['logprobs'], change: { logprobs: 21 } },
  { name: 'response_format', fields: ['output'], change: { output: { type: 'json' } } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'auto' } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'default' } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'flex' } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'standard_only' } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'standard' } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'priority' } },
  { name: 'service_tier', fields: ['serviceTier'], change: { serviceTier: 'night' } },
  { name: 'tools', fields: ['tools'], change: { tools: [tool] } },
  {
    name: 'parallel_tool_calls',
    fields: ['parallelToolCalls'],
    change: { parallelToolCalls: false },
  },
  { name: 'reasoning_effort', fields: ['reasoning', 'reasoning.effort'], change: { reasoning: { effort: 'low' } } },
  {
    name: 'reasoning_budget',
    fields: ['reasoning.budget', 'reasoning'],
    change: { reasoning: { budget: tokens(2000) } },
  },
  { name: 'novelty', fields: ['novelty'], change: { extensions: { ['foreign' as DialectId]: { novelty: true } } } },
]

/** A model of which nobody has ever heard, and one that can do much, of each dialect: what both lose does not depend on the model. */
const models: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['model-x', 'gpt-5.1', 'gpt-4o'],
  'openai-responses': ['model-x', 'gpt-5.1', 'gpt-4o'],
  'anthropic-messages': ['model-x', 'claude-sonnet-4-5', 'claude-3-haiku-20240307'],
  'bedrock-converse': [
    'model-x',
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'mistral.mistral-large-2407-v1:0',
    'cohere.command-r-plus-v1:0',
  ],
  'cohere-chat': ['model-x', 'command-a-reasoning-08-2025', 'command-r7b-12-2024'],
  gemini: ['model-x', 'gemini-2.5-flash', 'gemini-3-pro-preview'],
  'openai-completions': ['model-x', 'gpt-3.5-turbo-instruct'],
}

const told = (dialect: string, model: string, { change, fields }: Probe): boolean => {
  const encoded = dialects.get(dialect as DialectId)?.encodeRequest(requestOf({ target: 'pool', ...change }), model)
  if (encoded === undefined) throw new Error(`no dialect ${dialect}`)
  return encoded.losses.some(({ field }) => fields.includes(field))
}
const said = (dialect: string, { name, change }: Probe): boolean => {
  const params = parametersOf(requestOf({ target: 'pool', ...change }))
  const given = facts([], { request: { params, dialect: 'foreign' as DialectId } })
  return lostParameters(candidate('a', { dialect: dialect as DialectId }), given).includes(name)
}

describe('lost parameters', () => {
  it.each(Object.keys(models))('are those that %s loses whatever the model, and no others', dialect => {
    const [differing, whatever]: [string[], string[]] = [[], []]
    for (const probe of probes) {
      const lost = (models[dialect] ?? []).map(model => told(dialect, model, probe))
      const text = `${probe.name} ${JSON.stringify(probe.change)}`
      if (said(dialect, probe) !== lost.every(Boolean)) differing.push(text)
      if (lost.every(Boolean)) whatever.push(probe.name)
    }
    expect(differing).toEqual([])
    expect(whatever.length).toBeGreaterThan(0)
  })
  it('cover every dialect that there is', () => {
    expect(Object.keys(models).toSorted()).toEqual([...dialects.keys()].toSorted())
  })

  const names = (from: string | undefined, to: string, change: Partial<ChatRequest>): readonly string[] =>
    lostParameters(
      candidate('a', { dialect: to as DialectId }),
      facts([], {
        request: {
          params: parametersOf(requestOf(change)),
          ...(from !== undefined && { dialect: from as DialectId }),
        },
      }),
    )
  it('are none where both speak one dialect, and none of what two dialects of one maker tell each other', () => {
    expect(names('openai-chat', 'openai-chat', { sampling: { topK: 4 } })).toEqual([])
    const own = { ['openai-chat' as DialectId]: { store: true, prompt_cache_key: 'k', web: 3 } }
    expect(names('openai-chat', 'openai-responses', { extensions: own })).toEqual(['web'])
    expect(names('openai-chat', 'gemini', { extensions: own })).toEqual(['prompt_cache_key', 'store', 'web'])
  })
  it('are those that the house knows where nobody told the dialect, and are told in order', () => {
    expect(names(undefined, 'anthropic-messages', { sampling: { seed: 1, frequencyPenalty: 1 }, choices: 2 })).toEqual([
      'frequency_penalty',
      'n',
      'seed',
    ])
    expect(names('foreign', 'a-dialect-to-come', { sampling: { seed: 1 } })).toEqual([])
  })
  it('are of conversations alone', () => {
    const given = facts([], { request: { operation: 'embeddings', params: { seed: 1 }, dialect: 'x' as DialectId } })
    expect(lostParameters(candidate('a', { dialect: 'anthropic-messages' as DialectId }), given)).toEqual([])
  })
})
