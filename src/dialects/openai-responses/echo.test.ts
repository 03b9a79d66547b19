/** A response repeats what was asked, whoever answered, and keeps OpenAI's published schema while it does. */
import { describe, expect, it } from 'vitest'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import type { ChatBody } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { openaiResponses } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const look = {
  type: 'function',
  name: 'look',
  description: 'Looks.',
  parameters: { type: 'object', properties: {} },
  strict: false,
}
const schema = { type: 'object', properties: {}, required: [], additionalProperties: false }
const body: Json = {
  model: 'pool',
  input: 'Hi',
  instructions: 'Be brief.',
  tools: [look, { type: 'web_search' }],
  tool_choice: { type: 'function', name: 'look' },
  parallel_tool_calls: false,
  temperature: 0.25,
  top_p: 0.5,
  max_output_tokens: 99,
  max_tool_calls: 3,
  metadata: { team: 'blue' },
  previous_response_id: 'resp_0',
  prompt_cache_key: 'warm',
  safety_identifier: 'someone',
  text: { format: { type: 'json_schema', name: 'shape', schema, strict: true }, verbosity: 'low' },
  reasoning: { effort: 'high', summary: 'auto' },
}
const askedFor = (given: Json): ChatBody => {
  const read = openaiResponses.decodeRequest(given)
  if (!read.ok) throw new Error(read.why)
  return read.value
}
const contextOf = (given: Json | undefined): AnswerContext => ({
  id: 'req_1',
  model: 'pool',
  now: 1_700_000_000_000 as Instant,
  streamUsage: true,
  ...(given !== undefined && { asked: askedFor(given) }),
})
const answer: readonly StreamEvent[] = [
  { type: 'response-start', model: 'claude' },
  { type: 'text-start', block: 0 },
  { type: 'text-delta', block: 0, text: 'Hello' },
  { type: 'text-end', block: 0 },
  { type: 'choice-end', reason: 'stop' },
  { type: 'response-end' },
]
const whole = (given: Json | undefined, events = answer): Json =>
  openaiResponses.encodeAnswer(events, contextOf(given)).value

describe('a response to a request in this dialect', () => {
  it('repeats what was asked, word for word', () => {
    const { model: _model, input: _input, ...asked } = body
    expect(whole(body)).toMatchObject(asked)
  })
  it('repeats it in each event of a stream that holds the response', () => {
    const encoder = openaiResponses.encodeStream(contextOf(body))
    const events = answer.flatMap(event => encoder.push(event)).map(({ data }) => JSON.parse(data) as Json)
    const told = events.flatMap(({ response }) => (response === undefined ? [] : [response]))
    expect(told).toHaveLength(3)
    for (const response of told) expect(response).toMatchObject({ tools: body['tools'], instructions: 'Be brief.' })
  })
  it('says where it was kept and how it was served only if the provider said so', () => {
    const given = { model: 'pool', input: 'Hi', store: true, background: true, service_tier: 'flex' }
    expect(whole(given)).toMatchObject({ store: false, background: false })
    expect(whole(given)).not.toHaveProperty('service_tier')
  })
  it('says what OpenAI says where nothing was asked, and where nobody knows what was', () => {
    const plain = { tools: [], tool_choice: 'auto', text: { format: { type: 'text' } }, instructions: null }
    expect(whole({ model: 'pool', input: 'Hi' })).toMatchObject(plain)
    expect(whole(undefined)).toMatchObject(plain)
  })
  it('believes the answer where that tells it otherwise', () => {
    const [, ...rest] = answer
    const start: StreamEvent = {
      type: 'response-start',
      model: 'gpt',
      extensions: { 'openai-responses': { $form: { temperature: 1, tool_choice: 'auto' } } },
    }
    expect(whole(body, [start, ...rest])).toMatchObject({ temperature: 1, tool_choice: 'auto', top_p: 0.5 })
  })
  it.skipIf(!hasShared)('keeps the published schema', () => {
    expect(breaches('Response', JSON.parse(JSON.stringify(whole(body))))).toEqual([])
    expect(breaches('Response', JSON.parse(JSON.stringify(whole({ model: 'm', input: 'Hi' }))))).toEqual([])
    const odd = { ...body, temperature: 7, tools: [{ type: 'function', name: 'bare' }], reasoning: { effort: 'odd' } }
    expect(breaches('Response', JSON.parse(JSON.stringify(whole(odd))))).toEqual([])
  })
})
