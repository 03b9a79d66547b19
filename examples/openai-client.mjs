/** A first request with the official OpenAI client: another base URL, and nothing else. */
import assert from 'node:assert/strict'
import OpenAI from 'openai'
import { withDemo } from './with-demo.mjs'

await withDemo(async ({ url, key }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key })

  // A pool: the policy decides which of its nine models serves.
  const { data, response } = await client.chat.completions
    .create({ model: 'recorded', messages: [{ role: 'user', content: 'Hello!' }] })
    .withResponse()
  console.log(
    `${response.headers.get('x-signalbox-provider')}/${response.headers.get('x-signalbox-model')}: ${data.choices[0].message.content}`,
  )
  assert.match(data.choices[0].message.content, /recorded world/)
  assert.ok(Number(response.headers.get('x-signalbox-cost-usd')) > 0)

  // A model of Anthropic's, asked and streamed in OpenAI's dialect.
  let text = ''
  const stream = await client.chat.completions.create({
    model: 'anthropic/claude-3-haiku-20240307',
    messages: [{ role: 'user', content: 'Hello!' }],
    stream: true,
  })
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  console.log(`streamed: ${text}`)
  assert.match(text, /claude-3-haiku/)
})
