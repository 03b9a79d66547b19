/** What OpenAI's and Mistral's formats of moderations ask for, understand, give back and name as lost. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModerationsBody } from '../../domain/operation.ts'
import type { Instant } from '../../domain/units.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { categories } from './categories.ts'
import { mistralModerations } from './mistral.ts'
import { openaiModerations } from './openai.ts'

const context = { id: 'req-1', model: 'pool', now: 0 as Instant, streamUsage: false }
const understood = (body: unknown): ModerationsBody => {
  const decoded = openaiModerations.decodeRequest(body)
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0=' } }
const text = { type: 'text', text: 'a' }

describe('what is judged', () => {
  it.each([
    [{ input: 'a' }, 'a'],
    [{ input: ['a', 'b'] }, ['a', 'b']],
    [{ input: [text, image] }, [text, image]],
    [
      { input: [{ type: 'image_url', image_url: { url: 'https://there/a.png' } }] },
      [{ type: 'image_url', image_url: { url: 'https://there/a.png' } }],
    ],
  ])('%j goes to OpenAI as it came', (body, input) => {
    expect(openaiModerations.encodeRequest(understood(body), 'm')).toEqual({
      ok: true,
      value: { value: { json: { model: 'm', input } }, losses: [] },
    })
  })
  it('goes to Mistral as texts, and pictures to somebody else', () => {
    expect(mistralModerations.encodeRequest(understood({ input: 'a' }), 'm')).toMatchObject({
      value: { value: { json: { model: 'm', input: ['a'] } } },
    })
    expect(mistralModerations.encodeRequest(understood({ input: [text, image] }), 'm')).toEqual({
      ok: false,
      why: 'judges no pictures',
    })
  })
  it('is judged by the usual model where none is named', () => {
    expect(understood({ input: 'a' }).target).toBe('omni-moderation-latest')
    expect(understood({ input: 'a', model: 'mine' }).target).toBe('mine')
  })
  it('is refused at its place, never thrown, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        for (const one of [value, { input: value }, { input: [value] }, { input: 'a', model: value }]) {
          const decoded = openaiModerations.decodeRequest(one)
          if (!decoded.ok) expect(decoded).toMatchObject({ why: expect.stringMatching(/./), at: expect.any(String) })
        }
      }),
    )
  })
})

const mistralAnswer = {
  id: 'mod-1',
  model: 'mistral-moderation-2411',
  results: [
    {
      categories: {
        sexual: false,
        hate_and_discrimination: true,
        violence_and_threats: false,
        dangerous_and_criminal_content: false,
        selfharm: false,
        health: false,
        financial: false,
        law: false,
        pii: true,
      },
      category_scores: {
        sexual: 0.1,
        hate_and_discrimination: 0.9,
        violence_and_threats: 0.2,
        dangerous_and_criminal_content: 0.1,
        selfharm: 0.1,
        health: 0,
        financial: 0,
        law: 0,
        pii: 0.8,
      },
    },
  ],
  usage: { prompt_tokens: 12, total_tokens: 12 },
}

describe('what was judged', () => {
  const request = understood({ input: 'a' })
  const judged = mistralModerations.decodeAnswer(mistralAnswer, request)
  const written = judged.ok ? openaiModerations.encodeAnswer(judged.value, request, context) : undefined

  it('by Mistral is told in OpenAI’s words, complete, and strictly as published', () => {
    expect(judged).toMatchObject({ ok: true, value: { usage: { input: 12 }, model: 'mistral-moderation-2411' } })
    expect(written?.value).toMatchObject({
      id: 'mod-1',
      results: [
        {
          flagged: true,
          categories: { hate: true, violence: false },
          category_scores: { hate: 0.9, 'self-harm': 0.1 },
        },
      ],
    })
    const { results } = (written?.value ?? { results: [] }) as { results: Record<string, object>[] }
    const [result] = results
    for (const member of ['categories', 'category_scores', 'category_applied_input_types'])
      expect(Object.keys(result?.[member] ?? {}).toSorted()).toEqual([...categories].toSorted())
    expect(breaches('CreateModerationResponse', written?.value)).toEqual([])
  })
  it('names what was judged and has no name here, and what nobody judged', () => {
    const fields = written?.losses.map(({ field }) => field) ?? []
    expect(fields).toEqual(expect.arrayContaining(['categories.pii', 'categories.harassment']))
    expect(fields).not.toContain('categories.hate')
  })
  it.each([
    {},
    { results: [] },
    { results: [{}] },
    { results: [7] },
    {
      results: [
        { categories: {}, category_scores: {} },
        { categories: {}, category_scores: {} },
      ],
    },
  ])('makes no sense as %j', body => {
    expect(openaiModerations.decodeAnswer(body, request).ok).toBe(false)
    expect(mistralModerations.decodeAnswer(body, request).ok).toBe(false)
  })
  it('keeps what OpenAI says of which kinds were looked at', () => {
    const all = Object.fromEntries(categories.map(name => [name, false]))
    const scores = Object.fromEntries(categories.map(name => [name, 0]))
    const applied = Object.fromEntries(categories.map(name => [name, ['text', 'image']]))
    const one = { flagged: false, categories: all, category_scores: scores, category_applied_input_types: applied }
    const read = openaiModerations.decodeAnswer({ id: 'modr-1', model: 'omni', results: [one] }, request)
    expect(read.ok && openaiModerations.encodeAnswer(read.value, request, context)).toEqual({
      value: { id: 'modr-1', model: 'omni', results: [one] },
      losses: [],
    })
  })
})
