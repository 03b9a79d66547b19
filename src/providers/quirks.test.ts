/** What quirks change in a body, what is lost by it, and what they leave alone. */
import { describe, expect, it } from 'vitest'
import { editsFor, edited } from './quirks.ts'
import type { Quirks } from './quirks.ts'

type Json = Readonly<Record<string, unknown>>
const user = { role: 'user', content: 'hi' }
const body = (members: Json): Json => ({ model: 'm', messages: [user], ...members })
/** The body as it is sent, and the fields that were lost. */
const sent = (quirks: Quirks, members: Json, model?: string) => {
  const given = body(members)
  const { edits, losses } = editsFor('them', quirks, given, model)
  const { model: _, messages, ...rest } = edited(given, edits)
  return { rest, messages, lost: losses.map(({ field }) => field) }
}
const tool = (name: string, more: Json = {}) => ({ type: 'function', function: { name, ...more } })
const named = (name: string) => ({ type: 'function', function: { name } })

describe('members', () => {
  it('are dropped and told, unless they asked for nothing', () => {
    const quirks = { drop: ['seed', 'user'] }
    expect(sent(quirks, { seed: 1, user: null, n: 1 })).toMatchObject({ rest: { n: 1 }, lost: ['seed'] })
  })
  it('are renamed, and what has the newer name already wins', () => {
    const quirks = { rename: { max_completion_tokens: 'max_tokens' } }
    expect(sent(quirks, { max_completion_tokens: 5 }).rest).toEqual({ max_tokens: 5 })
    expect(sent(quirks, { max_completion_tokens: 5, max_tokens: 7 })).toMatchObject({
      rest: { max_tokens: 7 },
      lost: [],
    })
  })
  it('are moved into their range by the name that is sent, and left where they fit', () => {
    const quirks: Quirks = { rename: { max_completion_tokens: 'max_tokens' }, clamp: { max_tokens: [1, 9], n: [1, 1] } }
    expect(sent(quirks, { max_completion_tokens: 50, n: 1 })).toMatchObject({
      rest: { max_tokens: 9, n: 1 },
      lost: ['max_tokens'],
    })
    expect(sent({ clamp: { temperature: [0.01, 1] } }, { temperature: 0 })).toMatchObject({
      rest: { temperature: 0.01 },
      lost: ['temperature'],
    })
    expect(sent({ clamp: { temperature: [0, 1] } }, { temperature: null })).toMatchObject({ lost: [] })
  })
  it('are taken in words of the provider only', () => {
    const quirks: Quirks = { words: { service_tier: ['auto', 'flex'] } }
    expect(sent(quirks, { service_tier: 'flex' })).toMatchObject({ rest: { service_tier: 'flex' }, lost: [] })
    expect(sent(quirks, { service_tier: 'scale' })).toEqual({ rest: {}, messages: [user], lost: ['service_tier'] })
  })
  it('that exclude each other are sent once, the first in order', () => {
    const quirks: Quirks = { oneOf: [['presence_penalty', 'frequency_penalty']] }
    expect(sent(quirks, { frequency_penalty: 1, presence_penalty: 2 })).toMatchObject({
      rest: { presence_penalty: 2 },
      lost: ['frequency_penalty'],
    })
    expect(sent(quirks, { frequency_penalty: 1 })).toMatchObject({ rest: { frequency_penalty: 1 }, lost: [] })
  })
  it('ask for log probabilities by number where that is how it is done', () => {
    const quirks = { countedLogprobs: true }
    expect(sent(quirks, { logprobs: true, top_logprobs: 3 }).rest).toEqual({ logprobs: 3 })
    expect(sent(quirks, { logprobs: true }).rest).toEqual({ logprobs: 1 })
    expect(sent(quirks, { logprobs: false }).rest).toEqual({})
    expect(sent(quirks, { logprobs: 2 }).rest).toEqual({ logprobs: 2 })
  })
  it('lose stop sequences beyond the most', () => {
    expect(sent({ mostStops: 1 }, { stop: ['a', 'b'] })).toMatchObject({ rest: { stop: ['a'] }, lost: ['stop'] })
    expect(sent({ mostStops: 1 }, { stop: 'a' })).toMatchObject({ rest: { stop: 'a' }, lost: [] })
  })
})

describe('forms of an answer', () => {
  const schema = { type: 'json_schema', json_schema: { name: 'x', schema: {} } }
  const plain = { type: 'json_object' }
  it('keep JSON where a schema is too much, and tell it', () => {
    expect(sent({ schemas: 'json-only' }, { response_format: schema })).toMatchObject({
      rest: { response_format: plain },
      lost: ['response_format.json_schema'],
    })
    expect(sent({ schemas: 'json-only' }, { response_format: plain })).toMatchObject({ lost: [] })
  })
  it('are left out where they are not known, a text never', () => {
    expect(sent({ schemas: 'schema-only' }, { response_format: plain })).toMatchObject({
      rest: {},
      lost: ['response_format'],
    })
    expect(sent({ schemas: 'schema-only' }, { response_format: schema })).toMatchObject({ lost: [] })
    expect(sent({ schemas: 'none' }, { response_format: schema })).toMatchObject({
      rest: {},
      lost: ['response_format'],
    })
    expect(sent({ schemas: 'none' }, { response_format: { type: 'text' } }).lost).toEqual([])
  })
})

describe('tools', () => {
  const tools = [tool('a'), tool('b')]
  it('are left out where none can be said not to be called', () => {
    const said = sent({ choices: ['auto'] }, { tools, tool_choice: 'none', parallel_tool_calls: true })
    expect(said).toMatchObject({ rest: {}, lost: [] })
    expect(said.rest).toEqual({})
  })
  it('are narrowed to the one that shall be called where it cannot be named', () => {
    expect(sent({ choices: ['auto', 'required'] }, { tools, tool_choice: named('b') })).toMatchObject({
      rest: { tools: [tool('b')], tool_choice: 'required' },
      lost: [],
    })
    expect(sent({ choices: ['auto'] }, { tools, tool_choice: named('b') })).toMatchObject({
      rest: { tools: [tool('b')] },
      lost: ['tool_choice'],
    })
  })
  it('must be called in the word that is known, or may be called with a loss', () => {
    expect(sent({ choices: ['auto', 'any'] }, { tools, tool_choice: 'required' })).toMatchObject({
      rest: { tool_choice: 'any' },
      lost: [],
    })
    const said = sent({ choices: ['auto', 'none'] }, { tools, tool_choice: 'required' })
    expect(said).toMatchObject({ rest: { tools }, lost: ['tool_choice'] })
    expect(said.rest).not.toHaveProperty('tool_choice')
  })
  it('keep a choice that is taken, or one in a form that nobody knows', () => {
    for (const tool_choice of ['auto', { type: 'allowed_tools' }]) {
      expect(sent({ choices: ['auto'] }, { tools, tool_choice })).toMatchObject({ rest: { tool_choice }, lost: [] })
    }
  })
  it('lose strictness where it is refused, told only where it was wished', () => {
    const strict = [tool('a', { strict: true }), tool('b')]
    expect(sent({ noStrictTools: true }, { tools: strict })).toMatchObject({ rest: { tools }, lost: ['tools.strict'] })
    expect(sent({ noStrictTools: true }, { tools: [tool('a', { strict: false })] })).toMatchObject({
      rest: { tools: [tool('a')] },
      lost: [],
    })
    expect(sent({ noStrictTools: true, choices: ['auto'] }, { tools: strict, tool_choice: 'none' }).rest).toEqual({})
  })
})

describe('messages', () => {
  const text = (...texts: readonly string[]) => texts.map(one => ({ type: 'text', text: one }))
  const image = { type: 'image_url', image_url: { url: 'https://x.test/a.png' } }
  it('lose the names of people, not those of tools', () => {
    const result = { role: 'tool', name: 'look', tool_call_id: 'a', content: '' }
    expect(sent({ noNames: true }, { messages: [{ ...user, name: 'ann' }, result] })).toMatchObject({
      messages: [user, result],
      lost: ['messages.name'],
    })
  })
  it('hold one text where lists are not known, and keep pictures in theirs', () => {
    const pictured = { role: 'user', content: [...text('a'), image] }
    expect(
      sent({ textContent: true }, { messages: [{ ...user, content: text('a', 'b') }, pictured] }).messages,
    ).toEqual([{ ...user, content: 'a\nb' }, pictured])
  })
  it('take turns where they must: texts of one role in a row are one', () => {
    const assistant = { role: 'assistant', content: 'ok' }
    const system = { role: 'system', content: 's' }
    const messages = [system, system, user, { ...user, content: text('there') }, assistant, user]
    expect(sent({ takesTurns: true }, { messages }).messages).toEqual([
      system,
      system,
      { role: 'user', content: 'hi\n\nthere' },
      assistant,
      user,
    ])
    const calls = [{ ...assistant, tool_calls: [] }, assistant]
    expect(sent({ takesTurns: true }, { messages: calls }).messages).toEqual(calls)
  })
})

describe('a wish to think', () => {
  it('is told in the nearest word that is taken, none only for none', () => {
    const quirks: Quirks = { reasoning: { form: 'effort', takes: ['none', 'low', 'high'] } }
    const said = (reasoning_effort: string) => sent(quirks, { reasoning_effort })
    expect(said('low')).toMatchObject({ rest: { reasoning_effort: 'low' }, lost: [] })
    expect(said('minimal')).toMatchObject({ rest: { reasoning_effort: 'low' }, lost: ['reasoning_effort'] })
    expect(said('medium').rest).toEqual({ reasoning_effort: 'low' })
    expect(said('max').rest).toEqual({ reasoning_effort: 'high' })
    expect(sent({ reasoning: { form: 'effort', takes: ['high'] } }, { reasoning_effort: 'none' }).rest).toEqual({
      reasoning_effort: 'high',
    })
    expect(said('turbo')).toMatchObject({ rest: { reasoning_effort: 'turbo' }, lost: [] })
  })
  it("is told in a word of the provider's own", () => {
    const quirks: Quirks = { reasoning: { form: 'effort', takes: ['none', 'low'], says: { none: 'instant' } } }
    expect(sent(quirks, { reasoning_effort: 'none' })).toMatchObject({
      rest: { reasoning_effort: 'instant' },
      lost: [],
    })
    expect(sent(quirks, { reasoning_effort: 'low' }).rest).toEqual({ reasoning_effort: 'low' })
  })
  it('is read from an object too', () => {
    const quirks: Quirks = { reasoning: { form: 'switch', budget: true } }
    expect(sent(quirks, { reasoning: { max_tokens: 3_000 } }).rest).toEqual({
      enable_thinking: true,
      thinking_budget: 3_000,
    })
    expect(sent(quirks, { reasoning: { enabled: false } }).rest).toEqual({ enable_thinking: false })
    expect(sent(quirks, { reasoning: { effort: 'medium' } }).rest).toEqual({
      enable_thinking: true,
      thinking_budget: 8_192,
    })
  })
  it('turns a switch, with a budget, with a loss, or in a template', () => {
    expect(sent({ reasoning: { form: 'switch', budget: true } }, { reasoning_effort: 'high' })).toEqual({
      rest: { enable_thinking: true },
      messages: [user],
      lost: [],
    })
    expect(sent({ reasoning: { form: 'switch', budget: false } }, { reasoning_effort: 'low' })).toMatchObject({
      rest: { enable_thinking: true },
      lost: ['reasoning_effort'],
    })
    const given = { reasoning_effort: 'none', chat_template_kwargs: { a: 1 } }
    expect(sent({ reasoning: { form: 'template' } }, given).rest).toEqual({
      chat_template_kwargs: { a: 1, enable_thinking: false },
    })
    expect(sent({ reasoning: { form: 'template' } }, { reasoning_effort: 'low' }).rest).toEqual({
      reasoning_effort: 'low',
      chat_template_kwargs: { enable_thinking: true },
    })
  })
  it('is switched off by name where efforts are taken, and told as one where it is on', () => {
    const quirks: Quirks = { reasoning: { form: 'thinking', takes: ['low', 'high'] } }
    expect(sent(quirks, { reasoning_effort: 'none' }).rest).toEqual({ thinking: { type: 'disabled' } })
    expect(sent(quirks, { reasoning_effort: 'high' }).rest).toEqual({ reasoning_effort: 'high' })
    expect(sent({ reasoning: { form: 'thinking' } }, { reasoning_effort: 'high' })).toMatchObject({
      rest: { thinking: { type: 'enabled' } },
      lost: ['reasoning_effort'],
    })
  })
  it("is lost where it cannot be told, and stays where it was told in the provider's own words", () => {
    expect(sent({ reasoning: { form: 'untold' } }, { reasoning_effort: 'low' })).toMatchObject({
      rest: {},
      lost: ['reasoning_effort'],
    })
    const own = { thinking: { type: 'disabled' }, reasoning_effort: 'low' }
    expect(sent({ reasoning: { form: 'thinking' } }, own)).toMatchObject({ rest: own, lost: [] })
  })
})

describe('some models', () => {
  const quirks: Quirks = {
    drop: ['logit_bias'],
    models: [
      { names: /^k3/, quirks: { drop: ['temperature'], mostStops: 1 } },
      { names: /^k/, quirks: { drop: ['n'] } },
    ],
  }
  const members = { logit_bias: {}, temperature: 1, n: 2 }
  it("want more than the others, by the provider's name of the model", () => {
    expect(sent(quirks, members, 'k3-fast').lost).toEqual(['logit_bias', 'temperature'])
    expect(sent(quirks, members, 'k2').lost).toEqual(['logit_bias', 'n'])
    expect(sent(quirks, members).lost).toEqual(['logit_bias'])
  })
})

describe('a body that is as it should be', () => {
  it('is not touched', () => {
    const all: Quirks = {
      drop: ['seed'],
      noNames: true,
      textContent: true,
      takesTurns: true,
      noDeveloper: true,
      nineLetterIds: true,
      noStreamOptions: true,
      noStrictTools: true,
      choices: ['auto'],
      schemas: 'none',
      mostStops: 1,
      reasoning: { form: 'untold' },
    }
    expect(editsFor('them', all, body({ tools: [tool('a')], stop: ['x'] }))).toEqual({ edits: {}, losses: [] })
  })
})
