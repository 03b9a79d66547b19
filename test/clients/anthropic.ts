/** Anthropic's official client. */
import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { about, answered, person, pixel, weather } from './client.ts'
import type { Client, Door, Question, Said } from './client.ts'

const bodyOf = ({ model, say, image, tools, person: isPerson, before }: Question) => {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: pixel }
  const shown = image ? [{ type: 'image' as const, source }] : []
  const results = (before === undefined ? [] : answered(before)).map(([{ id }, content]) => ({
    type: 'tool_result' as const,
    tool_use_id: id,
    content,
  }))
  const turns: Anthropic.MessageParam[] =
    before === undefined
      ? []
      : [
          { role: 'assistant', content: before.said.native as Anthropic.ContentBlock[] },
          { role: 'user', content: results },
        ]
  const body: Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'> = {
    model,
    max_tokens: 1000,
    messages: [{ role: 'user', content: [...shown, { type: 'text', text: say }] }, ...turns],
    ...(tools && { tools: [{ name: 'weather', description: about, input_schema: weather }] }),
    ...(isPerson && { output_config: { format: { type: 'json_schema', schema: person } } }),
  }
  return body
}
const saidIn = ({ content, stop_reason: finish, usage }: Anthropic.Message): Said => ({
  text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
  calls: content.flatMap(block =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
  ),
  finish: finish ?? '',
  input: usage.input_tokens,
  output: usage.output_tokens,
  native: content,
})

/** Messages. */
export const anthropicClient = ({ url, key }: Door): Client => {
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 })
  return {
    ask: async question =>
      saidIn(await client.messages.create({ ...bodyOf(question), stream: false }, { signal: question.signal })),
    stream: async question => {
      const stream = client.messages.stream(bodyOf(question), { signal: question.signal })
      stream.on('text', () => question.hear?.())
      return saidIn(await stream.finalMessage())
    },
    statusOf: error => (error instanceof APIError ? (error.status ?? 0) : undefined),
  }
}
