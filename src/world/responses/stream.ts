/** A streamed answer in OpenAI's Responses format: events in its own grammar, numbered from zero. */
import { estimateTokens } from '../estimate-tokens.ts'
import { isJson, listOf } from '../speech.ts'
import type { Frame, Json, Reply } from '../speech.ts'

/** How it stands with an answer. */
export type Status = 'in_progress' | 'completed' | 'incomplete'

/** How the parts of an answer are written. */
interface Pen {
  outputOf(reply: Reply): readonly Json[]
  responseOf(reply: Reply, status: Status): Json
  endOf(reply: Reply): Status
}

/** An event before it has its number. */
interface Event {
  readonly type: string
  readonly members: Json
  readonly tokens?: number
}

/** The frames of an answer. */
export function* streamResponses(reply: Reply, pen: Pen): Iterable<Frame> {
  let number = 0
  for (const { type, members, tokens = 0 } of events(reply, pen)) {
    const value = { type, ...members, sequence_number: number++ }
    yield { data: `event: ${type}\ndata: ${JSON.stringify(value)}\n\n`, tokens }
  }
}

function* events(reply: Reply, pen: Pen): Iterable<Event> {
  const begun = pen.responseOf(reply, 'in_progress')
  yield { type: 'response.created', members: { response: begun } }
  yield { type: 'response.in_progress', members: { response: begun } }
  for (const [index, item] of pen.outputOf(reply).entries()) {
    const writing = { reply, item, at: { item_id: item['id'], output_index: index } }
    yield { type: 'response.output_item.added', members: { output_index: index, item: unwritten(item) } }
    yield* writers[String(item['type'])]?.(writing) ?? []
    yield { type: 'response.output_item.done', members: { output_index: index, item } }
  }
  const end = pen.endOf(reply)
  yield { type: `response.${end}`, members: { response: pen.responseOf(reply, end) } }
}

interface Writing {
  readonly reply: Reply
  readonly item: Json
  readonly at: Json
}

/** An item before anything of it was written. */
const unwritten = (item: Json): Json => {
  switch (item['type']) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] }
    case 'reasoning':
      return { ...item, summary: [] }
    case 'custom_tool_call':
      return { ...item, status: 'in_progress', input: '' }
    default:
      return { ...item, status: 'in_progress', arguments: '' }
  }
}

const pieces = (reply: Reply, text: string, event: (piece: string) => Omit<Event, 'tokens'>): readonly Event[] =>
  reply.cut(text).map(piece => ({ ...event(piece), tokens: estimateTokens(piece) }))

function* message({ reply, item, at }: Writing): Iterable<Event> {
  const [part] = listOf(item['content'])
  if (!isJson(part)) return
  const where = { ...at, content_index: 0 }
  const isRefusal = part['type'] === 'refusal'
  const kind = isRefusal ? 'refusal' : 'output_text'
  const text = String(isRefusal ? part['refusal'] : part['text'])
  const more = isRefusal ? {} : { logprobs: [] }
  yield {
    type: 'response.content_part.added',
    members: { ...where, part: { ...part, [isRefusal ? 'refusal' : 'text']: '' } },
  }
  yield* pieces(reply, text, piece => ({
    type: `response.${kind}.delta`,
    members: { ...where, delta: piece, ...more, obfuscation: 'x'.repeat(16 - (piece.length % 16)) },
  }))
  yield { type: `response.${kind}.done`, members: { ...where, [isRefusal ? 'refusal' : 'text']: text, ...more } }
  yield { type: 'response.content_part.done', members: { ...where, part } }
}

function* reasoning({ reply, item, at }: Writing): Iterable<Event> {
  const [part] = listOf(item['summary'])
  if (!isJson(part)) return
  const where = { ...at, summary_index: 0 }
  const text = String(part['text'])
  yield { type: 'response.reasoning_summary_part.added', members: { ...where, part: { ...part, text: '' } } }
  for (const piece of reply.cut(text)) {
    yield { type: 'response.reasoning_summary_text.delta', members: { ...where, delta: piece } }
  }
  yield { type: 'response.reasoning_summary_text.done', members: { ...where, text } }
  yield { type: 'response.reasoning_summary_part.done', members: { ...where, part } }
}

function* functionCall({ reply, item, at }: Writing): Iterable<Event> {
  const text = String(item['arguments'])
  yield* pieces(reply, text, piece => ({
    type: 'response.function_call_arguments.delta',
    members: { ...at, delta: piece, obfuscation: 'x'.repeat(16 - (piece.length % 16)) },
  }))
  yield { type: 'response.function_call_arguments.done', members: { ...at, arguments: text, name: item['name'] } }
}

function* customCall({ reply, item, at }: Writing): Iterable<Event> {
  const input = String(item['input'])
  yield* pieces(reply, input, piece => ({
    type: 'response.custom_tool_call_input.delta',
    members: { ...at, delta: piece, obfuscation: 'x'.repeat(16 - (piece.length % 16)) },
  }))
  yield { type: 'response.custom_tool_call_input.done', members: { ...at, input } }
}

const writers: Readonly<Record<string, (writing: Writing) => Iterable<Event>>> = {
  message,
  reasoning,
  function_call: functionCall,
  custom_tool_call: customCall,
}
