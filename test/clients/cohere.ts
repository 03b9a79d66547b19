/** Cohere's official client, with the second version of its chat. */
import { CohereClientV2, CohereError } from 'cohere-ai'
import type { Cohere } from 'cohere-ai'
import { about, answered, parsed, person, pixel, weather } from './client.ts'
import type { Client, Door, Question, Said } from './client.ts'

const bodyOf = ({ model, say, image, tools, person: isPerson, before }: Question): Cohere.V2ChatRequest => {
  const url = `data:image/png;base64,${pixel}`
  const shown: readonly Cohere.Content[] = image ? [{ type: 'image_url', imageUrl: { url } }] : []
  const turns = before === undefined ? [] : [before.said.native as Cohere.ChatMessageV2.Assistant]
  const results = before === undefined ? [] : answered(before)
  return {
    model,
    messages: [
      { role: 'user', content: [{ type: 'text', text: say }, ...shown] },
      ...turns,
      ...results.map(([{ id }, content]) => ({ role: 'tool' as const, toolCallId: id, content })),
    ],
    ...(tools && {
      tools: [{ type: 'function', function: { name: 'weather', description: about, parameters: weather } }],
    }),
    ...(isPerson && { responseFormat: { type: 'json_object', jsonSchema: person } }),
  }
}
type Message = Cohere.AssistantMessageResponse
const saidIn = (message: Message, finish: string, usage: Cohere.Usage | undefined): Said => ({
  text: (message.content ?? []).map(part => (part.type === 'text' ? part.text : '')).join(''),
  calls: (message.toolCalls ?? []).map(({ id, function: call }) => ({
    id: id ?? '',
    name: call?.name ?? '',
    input: parsed(call?.arguments ?? ''),
  })),
  finish,
  input: usage?.billedUnits?.inputTokens ?? 0,
  output: usage?.billedUnits?.outputTokens ?? 0,
  native: message,
})

/** Puts a stream together by its indexes. */
const gather = async (events: AsyncIterable<Cohere.V2ChatStreamResponse>, hear?: () => void): Promise<Said> => {
  let text = ''
  let end: Cohere.ChatMessageEndEventDelta = {}
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = []
  for await (const event of events) {
    if (event.type === 'content-delta') {
      text += event.delta?.message?.content?.text ?? ''
      hear?.()
    }
    if (event.type === 'tool-call-start') {
      const call = event.delta?.message?.toolCalls
      calls.push({
        id: call?.id ?? '',
        type: 'function',
        function: { name: call?.function?.name ?? '', arguments: '' },
      })
    }
    const open = calls.at(-1)
    if (event.type === 'tool-call-delta' && open !== undefined)
      open.function.arguments += event.delta?.message?.toolCalls?.function?.arguments ?? ''
    if (event.type === 'message-end') end = event.delta ?? {}
  }
  const message: Message = {
    role: 'assistant',
    ...(text !== '' && { content: [{ type: 'text', text }] }),
    ...(calls.length > 0 && { toolCalls: calls }),
  }
  return saidIn(message, end.finishReason ?? '', end.usage)
}

/** Chat of the second version. */
export const cohereClient = ({ url, key }: Door): Client => {
  const client = new CohereClientV2({ token: key, environment: url })
  const options = ({ signal }: Question) => ({ maxRetries: 0, ...(signal !== undefined && { abortSignal: signal }) })
  return {
    ask: async question => {
      const { message, finishReason, usage } = await client.chat(bodyOf(question), options(question))
      return saidIn(message, finishReason, usage)
    },
    stream: async question => gather(await client.chatStream(bodyOf(question), options(question)), question.hear),
    statusOf: error => (error instanceof CohereError ? (error.statusCode ?? 0) : undefined),
  }
}
