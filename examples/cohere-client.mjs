/** The official Cohere client, reaching a model of Google's that has never heard of Cohere's dialect. */
import assert from 'node:assert/strict'
import { CohereClientV2 } from 'cohere-ai'
import { withDemo } from './with-demo.mjs'

await withDemo(async ({ url, key }) => {
  const client = new CohereClientV2({ environment: url, token: key })
  const request = { model: 'gemini/gemini-1.5-flash', messages: [{ role: 'user', content: 'Hello!' }] }

  const answer = await client.chat(request)
  console.log(answer.message.content[0].text)
  assert.match(answer.message.content[0].text, /gemini/)
  assert.equal(answer.finishReason, 'COMPLETE')

  let text = ''
  for await (const event of await client.chatStream(request))
    if (event.type === 'content-delta') text += event.delta.message.content.text
  assert.equal(text, answer.message.content[0].text)
})
