/** Replies end where the request wants them to: at the first stop sequence or at the limit, whichever comes first. */
import { describe, expect, it } from 'vitest'
import { recordedModels } from './models.ts'
import { replyOf, sayTo } from './reply.ts'
import type { Said } from './reply.ts'
import type { Asked } from './speech.ts'

const model = recordedModels[0]!
const asked: Asked = {
  model,
  stream: false,
  text: 'hi',
  inputTokens: 5,
  stops: [],
  tools: [],
  choices: 1,
  includeUsage: false,
  images: 0,
  body: {},
}
const reply = (said: Partial<Said>, more: Partial<Asked> = {}) =>
  replyOf({ text: '', calls: [], ...said }, { ...asked, ...more }, 'seed', 0)
const call = { name: 'abcd', input: '{"a":1}' }

describe('a reply', () => {
  it('ends at the stop sequence that comes first, whatever their order', () => {
    for (const stops of [
      ['five', 'two'],
      ['two', 'five'],
      ['', 'none', 'two'],
    ]) {
      expect(reply({ text: 'one two three five' }, { stops })).toMatchObject({
        text: 'one ',
        finish: 'stop-sequence',
        stop: 'two',
      })
    }
  })

  it('ends at the limit, if that comes before a stop sequence', () => {
    const cut = reply({ text: 'one two three' }, { stops: ['three'], maxTokens: 1 })
    expect(cut).toMatchObject({ text: 'one ', finish: 'length', outputTokens: 1 })
    expect(cut).not.toHaveProperty('stop')
  })

  it('has no calls once it was cut', () => {
    expect(reply({ text: 'one two', calls: [call] }, { maxTokens: 1 })).toMatchObject({ calls: [], finish: 'length' })
    expect(reply({ text: 'one two', calls: [call] }, { stops: ['two'] })).toMatchObject({
      calls: [],
      finish: 'stop-sequence',
    })
    expect(reply({ text: 'one two', calls: [call] })).toMatchObject({
      calls: [call],
      finish: 'calls',
      outputTokens: 2 + 1 + 2,
    })
  })

  it('is cut into pieces that give the text again, never through a character', () => {
    const text = 'a👋'.repeat(500)
    const pieces = reply({ text }).cut(text)
    expect(pieces.join('')).toBe(text)
    expect(pieces.length).toBeGreaterThan(50)
    expect(pieces.every(piece => piece.isWellFormed())).toBe(true)
  })

  it('never ends within a character', () => {
    expect(reply({ text: 'abc👋' }, { maxTokens: 1 }).text).toBe('abc')
  })
})

describe('what is said', () => {
  const recordings = {
    prompts: [],
    find: () => ({ id: 'one', task: 't', prompt: 'p', expected: '', check: 'exact' as const, scores: {} }),
    answer: (_: unknown, id: string) => (id === 'told' ? 'the answer' : undefined),
  }
  const cue = (more: Partial<Asked> = {}) => ({
    asked: { ...asked, ...more },
    provider: 'openai',
    model: model.id,
    nth: 0,
  })

  it('is the recorded answer of the model, or of the one that it stands for', () => {
    expect(sayTo(cue({ model: { ...model, answersAs: 'told' } }), recordings, undefined)).toMatchObject({
      text: 'the answer',
      prompt: { id: 'one' },
    })
    expect(sayTo(cue({ model: { ...model, id: 'told' } }), recordings, undefined).text).toBe('the answer')
    expect(sayTo(cue(), recordings, undefined).text).toMatch(/none of them\.$/)
  })

  it('is what the script says, before anything recorded', () => {
    expect(sayTo(cue({ model: { ...model, id: 'told' } }), recordings, () => ({ text: 'mine' }))).toEqual({
      text: 'mine',
      calls: [],
    })
    expect(sayTo(cue({ model: { ...model, id: 'told' } }), recordings, () => undefined).text).toBe('the answer')
  })

  it('is no call of a tool that was not offered', () => {
    expect(
      sayTo(cue({ mustCall: { name: 'f' }, tools: [{ name: 'g', schema: {} }] }), recordings, undefined).calls,
    ).toEqual([])
    expect(
      sayTo(cue({ mustCall: {}, tools: [{ name: 'g', schema: { type: 'object' } }] }), recordings, undefined).calls,
    ).toEqual([{ name: 'g', input: '{}' }])
  })
})
