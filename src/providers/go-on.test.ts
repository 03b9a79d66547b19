/** How each provider is asked to go on from the words of an answer that broke off. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/fake-dialect.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { CredentialId, DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import type { ChatRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import type { Asked } from '../ports/provider.ts'
import { providerTypes } from './registry.ts'

const words = 'Once upon a time '

const ask = (type: string, model: string, more: Partial<ChatRequest> = {}, url?: string): Asked => {
  const made = providerTypes[type]?.({
    id: type as ProviderId,
    credentials: [{ id: 'k' as CredentialId, reference: type === 'vertex' ? 'google:default' : 'k', weight: 1 }],
    version: '0',
    ...(url !== undefined && { url }),
    options: { region: 'eu-central-1', project: 'p' },
  })
  if (made?.ok !== true) throw new Error(`no adapter of ${type}`)
  const deployment: Deployment = {
    id: 'd' as DeploymentId,
    provider: type as ProviderId,
    model: model as ModelId,
    dialect: 'openai-chat' as DialectId,
    maxOutput: tokens(4096),
    accepts: ['text'],
    weight: 1,
    priority: 1,
    limits: {},
    tags: {},
    quality: {},
  }
  const answered = made.value.ask(requestOf({ stream: true, goesOnFrom: words, ...more }), deployment)
  if (!answered.ok) throw new Error(answered.failure.message)
  return answered.asked
}
const bodyOf = ({ wire }: Asked): Record<string, unknown> => JSON.parse(String(wire.body)) as Record<string, unknown>
const turnsOf = (asked: Asked): readonly Record<string, unknown>[] => {
  const { messages, contents, input } = bodyOf(asked)
  return (messages ?? contents ?? input) as readonly Record<string, unknown>[]
}

describe('a model that writes on behind its own words', () => {
  it.each([
    ['anthropic', 'claude-3-5-haiku-20241022', { role: 'assistant' }],
    ['anthropic', 'claude-sonnet-4-5', { role: 'assistant' }],
    ['anthropic', 'claude-opus-4-20250514', { role: 'assistant' }],
    ['bedrock', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0', { role: 'assistant' }],
    ['vertex', 'claude-sonnet-4@20250514', { role: 'assistant' }],
    ['mistral', 'mistral-small-latest', { role: 'assistant', prefix: true }],
    ['deepseek', 'deepseek-chat', { role: 'assistant', prefix: true }],
    ['moonshot', 'moonshot-v1-8k', { role: 'assistant', partial: true }],
    ['qwen', 'qwen-plus', { role: 'assistant', partial: true }],
    ['groq', 'llama-3.3-70b-versatile', { role: 'assistant' }],
  ])('%s/%s has them as its last turn', (type, model, last) => {
    const asked = ask(type, model)
    expect(turnsOf(asked).at(-1)).toMatchObject(last)
    expect(JSON.stringify(turnsOf(asked).at(-1))).toContain('Once upon a time"')
    expect(asked.goesOn).toEqual({ by: 'prefill', repeats: type === 'mistral' })
    expect(asked.lane).toBe('translated')
  })
  it('of a server of one’s own has its template told', () => {
    for (const type of ['vllm', 'sglang']) {
      const asked = ask(type, 'any', {}, 'http://127.0.0.1:8000/v1')
      expect(bodyOf(asked)).toMatchObject({ continue_final_message: true, add_generation_prompt: false })
      expect(turnsOf(asked).at(-1)).toMatchObject({ role: 'assistant' })
    }
  })
  it('that completes text has them behind the prompt', () => {
    const asked = ask('openai', 'gpt-3.5-turbo-instruct')
    expect(bodyOf(asked)['prompt']).toBe(`hello${words}`)
  })
  it('is asked where that is possible', () => {
    expect(ask('deepseek', 'deepseek-chat').wire.url).toBe('https://api.deepseek.com/beta/chat/completions')
    const elsewhere = ask('deepseek', 'deepseek-chat', {}, 'https://proxy.test')
    expect(elsewhere.wire.url).toBe('https://proxy.test/chat/completions')
    expect(elsewhere.goesOn?.by).toBe('instruction')
  })
})

describe('any other model is told to go on', () => {
  it.each([
    ['openai', 'gpt-5-mini', {}],
    ['gemini', 'gemini-2.5-flash', {}],
    ['anthropic', 'claude-opus-4-6', {}],
    ['anthropic', 'claude-sonnet-4-6-20260301', {}],
    ['anthropic', 'claude-sonnet-5', {}],
    ['bedrock', 'amazon.nova-pro-v1:0', {}],
    ['groq', 'openai/gpt-oss-120b', {}],
    ['anthropic', 'claude-sonnet-4-5', { reasoning: { effort: 'high' } }],
    ['qwen', 'qwen-plus', { reasoning: { effort: 'low' } }],
  ] as const)('%s/%s', (type, model, more) => {
    const asked = ask(type, model, more)
    const [before, last] = turnsOf(asked).slice(-2)
    expect(JSON.stringify(before)).toContain('Once upon a time')
    expect(JSON.stringify(last)).toContain('<last-words>Once upon a time </last-words>')
    expect(asked.goesOn).toEqual({ by: 'instruction', repeats: true })
  })
  it('from the beginning of a word, or of any letter where there are no spaces', () => {
    const end = (text: string): string =>
      /<last-words>([^]*)<\/last-words>/.exec(
        String(turnsOf(ask('openai', 'gpt-4o', { goesOnFrom: text })).at(-1)?.['content']),
      )?.[1] ?? ''
    const long = 'the quick brown fox jumps over the lazy dog and on and on and on to the end of it'
    expect(long.endsWith(end(long))).toBe(true)
    expect(long.at(-end(long).length - 1)).toBe(' ')
    expect(end('漢'.repeat(200))).toBe('漢'.repeat(30))
  })
})

describe('what is left of the length that was asked for', () => {
  it.each([
    [100, 96],
    [3, 3],
    [17, 16],
    [undefined, undefined],
  ])('%s becomes %s', (asked, left) => {
    const limits = { stop: [], ...(asked !== undefined && { maxOutputTokens: tokens(asked) }) }
    expect(bodyOf(ask('openai', 'gpt-4o', { goesOnFrom: 'x'.repeat(16), limits }))['max_tokens']).toBe(left)
  })
})
