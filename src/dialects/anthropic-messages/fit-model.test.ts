/** What each Claude is sent of a body that was written for another one, and what is told to be lost by it. */
import { describe, expect, it } from 'vitest'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { anthropicMessages } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const hi = { role: 'user', content: 'hi' }
/** The members that change, as they would be sent, and the names of what is lost. */
const fitted = (model: string, asks: Json, target = 'pool') => {
  const body = { model: target, max_tokens: 5000, messages: [hi], ...asks }
  const read = anthropicMessages.decodeRequest(body)
  if (!read.ok) throw new Error(read.why)
  const request = requestOf({ ...read.value, raw: rawOf(anthropicMessages.id, body) })
  const { edits, losses } = anthropicMessages.express.fit?.(request, model) ?? { edits: {}, losses: [] }
  return { edits, lost: losses.map(({ field }) => field) }
}
const budget = { thinking: { type: 'enabled', budget_tokens: 2000 } }
const adaptive = { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } }
const none = { edits: {}, lost: [] }

describe('a body cut to its model', () => {
  it.each([
    ['claude-sonnet-4-5', { ...budget, temperature: 1 }],
    ['claude-opus-4-6', adaptive],
    ['claude-3-haiku-20240307', { temperature: 0.2, top_p: 0.9, top_k: 4, max_tokens: 4000 }],
    ['glm-4.6', { ...budget, temperature: 0.2 }],
  ])('stays as it is where %s takes it all', (model, asks) => expect(fitted(model, asks)).toEqual(none))

  it('stays as it is where the client chose the model', () => {
    expect(fitted('claude-opus-4-6', budget, 'anthropic/claude-opus-4-6')).toEqual(none)
  })
  it('has an effort in place of a budget', () => {
    expect(
      fitted('claude-opus-4-6', { ...budget, output_config: { format: { type: 'json_schema', schema: {} } } }),
    ).toEqual({
      edits: {
        thinking: { type: 'adaptive' },
        output_config: { format: { type: 'json_schema', schema: {} }, effort: 'medium' },
      },
      lost: ['reasoning.budget'],
    })
  })
  it('has a budget in place of an effort, within what the client allowed', () => {
    expect(fitted('claude-sonnet-4-5', adaptive)).toEqual({
      edits: { thinking: { type: 'enabled', budget_tokens: 3750 }, output_config: undefined },
      lost: [],
    })
    expect(fitted('claude-sonnet-4-5', { thinking: { type: 'adaptive' }, max_tokens: 30_000 })).toEqual({
      edits: { thinking: { type: 'enabled', budget_tokens: 16_384 } },
      lost: [],
    })
  })
  it('does not think where the model cannot, or where the thoughts before are missing', () => {
    expect(fitted('claude-3-haiku-20240307', { ...budget, max_tokens: 4000 })).toEqual({
      edits: { thinking: undefined },
      lost: ['reasoning'],
    })
    const messages = [
      hi,
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] },
    ]
    expect(fitted('claude-sonnet-4-5', { ...adaptive, messages })).toMatchObject({
      edits: { thinking: undefined, output_config: undefined },
      lost: ['reasoning'],
    })
  })
  it('has no effort alone where the model knows none', () => {
    const asks = { output_config: { effort: 'low' } }
    expect(fitted('claude-sonnet-4-5', asks)).toEqual({
      edits: { output_config: undefined },
      lost: ['reasoning.effort'],
    })
  })
  it('has neither a temperature nor a length that the model refuses', () => {
    expect(fitted('claude-opus-4-7', { temperature: 0.2 })).toEqual({
      edits: { temperature: undefined },
      lost: ['sampling.temperature'],
    })
    expect(fitted('claude-3-5-haiku-20241022', { max_tokens: 64_000 })).toEqual({
      edits: { max_tokens: 8192 },
      lost: ['limits.maxOutputTokens'],
    })
  })
})
