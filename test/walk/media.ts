/** A house for images and sound: the world's models for them, and an upstream of a test's own. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { World } from '../../src/world/serve-world.ts'

/** Two of each craft, so that the first can fail; prices as nobody has them, so that sums are known. */
export const mediaHouse = (world: World): string =>
  [
    'providers:',
    `  first: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
    `  second: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
    `  google: { type: gemini, url: '${world.base('gemini')}', key: '\${WORLD_KEY}' }`,
    `  amazon: { type: bedrock, region: us-east-1, url: '${world.base('bedrock')}', key: '\${WORLD_KEY}' }`,
    'deployments:',
    '  gpt-image: { provider: first, model: gpt-image-1, price: { input: 5, inputImage: 10, output: 40 }, priority: 1 }',
    '  dall-e: { provider: second, model: dall-e-3, price: { image: 0.04 }, priority: 2 }',
    '  imagen: { provider: google, model: imagen-4.0-generate-001, price: { image: 0.03 }, priority: 1 }',
    "  titan: { provider: amazon, model: 'amazon.titan-image-generator-v2:0', price: { image: 0.01 }, priority: 1 }",
    '  mini-tts: { provider: first, model: gpt-4o-mini-tts, price: { input: 0.6, output: 12 }, priority: 1 }',
    '  tts: { provider: second, model: tts-1, price: { character: 15 }, priority: 2 }',
    '  mini-hears: { provider: first, model: gpt-4o-mini-transcribe, price: { input: 1.25, output: 5 }, priority: 1 }',
    '  whisper: { provider: second, model: whisper-1, price: { minute: 0.006 }, priority: 2 }',
    'pools:',
    '  draws: { candidates: [gpt-image, dall-e], policy: in-order }',
    '  speaks: { candidates: [mini-tts, tts], policy: in-order }',
    '  hears: { candidates: [mini-hears, whisper], policy: in-order }',
    'policies:',
    '  in-order:',
    '    steps: [{ use: capable }, { use: priority }]',
    '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 20s, idle: 20s, total: 60s }',
  ].join('\n')

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A server of one's own; `close` ends every connection. */
export const upstream = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** All of a request's body. */
export const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
