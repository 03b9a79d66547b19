/** AWS's official client, with the virtual key as its access key: Converse to a model of OpenAI's, whole and streamed. */
import assert from 'node:assert/strict'
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { withDemo } from './with-demo.mjs'

await withDemo(async ({ url, key }) => {
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: url,
    // The gateway knows the key by its id; the secret signs, but is not looked at.
    credentials: { accessKeyId: key, secretAccessKey: 'unused' },
  })
  const request = {
    modelId: 'openai/gpt-4o-mini-2024-07-18',
    messages: [{ role: 'user', content: [{ text: 'Hello!' }] }],
  }

  const { output, stopReason } = await client.send(new ConverseCommand(request))
  console.log(output.message.content[0].text)
  assert.match(output.message.content[0].text, /gpt-4o-mini/)
  assert.equal(stopReason, 'end_turn')

  let text = ''
  const { stream } = await client.send(new ConverseStreamCommand(request))
  for await (const { contentBlockDelta } of stream) text += contentBlockDelta?.delta.text ?? ''
  assert.equal(text, output.message.content[0].text)
  client.destroy()
})
