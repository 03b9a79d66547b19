/** The official Anthropic client, reaching a model that speaks OpenAI's dialect. */
import assert from 'node:assert/strict'
import Anthropic from '@anthropic-ai/sdk'
import { withDemo } from './with-demo.mjs'

await withDemo(async ({ url, key }) => {
  const client = new Anthropic({ baseURL: url, apiKey: key })
  const message = await client.messages
    .stream({
      model: 'openai/gpt-4o-mini-2024-07-18',
      max_tokens: 200,
      messages: [{ role: 'user', content: 'Hello!' }],
    })
    .finalMessage()
  console.log(message.content[0].text)
  assert.match(message.content[0].text, /gpt-4o-mini/)
  assert.equal(message.stop_reason, 'end_turn')
})
