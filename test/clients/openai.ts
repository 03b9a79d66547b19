/** OpenAI's official client, in both of its formats. */
import OpenAI, { APIError } from 'openai'
import type {
  ResponseInput,
  ResponseOutputItem,
  ResponseCreateParamsNonStreaming,
} from 'openai/resources/responses/responses'
import { about, answered, parsed, person, pixel, weather } from './client.ts'
import type { Client, Door, Question, Said } from './client.ts'

const image = `data:image/png;base64,${pixel}`
const clientAt = ({ url, key }: Door): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
const statusOf = (error: unknown): number | undefined => (error instanceof APIError ? (error.status ?? 0) : undefined)
const signalOf = ({ signal }: Question) => (signal === undefined ? {} : { signal })

type Chat = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'>
const chatBody = ({ model, say, image: isSeen, tools, person: isPerson, before }: Question): Chat => {
  const shown = isSeen ? [{ type: 'image_url' as const, image_url: { url: image } }] : []
  const user: OpenAI.ChatCompletionMessageParam = { role: 'user', content: [{ type: 'text', text: say }, ...shown] }
  const turns = before === undefined ? [] : [before.said.native as OpenAI.ChatCompletionMessage]
  const results = before === undefined ? [] : answered(before)
  return {
    model,
    messages: [
      user,
      ...turns,
      ...results.map(([{ id }, content]) => ({ role: 'tool' as const, tool_call_id: id, content })),
    ],
    ...(tools && {
      tools: [{ type: 'function', function: { name: 'weather', description: about, parameters: weather } }],
    }),
    ...(isPerson && {
      response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema: person } },
    }),
  }
}
const chatSaid = ({ choices, usage }: OpenAI.ChatCompletion): Said => {
  const [choice] = choices
  const calls = choice?.message.tool_calls ?? []
  return {
    text: choice?.message.content ?? '',
    calls: calls.flatMap(call =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, input: parsed(call.function.arguments) }]
        : [],
    ),
    finish: choice?.finish_reason ?? '',
    input: usage?.prompt_tokens ?? 0,
    output: usage?.completion_tokens ?? 0,
    native: choice?.message,
  }
}
/** Chat completions. */
export const openaiChatClient = (door: Door): Client => {
  const client = clientAt(door)
  return {
    ask: async question =>
      chatSaid(await client.chat.completions.create({ ...chatBody(question), stream: false }, signalOf(question))),
    stream: async question => {
      const body = { ...chatBody(question), stream: true as const, stream_options: { include_usage: true } }
      const stream = client.chat.completions.stream(body, signalOf(question))
      stream.on('content', () => question.hear?.())
      return chatSaid(await stream.finalChatCompletion())
    },
    statusOf,
  }
}

const responseBody = ({ model, say, image: isSeen, tools, person: isPerson, before }: Question) => {
  const shown = isSeen ? [{ type: 'input_image' as const, image_url: image, detail: 'auto' as const }] : []
  const turns = before === undefined ? [] : (before.said.native as readonly ResponseOutputItem[])
  const results = before === undefined ? [] : answered(before)
  const input: ResponseInput = [
    { role: 'user', content: [{ type: 'input_text', text: say }, ...shown] },
    ...(turns as ResponseInput),
    ...results.map(([{ id }, output]) => ({ type: 'function_call_output' as const, call_id: id, output })),
  ]
  const body: Omit<ResponseCreateParamsNonStreaming, 'stream'> = {
    model,
    input,
    store: false,
    ...(tools && {
      tools: [{ type: 'function', name: 'weather', description: about, parameters: weather, strict: true }],
    }),
    ...(isPerson && { text: { format: { type: 'json_schema', name: 'person', strict: true, schema: person } } }),
  }
  return body
}
const responseSaid = ({ output, output_text: text, usage, status }: OpenAI.Responses.Response): Said => ({
  text: text ?? '',
  calls: output.flatMap(item =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: parsed(item.arguments) }] : [],
  ),
  finish: output.some(({ type }) => type === 'function_call') ? 'tool_calls' : (status ?? ''),
  input: usage?.input_tokens ?? 0,
  output: usage?.output_tokens ?? 0,
  native: output,
})
/** Responses. */
export const openaiResponsesClient = (door: Door): Client => {
  const client = clientAt(door)
  return {
    ask: async question => responseSaid(await client.responses.create(responseBody(question), signalOf(question))),
    stream: async question => {
      const stream = client.responses.stream(responseBody(question), signalOf(question))
      stream.on('response.output_text.delta', () => question.hear?.())
      return responseSaid(await stream.finalResponse())
    },
    statusOf,
  }
}
