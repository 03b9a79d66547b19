/** The official Google client: a pool of all dialects, a model of Anthropic's in a stream, and what may be asked for. */
import assert from 'node:assert/strict'
import { GoogleGenAI } from '@google/genai'
import { withDemo } from './with-demo.mjs'

await withDemo(async ({ url, key }) => {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } })
  const contents = 'Hello!'

  const answer = await client.models.generateContent({ model: 'recorded', contents })
  console.log(answer.text)
  assert.match(answer.text, /recorded world/)

  let text = ''
  const model = 'anthropic/claude-3-haiku-20240307'
  for await (const chunk of await client.models.generateContentStream({ model, contents })) text += chunk.text ?? ''
  console.log(`streamed: ${text}`)
  assert.match(text, /claude-3-haiku/)

  const names = []
  for await (const { name } of await client.models.list()) names.push(name)
  assert.ok(names.includes('models/recorded'))
})
