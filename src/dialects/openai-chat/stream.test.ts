/** Streams that bend the rules are read as they were meant. */
import { describe, expect, it } from 'vitest'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { openaiChat } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const decode = (datas: readonly (Json | string)[]): readonly StreamEvent[] => {
  const decoder = openaiChat.decodeStream()
  const frames = datas.map(data => ({ data: typeof data === 'string' ? data : JSON.stringify(data) }))
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const chunk = (...choices: readonly Json[]): Json => ({ id: 'c-1', created: 1, model: 'm', choices })
const delta = (members: Json, others: Json = {}): Json => chunk({ index: 0, delta: members, ...others })
const stop = (finish = 'stop'): Json => delta({}, { finish_reason: finish })
const partsOf = (datas: readonly (Json | string)[]): readonly unknown[] =>
  collect(decode([...datas, '[DONE]'])).choices[0]?.parts ?? []

describe('reasoning', () => {
  it.each(['reasoning', 'reasoning_content'])('is read from %s', member => {
    expect(partsOf([delta({ [member]: 'h' }), delta({ [member]: 'm' }), delta({ content: 'so' }), stop()])).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'so' },
    ])
  })
  it('told in plain words and then once more in a detail without proof is read once', () => {
    const detail = { type: 'reasoning.text', text: 'hm', index: 0, format: 'f' }
    const told = [
      delta({ reasoning_content: 'h' }),
      delta({ reasoning_content: 'm' }),
      delta({ reasoning_details: [detail] }),
    ]
    expect(partsOf([...told, stop()])).toMatchObject([{ type: 'reasoning', text: 'hm' }])
  })
  it('that repeats itself detail by detail is read whole', () => {
    const piece = { reasoning_details: [{ type: 'reasoning.text', text: 'ha', index: 0, format: 'f' }] }
    expect(partsOf([delta(piece), delta(piece), stop()])).toMatchObject([{ type: 'reasoning', text: 'haha' }])
  })
  it('told twice in one delta is read once, with its proof', () => {
    const piece = (text: string): Json => ({
      reasoning: text,
      reasoning_details: [{ type: 'reasoning.text', text, index: 0, format: 'f' }],
    })
    const proof = { reasoning_details: [{ type: 'reasoning.text', signature: 's', index: 0, format: 'f' }] }
    expect(partsOf([delta(piece('h')), delta(piece('m')), delta(proof), stop()])).toEqual([
      { type: 'reasoning', text: 'hm', signature: 's', extensions: { 'openai-chat': { format: 'f' } } },
    ])
  })
  it('whose words come once more with the proof is not doubled', () => {
    const recap = { reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 's' }] }
    expect(
      partsOf([delta({ reasoning_content: 'h' }), delta({ reasoning_content: 'm' }), delta(recap), stop()]),
    ).toEqual([{ type: 'reasoning', text: 'hm', signature: 's' }])
  })
  it('in blocks that are numbered or encrypted stays in blocks', () => {
    const details = [
      { type: 'reasoning.summary', summary: 'a', index: 0 },
      { type: 'reasoning.summary', summary: 'b', index: 1 },
      { type: 'reasoning.encrypted', data: 'x', id: 'rs_1' },
    ]
    expect(partsOf([delta({ reasoning_details: details }), stop()])).toEqual([
      { type: 'reasoning', text: 'a', extensions: { 'openai-chat': { type: 'reasoning.summary' } } },
      { type: 'reasoning', text: 'b', extensions: { 'openai-chat': { type: 'reasoning.summary' } } },
      { type: 'reasoning', text: '', redacted: 'x', extensions: { 'openai-chat': { id: 'rs_1' } } },
    ])
  })
  it('ends before the text begins, so that no writer has to wait', () => {
    const types = decode([delta({ reasoning: 'hm' }), delta({ content: 'so' })]).map(({ type }) => type)
    expect(types.slice(0, 6)).toEqual([
      'response-start',
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
    ])
  })
})

describe('calls', () => {
  const call = (members: Json, name?: string, text?: unknown): Json => ({
    ...members,
    function: { ...(name !== undefined && { name }), ...(text !== undefined && { arguments: text }) },
  })
  const read = (...calls: readonly Json[]): readonly unknown[] =>
    partsOf([...calls.map(one => delta({ tool_calls: [one] })), stop('tool_calls')]).map(part => {
      const { callId, name, input } = part as { callId: string; name: string; input: string }
      return [callId, name, input]
    })
  it.each<readonly [string, readonly Json[], readonly unknown[]]>([
    ['whole in one delta', [call({ index: 0, id: 'a' }, 'one', '{"x":1}')], [['a', 'one', '{"x":1}']]],
    [
      'with their name in every piece',
      [call({ index: 0, id: 'a' }, 'one', '{'), call({ index: 0, id: 'a' }, 'one', '}')],
      [['a', 'one', '{}']],
    ],
    [
      'all numbered 0 but with ids',
      [
        call({ index: 0, id: 'a' }, 'one', '{}'),
        call({ index: 0, id: 'b' }, 'two', '{'),
        call({ index: 0 }, undefined, '}'),
      ],
      [
        ['a', 'one', '{}'],
        ['b', 'two', '{}'],
      ],
    ],
    [
      'without numbers and ids',
      [call({}, 'one', '{'), call({}, undefined, '}'), call({}, 'two', {})],
      [
        ['', 'one', '{}'],
        ['', 'two', ''],
      ],
    ],
    ['with arguments as an object', [call({ index: 0, id: 'a' }, 'one', { x: 1 })], [['a', 'one', '{"x":1}']]],
    ['without arguments', [call({ index: 0, id: 'a' }, 'one')], [['a', 'one', '']]],
    [
      'whose name comes after the first arguments',
      [call({ index: 3, id: 'a' }, undefined, '{'), call({ index: 3 }, 'one', '}')],
      [['a', 'one', '{}']],
    ],
  ])('are read %s', (_how, calls, expected) => {
    expect(read(...calls)).toEqual(expected)
  })
  it('end the answer as calls though the provider says stop', () => {
    const told = decode([delta({ tool_calls: [call({ index: 0, id: 'a' }, 'one', '{}')] }), stop('stop'), '[DONE]'])
    expect(told.find(({ type }) => type === 'choice-end')).toMatchObject({ reason: 'tool-calls', raw: 'stop' })
  })
})

describe('the frame of an answer', () => {
  it('may begin with a chunk that only speaks of the prompt, or with a sign of life', () => {
    const foreword = { id: '', object: '', created: 0, model: '', choices: [], prompt_filter_results: [{ a: 1 }] }
    const answer = collect(decode(['', { type: 'ping' }, foreword, delta({ content: 'hi' }), stop(), '[DONE]']))
    expect(answer).toMatchObject({ model: 'm', upstreamId: 'c-1', created: 1, ended: true })
    expect(answer.extensions?.['openai-chat']).toEqual({ prompt_filter_results: [{ a: 1 }], type: 'ping' })
  })
  it('may give usage beside the last choice, by its own name, or within a choice', () => {
    const counts = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
    for (const last of [
      { ...stop(), usage: counts },
      { ...stop(), x_groq: { usage: counts } },
      delta({}, { finish_reason: 'stop', usage: counts }),
    ]) {
      expect(collect(decode([delta({ content: 'hi' }), last, '[DONE]'])).usage).toMatchObject({ input: 3, output: 4 })
    }
  })
  it('may lack the end mark after a reason to stop, and the reason before the end mark, but not both', () => {
    const types = (datas: readonly (Json | string)[]) => decode(datas).at(-1)
    expect(types([delta({ content: 'hi' }), stop()])).toEqual({ type: 'response-end' })
    expect(types([delta({ content: 'hi' }), '[DONE]'])).toEqual({ type: 'response-end' })
    expect(types([delta({ content: 'hi' })])).toMatchObject({ failure: { kind: 'stream-broken' } })
    const two = chunk(
      { index: 0, delta: { content: 'a' }, finish_reason: 'stop' },
      { index: 1, delta: { content: 'b' } },
    )
    expect(types([two])).toMatchObject({ failure: { kind: 'stream-broken' } })
  })
  it('tells what it cost before it broke', () => {
    const counts = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
    expect(decode([{ ...delta({ content: 'hi' }), usage: counts }]).slice(-2)).toMatchObject([
      { type: 'usage', usage: { input: 3 } },
      { type: 'response-failed' },
    ])
  })
  it('cannot make us count up to a number beyond all measure', () => {
    const answer = collect(decode([chunk({ index: 4e9, delta: { content: 'hi' } }), '[DONE]']))
    expect(answer.choices).toHaveLength(1)
  })
  it('goes on after an empty word for its end', () => {
    const said = [delta({ content: 'a' }, { finish_reason: '' }), delta({ content: 'b' }, { finish_reason: '' })]
    expect(decode(said).at(-1)).toMatchObject({ failure: { kind: 'stream-broken' } })
    expect(collect(decode([...said, stop('length')])).choices).toMatchObject([
      { reason: 'length', parts: [{ text: 'ab' }] },
    ])
  })
  it('keeps every member that only this dialect knows', () => {
    const annotations = [{ type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } }]
    const answer = collect(
      decode([
        { ...delta({ content: 'a' }), service_tier: 'flex', citations: ['x'] },
        { ...delta({ content: 'b', annotations }, { content_filter_results: { hate: 1 } }), citations: ['x', 'y'] },
        { ...stop(), citations: ['x', 'y'] },
        '[DONE]',
      ]),
    )
    expect(answer.extensions?.['openai-chat']).toEqual({ service_tier: 'flex', citations: ['x', 'y'] })
    expect(answer.choices[0]?.extensions?.['openai-chat']).toEqual({
      content_filter_results: { hate: 1 },
      message: { annotations },
    })
  })
})
