/** Vercel's AI SDK: its OpenAI provider speaks Responses, its Anthropic and Google providers their own dialects. */
import assert from 'node:assert/strict'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, streamText } from 'ai'
import { withDemo } from './with-demo.mjs'

await withDemo(async ({ url, key: apiKey }) => {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey })
  const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey })
  const google = createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey })
  const prompt = 'Hello!'

  for (const model of [openai('recorded'), openai.chat('recorded'), anthropic('recorded'), google('recorded')]) {
    const { text } = await generateText({ model, prompt })
    console.log(`${model.provider}: ${text}`)
    assert.match(text, /recorded world/)
  }

  let streamed = ''
  const { textStream } = streamText({ model: openai('anthropic/claude-3-haiku-20240307'), prompt })
  for await (const piece of textStream) streamed += piece
  assert.match(streamed, /claude-3-haiku/)
})
