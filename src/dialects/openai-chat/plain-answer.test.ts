/** Whatever is taken for plain is told exactly as the whole reading tells it, and needs no mending. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deliveryOf } from '../../domain/delivery.ts'
import { mendAnswer } from './mend-answer.ts'
import { readPlainAnswer } from './plain-answer.ts'
import { decodeAnswer } from './response.ts'
import { isRecord } from '../../domain/json.ts'

const choice = (index: number, content: string, finish: string) => ({
  index,
  message: { role: 'assistant', content, refusal: null, annotations: [] },
  logprobs: null,
  finish_reason: finish,
})
const answer = (choices: readonly unknown[]) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_767_225_600,
  model: 'gpt-4o-mini-2024-07-18',
  choices,
  usage: {
    prompt_tokens: 213,
    completion_tokens: 120,
    total_tokens: 333,
    prompt_tokens_details: { cached_tokens: 10, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 7, audio_tokens: 0 },
  },
  service_tier: 'default',
  system_fingerprint: 'fp_560af6e559',
})
const usual = answer([choice(0, 'Hello there', 'stop')])

/** All that the whole reading tells, without its events. */
const readWhole = (body: unknown) => {
  const { events: _events, ...facts } = deliveryOf(decodeAnswer(body))
  return facts
}

/** Every place in a value, as the path to it. */
const pathsIn = (
  value: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] => {
  if (value === null || typeof value !== 'object') return [path]
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  const members: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value))
  return [path, ...keys.flatMap(key => pathsIn(members[key], [...path, key]))]
}

const edit = (value: unknown, [key, ...rest]: readonly (string | number)[], to: unknown): unknown => {
  if (key === undefined) return to
  if (Array.isArray(value)) return value.map((one: unknown, place) => (place === key ? edit(one, rest, to) : one))
  if (!isRecord(value)) return value
  const edited = edit(value[key], rest, to)
  const others = Object.entries(value).filter(([name]) => name !== key)
  return Object.fromEntries(edited === undefined ? others : [...others, [key, edited]])
}

describe('a plain answer', () => {
  it('is an answer in words, of one choice or several', () => {
    expect(readPlainAnswer(usual)).toMatchObject({ content: true, size: 11, finish: 'stop', ended: true })
    const several = answer([choice(0, 'one', 'length'), choice(1, 'three', 'stop')])
    expect(readPlainAnswer(several)).toEqual(readWhole(several))
    expect(readPlainAnswer(several)).toMatchObject({ size: 8, finish: 'length' })
  })
  it.each([
    ['calls a tool', { tool_calls: [] }],
    ['thinks aloud', { reasoning_content: 'hm' }],
    ['says nothing', { content: '' }],
    ['refuses', { refusal: 'no' }],
  ])('is none if it %s', (_, change) => {
    const message = { ...choice(0, 'a', 'stop').message, ...change }
    expect(readPlainAnswer(answer([{ ...choice(0, 'a', 'stop'), message }]))).toBeUndefined()
  })
  it('is told as the whole reading tells it, whatever is changed in it', () => {
    const paths = pathsIn(usual)
    const values = fc.oneof(
      fc.constant(undefined),
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('stop', 'eos', 'length', 'assistant', 'default', 'on_demand', 1.5, -1, 0, 7, null, '', [], {}),
    )
    let plain = 0
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, fc.option(fc.string()), (path, to, more) => {
        const changed = edit(usual, path, to)
        const body = more === null || !isRecord(changed) ? changed : { ...changed, [more]: to }
        const read = readPlainAnswer(body)
        if (read === undefined || !isRecord(body)) return
        plain += 1
        expect(read).toEqual(readWhole(body))
        expect(mendAnswer(body)).toBe(body)
      }),
      { numRuns: 2_000 },
    )
    expect(plain).toBeGreaterThan(10)
  })
})
