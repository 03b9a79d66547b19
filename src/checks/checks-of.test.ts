/** Each check of a policy, over answers that pass and answers that do not. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/fake-dialect.ts'
import type { Extensions, Part } from '../domain/message.ts'
import type { ChatRequest } from '../domain/request.ts'
import type { Answer, Choice } from '../domain/response.ts'
import { unit } from '../domain/units.ts'
import { checksOfCascade, checksOnFallback } from './checks-of.ts'
import { confidenceOf } from './confidence.ts'

const answer = (...choices: readonly Choice[]): Answer => ({ model: 'm', choices, ended: true })
const saying = (text: string, reason: Choice['reason'] = 'stop'): Choice => ({
  parts: [{ type: 'text', text }],
  reason,
})
const calling = (name: string, input: string): Choice => ({
  parts: [{ type: 'tool-call', callId: 'c', name, input }],
  reason: 'tool-calls',
})
const refusing: Choice = { parts: [{ type: 'refusal', text: 'no' }], reason: 'refused' }
const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }

const verdict = (name: string, request: Partial<ChatRequest>, given: Answer): string | undefined => {
  const all = [...checksOfCascade({ schema: true, toolCalls: true, finished: true, confidence: unit(0.5) })]
  const check = all.find(one => one.name === name)
  const asked = requestOf(request)
  if (check === undefined || !check.applies(asked)) return 'does not apply'
  const result = check.judge(given, asked)
  return result.ok ? undefined : result.why
}

describe('schema', () => {
  const json = { output: { type: 'json', schema } } as const
  it.each<[string, Partial<ChatRequest>, Answer, string | undefined]>([
    ['fits', json, answer(saying(' {"a":1}\n')), undefined],
    ['does not fit', json, answer(saying('{"a":"1"}')), '/a must be number'],
    ['is fenced', json, answer(saying('```json\n{"a":1}\n```')), 'not JSON'],
    ['was cut', json, answer(saying('{"a":', 'length')), 'cut by its limit'],
    ['is empty', json, answer({ parts: [], reason: 'stop' }), 'empty'],
    ['is not there', json, answer(), 'empty'],
    ['is wrong in the second of two', json, answer(saying('{"a":1}'), saying('{}')), "'a'"],
    ['is a refusal', json, answer(refusing), undefined],
    ['calls a tool first', json, answer(calling('x', '{}')), undefined],
    [
      'has thoughts before it',
      json,
      answer({
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: '{"a":1}' },
        ],
      }),
      undefined,
    ],
    ['is any JSON', { output: { type: 'json' } }, answer(saying('[1]')), undefined],
    ['is no JSON', { output: { type: 'json' } }, answer(saying('one')), 'not JSON'],
    ['was asked for as text', {}, answer(saying('one')), 'does not apply'],
  ])('the answer %s', (_, request, given, why) => {
    const found = verdict('schema', request, given)
    if (why === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(why)
  })
})

describe('tool-call', () => {
  const tools = [{ name: 'find', inputSchema: schema }, { name: 'stop' }]
  const opaque: Part = { type: 'opaque', dialect: 'd' as never, kind: 'server_tool_use', value: {} }
  it.each<[string, Partial<ChatRequest>, Answer, string | undefined]>([
    ['fits', { tools }, answer(calling('find', '{"a":1}')), undefined],
    ['has no arguments where none are asked for', { tools }, answer(calling('stop', '')), undefined],
    ['lacks an argument', { tools }, answer(calling('find', '')), "'a'"],
    ['is no JSON', { tools }, answer(calling('find', '{"a":')), 'no JSON object'],
    ['is JSON, but no object', { tools }, answer(calling('find', '[1]')), 'no JSON object'],
    ['names nobody', { tools }, answer(calling('fnd', '{}')), 'did you mean "find"?'],
    [
      'names a tool that only its provider knows',
      { tools, opaqueTools: [{ dialect: 'd' as never, kind: 'k', value: {} }] },
      answer(calling('search', '{}')),
      undefined,
    ],
    [
      'is owed',
      { tools, toolChoice: 'required' },
      answer(saying('well')),
      'it calls no tool, where one had to be called',
    ],
    [
      'is owed by name',
      { tools, toolChoice: { name: 'stop' } },
      answer(calling('find', '{"a":1}')),
      'where stop had to be called',
    ],
    ['is owed, and done by the provider', { tools, toolChoice: 'required' }, answer({ parts: [opaque] }), undefined],
    ['is not owed', { tools }, answer(saying('well')), undefined],
    ['was refused', { tools, toolChoice: 'required' }, answer(refusing), undefined],
    ['was not possible', {}, answer(saying('well')), 'does not apply'],
    ['was forbidden', { tools, toolChoice: 'none' }, answer(saying('well')), 'does not apply'],
  ])('a call that %s', (_, request, given, why) => {
    const found = verdict('tool-call', request, given)
    if (why === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(why)
  })
})

describe('finished', () => {
  it.each<[Answer, string | undefined]>([
    [answer(saying('done')), undefined],
    [answer(calling('find', '{}')), undefined],
    [answer(saying('do', 'length')), 'it was cut by its limit'],
    [answer(refusing), 'it was refused'],
    [answer(saying('no', 'refused')), 'it was refused'],
    [answer(saying(' \n')), 'it is empty'],
    [answer(), 'it is empty'],
  ])('%j: %s', (given, why) => {
    expect(verdict('finished', {}, given)).toBe(why)
  })
})

describe('confidence', () => {
  const sure = (extensions: Extensions, where: 'part' | 'choice' = 'part'): Answer =>
    answer(
      where === 'part'
        ? { parts: [{ type: 'text', text: 'yes', extensions }] }
        : { parts: [{ type: 'text', text: 'yes' }], extensions },
    )
  const [half, quarter] = [Math.log(0.5), Math.log(0.25)]
  it.each<[string, Answer]>([
    [
      'chat completions',
      sure({
        'openai-chat': {
          logprobs: { content: [{ logprob: half, top_logprobs: [{ logprob: -9 }] }, { logprob: quarter }] },
        },
      }),
    ],
    [
      'responses',
      sure({ 'openai-responses': { logprobs: [{ logprob: half, top_logprobs: [] }, { logprob: quarter }] } }),
    ],
    [
      'completions',
      sure({
        'openai-completions': { logprobs: { token_logprobs: [null, half, quarter], top_logprobs: [{ a: -9 }] } },
      }),
    ],
    [
      'cohere',
      sure({
        'cohere-chat': {
          logprobs: [
            { text: 'ye', logprobs: [half] },
            { text: 's', logprobs: [quarter] },
          ],
        },
      }),
    ],
    [
      'gemini',
      sure(
        {
          gemini: {
            logprobsResult: {
              chosenCandidates: [{ logProbability: half }, { logProbability: quarter }],
              topCandidates: [{ candidates: [{ logProbability: -9 }] }],
            },
          },
        },
        'choice',
      ),
    ],
    ['gemini, by its mean alone', sure({ gemini: { avgLogprobs: Math.log(0.375) } }, 'choice')],
  ])('is the mean probability that %s tell', (_, given) => {
    expect(confidenceOf(given)).toBeCloseTo(0.375, 10)
    expect(verdict('confidence', {}, given)).toBe('its tokens have a mean probability of 0.375, under the least of 0.5')
  })
  it('of several answers is that of the least sure one', () => {
    const [one, two] = [half, quarter].map(
      logprob => sure({ 'openai-chat': { logprobs: { content: [{ logprob }] } } }).choices[0]!,
    )
    expect(confidenceOf(answer(one!, two!))).toBeCloseTo(0.25, 10)
  })
  it('passes where it is not told', () => {
    expect(verdict('confidence', {}, answer(saying('yes')))).toBeUndefined()
  })
})

describe('the checks of a policy', () => {
  it('are those it names', () => {
    const names = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name)
    expect(names(checksOnFallback(['refusal', 'tool-call', 'schema']))).toEqual(['schema', 'tool-call'])
    expect(names(checksOnFallback(['guardrail']))).toEqual([])
    expect(names(checksOfCascade({ schema: false, finished: true, confidence: unit(0.9) }))).toEqual([
      'finished',
      'confidence',
    ])
    expect(names(checksOfCascade({ judge: 'pool' }))).toEqual([])
  })
})
