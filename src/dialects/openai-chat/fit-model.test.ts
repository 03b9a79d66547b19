/** What each of OpenAI's models is sent, and what is told to be lost by it. */
import { describe, expect, it } from 'vitest'
import { fitModel } from './fit-model.ts'

const asked = {
  model: 'pool',
  max_tokens: 9,
  temperature: 0.2,
  top_p: 0.5,
  frequency_penalty: 0.1,
  presence_penalty: 0.1,
  logit_bias: { 5: 1 },
  logprobs: true,
  top_logprobs: 2,
  stop: ['END'],
  parallel_tool_calls: false,
  reasoning_effort: 'xhigh',
}
/** The body as the model would get it, and the names of what is lost. */
const sent = (model: string, body: Readonly<Record<string, unknown>> = asked) => {
  const { edits, losses } = fitModel(body, model)
  return { body: JSON.parse(JSON.stringify({ ...body, ...edits })) as unknown, lost: losses.map(({ field }) => field) }
}
const { temperature: _t, top_p: _p, frequency_penalty: _f, presence_penalty: _r, ...unsampled } = asked
const { logit_bias: _b, logprobs: _l, top_logprobs: _o, max_tokens: _m, ...bare } = unsampled
const { reasoning_effort: _e, ...plain } = asked
const { stop: _s, parallel_tool_calls: _c, ...least } = bare
const sampling = [
  'sampling.temperature',
  'sampling.topP',
  'sampling.frequencyPenalty',
  'sampling.presencePenalty',
  'sampling.logitBias',
  'logprobs',
]

describe('a body cut to its model', () => {
  it.each(['gpt-4o', 'gpt-4.1-mini-2025-04-14', 'openai/gpt-4o', 'chatgpt-4o-latest', 'ft:gpt-4o-mini:acme::1'])(
    'asks %s for no reasoning',
    model => expect(sent(model)).toEqual({ body: plain, lost: ['reasoning'] }),
  )

  it('says nothing of reasoning to who does not reason, if none was asked for', () => {
    expect(sent('gpt-4o', { reasoning_effort: 'none' })).toEqual({ body: {}, lost: [] })
  })

  it.each(['o1', 'o3-mini'])('has for %s neither temperature nor parallel calls, and stop sequences', model => {
    const body = { ...least, stop: asked.stop, max_completion_tokens: 9, reasoning_effort: 'high' }
    expect(sent(model)).toEqual({ body, lost: ['reasoning.effort', ...sampling, 'parallelToolCalls'] })
  })

  it.each(['o3', 'o4-mini', 'o3-2025-04-16'])('has for %s no stop sequences either', model => {
    const body = { ...least, max_completion_tokens: 9, reasoning_effort: 'high' }
    expect(sent(model)).toEqual({ body, lost: ['reasoning.effort', ...sampling, 'limits.stop', 'parallelToolCalls'] })
  })

  it.each(['gpt-5', 'gpt-5-mini-2025-08-07', 'openai/gpt-5-nano'])('has for %s parallel calls', model => {
    const body = { ...least, parallel_tool_calls: false, max_completion_tokens: 9, reasoning_effort: 'high' }
    expect(sent(model)).toEqual({ body, lost: ['reasoning.effort', ...sampling, 'limits.stop'] })
  })

  it('has for newer ones a temperature as long as they do not reason', () => {
    const { stop: _stop, max_tokens: _most, ...rest } = plain
    expect(sent('gpt-5.1', plain)).toEqual({ body: { ...rest, max_completion_tokens: 9 }, lost: ['limits.stop'] })
    expect(sent('gpt-5.2').lost).toEqual([...sampling, 'limits.stop'])
  })

  it('asks for the nearest effort that the model knows, and never for none in place of some', () => {
    const effort = (model: string, wish: string) => sent(model, { reasoning_effort: wish }).body
    expect(effort('gpt-5', 'none')).toEqual({ reasoning_effort: 'minimal' })
    expect(effort('gpt-5.1', 'minimal')).toEqual({ reasoning_effort: 'low' })
    expect(effort('gpt-5-pro', 'low')).toEqual({ reasoning_effort: 'high' })
    expect(effort('o3', 'minimal')).toEqual({ reasoning_effort: 'low' })
  })

  it('loses nothing that asked for nothing', () => {
    const neutral = { temperature: 1, top_p: 1, frequency_penalty: 0, logit_bias: {}, parallel_tool_calls: true }
    expect(sent('o3', neutral)).toEqual({ body: {}, lost: [] })
  })

  it.each(['mistral-large-latest', 'llama-3.3-70b', 'o2-something', 'o1ng'])('is for %s what it was', model =>
    expect(sent(model)).toEqual({ body: asked, lost: [] }),
  )
})
