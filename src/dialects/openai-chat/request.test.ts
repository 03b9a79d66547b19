/** A client's request is read without loss: what goes back out in the same dialect says the same. */
import { describe, expect, it } from 'vitest'
import { chatExchanges } from '../../../test/chat-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import { openaiChat } from './index.ts'

type Json = Record<string, unknown>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

const read = (body: unknown): ChatBody => {
  const checked = openaiChat.decodeRequest(body)
  if (!checked.ok) throw new Error(checked.why)
  return checked.value
}
const encoded = (body: unknown) => openaiChat.encodeRequest({ ...read(body) } as ChatRequest, 'served')

/** Two ways to say one thing, told in one way: the test's own reading, word for word but for these. */
const plainPart = (part: unknown): unknown => {
  if (!isRecord(part)) return part
  const image = part['image_url']
  return typeof image === 'string' ? { ...part, image_url: { url: image } } : part
}
const plainContent = (content: unknown): unknown => {
  if (!Array.isArray(content) || content.length === 0) return content === null || Array.isArray(content) ? '' : content
  const parts = content.map(plainPart)
  const [only] = parts
  const isText = parts.length === 1 && isRecord(only) && only['type'] === 'text' && Object.keys(only).length === 2
  return isText ? only['text'] : parts
}
const plainCall = (call: unknown): unknown => {
  if (!isRecord(call) || !isRecord(call['function'])) return call
  const called = call['function']
  return { type: 'function', ...call, function: { ...called, arguments: called['arguments'] || '{}' } }
}
const saying = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value).filter(
      ([, one]) => one !== null && one !== undefined && !(Array.isArray(one) && one.length === 0),
    ),
  )
const plainMessage = (message: unknown): unknown => {
  if (!isRecord(message)) return message
  const calls = message['tool_calls']
  const content = plainContent(message['content'] ?? '')
  return saying({
    ...message,
    content,
    ...(Array.isArray(calls) && { tool_calls: calls.map(plainCall) }),
  })
}
/** Some take tools and choices without a type. */
const typed = (value: unknown): unknown => (isRecord(value) ? { type: 'function', ...value } : value)
const plainBody = (body: Json): Json => {
  const { max_completion_tokens: newer, max_tokens: older, stream_options: options, stop, ...rest } = body
  const format = isRecord(rest['response_format']) && rest['response_format']['type'] === 'text'
  const messages = Array.isArray(rest['messages']) ? rest['messages'].map(plainMessage) : []
  return saying({
    ...rest,
    model: 'served',
    max: newer ?? older,
    stop: typeof stop === 'string' ? [stop] : stop,
    messages,
    ...(format && { response_format: undefined }),
    ...(rest['stream'] === false && { stream: undefined }),
    ...(rest['n'] === 1 && { n: undefined }),
    ...(rest['logprobs'] === false && { logprobs: undefined }),
    ...(rest['stream'] === true && { stream_options: { ...(isRecord(options) ? options : {}), include_usage: true } }),
    tools: Array.isArray(rest['tools']) ? rest['tools'].map(typed) : undefined,
    tool_choice: rest['tool_choice'] === 'any' ? 'required' : typed(rest['tool_choice']),
  })
}

const requests = chatExchanges
  .filter(({ request, response }) => isRecord(request.body) && response.status < 300)
  .map(({ id, request }) => ({ name: id, body: request.body as Json }))

describe.skipIf(!hasShared)('recorded requests', () => {
  it.each(requests)('$name comes back out as it went in', ({ body }) => {
    const { value, losses } = encoded(body)
    expect(losses).toEqual([])
    expect(plainBody(value)).toEqual(plainBody(body))
  })
})
