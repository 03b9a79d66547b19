/** One answer of OpenAI's Realtime as events: what is said, as text or as sound with its words, and what is called. */
import { estimateTokens } from '../estimate-tokens.ts'
import { samplesOf } from '../operations/write-wav.ts'
import { idOf } from '../responses/ids.ts'
import { isJson, listOf } from '../speech.ts'
import type { Frame, Json, Reply } from '../speech.ts'

/** How the events of a turn are written. */
export interface TurnPen {
  readonly id: string
  readonly session: Json
  /** The id of the item before, or null. */
  readonly previous: unknown
  written(type: string, members: Json): string
}

const usageOf = ({ inputTokens, outputTokens }: Reply, isSound: boolean): Json => ({
  total_tokens: inputTokens + outputTokens,
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  input_token_details: {
    text_tokens: inputTokens,
    audio_tokens: 0,
    image_tokens: 0,
    cached_tokens: 0,
    cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
  },
  output_token_details: {
    text_tokens: isSound ? 0 : outputTokens,
    audio_tokens: isSound ? outputTokens : 0,
  },
})

const isSoundIn = ({ session }: TurnPen): boolean => listOf(session['output_modalities']).includes('audio')

const itemsOf = (reply: Reply, isSound: boolean): readonly Json[] => {
  const text = reply.refusal ?? reply.text
  const id = (place: number): string => idOf('item', `${reply.seed} said`, place).slice(0, 26)
  const part = isSound ? { type: 'output_audio', transcript: text } : { type: 'output_text', text }
  const message = { id: id(0), type: 'message', status: 'completed', role: 'assistant', content: [part] }
  const calls = reply.calls.map(({ name, input }, place) => ({
    id: id(place + 1),
    type: 'function_call',
    status: 'completed',
    name,
    call_id: `call_${idOf('call', reply.seed, place).slice(5, 21)}`,
    arguments: input,
  }))
  return text === '' && calls.length > 0 ? calls : [message, ...calls]
}

/** The events of a whole turn; every item that is done is kept for the turns that follow. */
export function* turnFrames(reply: Reply, pen: TurnPen, keep: (item: Json) => void): Iterable<Frame> {
  const isSound = isSoundIn(pen)
  const frame = (type: string, members: Json, tokens = 0): Frame => ({ data: pen.written(type, members), tokens })
  const response = {
    object: 'realtime.response',
    id: pen.id,
    status: 'in_progress',
    status_details: null,
    output: [],
    conversation_id: `conv_${pen.id.slice(5)}`,
    output_modalities: pen.session['output_modalities'],
    max_output_tokens: pen.session['max_output_tokens'],
    audio: pen.session['audio'],
    usage: null,
    metadata: pen.session['metadata'] ?? null,
  }
  yield frame('response.created', { response })
  const items = itemsOf(reply, isSound)
  let previous = pen.previous
  for (const [index, item] of items.entries()) {
    const isCall = item['type'] === 'function_call'
    const opened = { ...item, status: 'in_progress', ...(isCall ? { arguments: '' } : { content: [] }) }
    yield frame('response.output_item.added', { response_id: pen.id, output_index: index, item: opened })
    yield frame('conversation.item.added', { previous_item_id: previous, item: opened })
    const at = { response_id: pen.id, item_id: item['id'], output_index: index }
    yield* isCall ? callFrames(reply, item, { at, frame }) : wordFrames(reply, item, { at, frame, isSound })
    yield frame('conversation.item.done', { previous_item_id: previous, item })
    yield frame('response.output_item.done', { response_id: pen.id, output_index: index, item })
    keep(item)
    previous = item['id']
  }
  const isCut = reply.finish === 'length'
  const ended = {
    status: isCut ? 'incomplete' : 'completed',
    status_details: isCut ? { type: 'incomplete', reason: 'max_output_tokens' } : null,
  }
  yield frame('response.done', { response: { ...response, ...ended, output: items, usage: usageOf(reply, isSound) } })
  const limits = [{ name: 'tokens', limit: 15_000_000, remaining: 14_999_000, reset_seconds: 0.004 }]
  yield frame('rate_limits.updated', { rate_limits: limits })
}

interface Hand {
  readonly at: Json
  frame(type: string, members: Json, tokens?: number): Frame
}

function* callFrames(reply: Reply, item: Json, { at, frame }: Hand): Iterable<Frame> {
  const told = { ...at, call_id: item['call_id'] }
  const text = String(item['arguments'])
  for (const delta of reply.cut(text)) {
    yield frame('response.function_call_arguments.delta', { ...told, delta }, estimateTokens(delta))
  }
  yield frame('response.function_call_arguments.done', { ...told, name: item['name'], arguments: text })
}

function* wordFrames(
  reply: Reply,
  item: Json,
  { at, frame, isSound }: Hand & { readonly isSound: boolean },
): Iterable<Frame> {
  const [part] = listOf(item['content'])
  const told = { ...at, content_index: 0 }
  const text = isJson(part) ? String(part['transcript'] ?? part['text']) : ''
  // On the line a part has the plainer name.
  const opened = isSound ? { type: 'audio', transcript: '' } : { type: 'text', text: '' }
  yield frame('response.content_part.added', { ...told, part: opened })
  for (const delta of reply.cut(text)) {
    const kind = isSound ? 'output_audio_transcript' : 'output_text'
    yield frame(`response.${kind}.delta`, { ...told, delta }, estimateTokens(delta))
    if (isSound) yield frame('response.output_audio.delta', { ...told, delta: samplesOf(delta).toString('base64') })
  }
  if (isSound) {
    yield frame('response.output_audio.done', told)
    yield frame('response.output_audio_transcript.done', { ...told, transcript: text })
  } else yield frame('response.output_text.done', { ...told, text })
  yield frame('response.content_part.done', {
    ...told,
    part: isSound ? { ...opened, transcript: text } : { ...opened, text },
  })
}
