/** Vercel's AI SDK with its own providers for OpenAI (both formats), Anthropic and Google. */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { APICallError, generateText, jsonSchema, Output, streamText, tool } from 'ai'
import type { LanguageModel, LanguageModelUsage, ModelMessage, TypedToolCall, ToolSet } from 'ai'
import { about, answered, person, pixel, weather } from './client.ts'
import type { Client, Door, Question, Said } from './client.ts'

const tools = { weather: tool({ description: about, inputSchema: jsonSchema<{ city: string }>(weather) }) }
const messagesOf = ({ say, image, before }: Question): ModelMessage[] => {
  const shown = image ? [{ type: 'image' as const, image: pixel, mediaType: 'image/png' }] : []
  const turns = before === undefined ? [] : (before.said.native as ModelMessage[])
  const results = (before === undefined ? [] : answered(before)).map(([{ id, name }, value]) => ({
    type: 'tool-result' as const,
    toolCallId: id,
    toolName: name,
    output: { type: 'text' as const, value },
  }))
  return [
    { role: 'user', content: [{ type: 'text', text: say }, ...shown] },
    ...turns,
    ...(results.length === 0 ? [] : [{ role: 'tool' as const, content: results }]),
  ]
}
const optionsOf = (model: LanguageModel, question: Question) => ({
  model,
  messages: messagesOf(question),
  maxRetries: 0,
  ...(question.tools && { tools }),
  ...(question.person && { output: Output.object({ schema: jsonSchema<{ name: string; age: number }>(person) }) }),
  ...(question.signal !== undefined && { abortSignal: question.signal }),
})

interface Result {
  readonly text: string
  readonly toolCalls: readonly TypedToolCall<ToolSet>[]
  readonly finishReason: string
  readonly usage: LanguageModelUsage
  readonly responseMessages: readonly ModelMessage[]
}
const saidIn = ({ text, toolCalls, finishReason, usage, responseMessages }: Result): Said => ({
  text,
  calls: toolCalls.map(({ toolCallId: id, toolName: name, input }) => ({ id, name, input })),
  finish: finishReason,
  input: usage.inputTokens ?? 0,
  output: usage.outputTokens ?? 0,
  native: responseMessages,
})

const clientOf = (modelOf: (name: string) => LanguageModel): Client => ({
  ask: async question => saidIn(await generateText(optionsOf(modelOf(question.model), question))),
  stream: async question => {
    const result = streamText({ ...optionsOf(modelOf(question.model), question), onError: () => undefined })
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta') question.hear?.()
      if (part.type === 'error') throw part.error
      if (part.type === 'abort') throw new DOMException('the client left', 'AbortError')
    }
    return saidIn({
      text: await result.text,
      toolCalls: await result.toolCalls,
      finishReason: await result.finishReason,
      usage: await result.usage,
      responseMessages: (await result.response).messages,
    })
  },
  statusOf: error => (APICallError.isInstance(error) ? (error.statusCode ?? 0) : undefined),
})

export const vercelChat = ({ url, key }: Door): Client => {
  const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: key })
  return clientOf(name => provider.chat(name))
}
export const vercelResponses = ({ url, key }: Door): Client => {
  const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: key })
  return clientOf(name => provider.responses(name))
}
export const vercelAnthropic = ({ url, key }: Door): Client => {
  const provider = createAnthropic({ baseURL: `${url}/v1`, apiKey: key })
  return clientOf(name => provider(name))
}
export const vercelGoogle = ({ url, key }: Door): Client => {
  const provider = createGoogle({ baseURL: `${url}/v1beta`, apiKey: key })
  return clientOf(name => provider(name))
}
