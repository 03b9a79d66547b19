/** What Anthropic's messages say. */
import type { FinishReason } from '../../src/domain/stream-event.ts'
import { at, count, inputOf, record, records, words } from './seen.ts'
import type { Json, Payload, Reader, Seen } from './seen.ts'

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  compaction: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refused',
}

const seenOf = (blocks: readonly Json[], stop: unknown, usage: Json): Seen => {
  const said = (type: string, member: string): string =>
    blocks
      .filter(block => block['type'] === type)
      .map(block => words(block[member]))
      .join('')
  const cached = count(usage, 'cache_read_input_tokens')
  return {
    text: said('text', 'text'),
    thoughts: said('thinking', 'thinking'),
    refusal: '',
    calls: blocks
      .filter(block => block['type'] === 'tool_use')
      .map(block => [words(block['name']), inputOf(block['input'])] as const),
    finish: typeof stop === 'string' ? [reasons[stop] ?? 'other'] : [],
    usage: [
      count(usage, 'input_tokens') + cached + count(usage, 'cache_creation_input_tokens'),
      cached,
      count(usage, 'output_tokens'),
      count(usage, 'output_tokens_details.thinking_tokens'),
    ],
  }
}

const told = (members: Json): Json => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
const grown = (block: Json, delta: Json): Json => {
  const kinds = ['text', 'thinking', 'partial_json'] as const
  const kind = kinds.find(one => typeof delta[one] === 'string')
  return kind === undefined ? block : { ...block, [kind]: words(block[kind]) + words(delta[kind]) }
}
const streamed = (events: readonly Payload[]): Seen => {
  const blocks = new Map<unknown, Json>()
  let stop: unknown
  let usage: Json = {}
  for (const { body } of events) {
    const { type, index, delta } = body
    if (type === 'message_start') {
      usage = { ...usage, ...told(record(at(body, 'message.usage'))) }
      stop = at(body, 'message.stop_reason') ?? stop
      // Calls that code of the provider makes come with the start.
      for (const [place, block] of records(at(body, 'message.content')).entries()) blocks.set(place, block)
    }
    if (type === 'content_block_start') blocks.set(index, record(body['content_block']))
    if (type === 'content_block_delta') blocks.set(index, grown(blocks.get(index) ?? {}, record(delta)))
    if (type === 'message_delta') {
      usage = { ...usage, ...told(record(body['usage'])) }
      stop = at(delta, 'stop_reason') ?? stop
    }
  }
  const whole = [...blocks.values()].map(block =>
    words(block['partial_json']) === '' ? block : { ...block, input: block['partial_json'] },
  )
  return seenOf(whole, stop, usage)
}

export const messages: Reader = {
  whole: body => seenOf(records(body['content']), body['stop_reason'], record(body['usage'])),
  streamed,
}
