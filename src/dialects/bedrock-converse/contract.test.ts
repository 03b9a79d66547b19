/** The Converse API keeps the laws of every dialect, in crafted samples and in what was recorded. */
import { expect, it } from 'vitest'
import { dialectContract } from '../../../test/contract/dialect.contract.ts'
import {
  addressOf,
  converseAnswers,
  converseExchanges,
  converseStreams,
  keptAnswers,
  keptStreams,
} from '../../../test/converse-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import { eventStream } from '../event-stream.ts'
import { bedrockConverse } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }
const address = { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', stream: true }
const body: Json = {
  system: [{ text: 'be brief' }, { cachePoint: { type: 'default', ttl: '1h' } }],
  messages: [
    {
      role: 'user',
      content: [
        { image: { format: 'png', source: { bytes: 'aGk=' } } },
        {
          document: {
            format: 'pdf',
            name: 'a report',
            source: { s3Location: { uri: 's3://a/b.pdf', bucketOwner: '1' } },
          },
        },
        { guardContent: { text: { text: 'look', qualifiers: ['query'] } } },
        { text: 'what is it' },
        { cachePoint: { type: 'default' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'hm', signature: 'EqoB' } } },
        { text: 'I look' },
        { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: { at: 'é' } } },
        { toolUse: { toolUseId: 'tooluse_2', name: 'look', input: {} } },
      ],
    },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'tooluse_1', content: [{ json: { a: [1] } }, { text: 'ok' }], status: 'success' } },
        { toolResult: { toolUseId: 'tooluse_2', content: [{ text: 'no' }], status: 'error' } },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 2048, temperature: 1, stopSequences: ['END'] },
  toolConfig: {
    tools: [
      { toolSpec: { name: 'look', description: 'looks', inputSchema: { json: schema }, strict: true } },
      { cachePoint: { type: 'default' } },
      { systemTool: { name: 'nova_grounding' } },
    ],
    toolChoice: { auto: {} },
  },
  additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 }, top_k: 5, anthropic_beta: ['b'] },
  additionalModelResponseFieldPaths: ['/stop_sequence'],
  outputConfig: {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { name: 'a', description: 'an a', schema: JSON.stringify(schema) } },
    },
  },
  guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1', trace: 'enabled', streamProcessingMode: 'sync' },
  performanceConfig: { latency: 'optimized' },
  promptVariables: { a: { text: 'b' } },
  requestMetadata: { team: 'red' },
  serviceTier: { type: 'priority' },
  novel: { kept: [true] },
}

const usage = {
  inputTokens: 9,
  outputTokens: 7,
  totalTokens: 22,
  cacheReadInputTokens: 4,
  cacheWriteInputTokens: 2,
  cacheDetails: [{ ttl: '5m', inputTokens: 2 }],
}
const citation = { location: { web: { url: 'https://a.test', domain: 'a.test' } } }
const event = (kind: string, value: Json) => ({ event: kind, data: JSON.stringify({ ...value, p: 'abcdef' }) })
const delta = (contentBlockIndex: number, value: Json) =>
  event('contentBlockDelta', { contentBlockIndex, delta: value })
const frames = [
  event('messageStart', { role: 'assistant' }),
  delta(0, { reasoningContent: { text: 'hm' } }),
  delta(0, { reasoningContent: { signature: 'Eqo' } }),
  delta(0, { reasoningContent: { signature: 'B' } }),
  event('contentBlockStop', { contentBlockIndex: 0 }),
  delta(1, { reasoningContent: { redactedContent: 'c2Vj' } }),
  event('contentBlockStop', { contentBlockIndex: 1 }),
  delta(2, { text: 'naïve ' }),
  delta(2, { text: '🙂' }),
  delta(2, { citation }),
  event('contentBlockStop', { contentBlockIndex: 2 }),
  event('contentBlockStart', { contentBlockIndex: 3, start: { toolUse: { toolUseId: 'tooluse_1', name: 'look' } } }),
  delta(3, { toolUse: { input: '{"at":' } }),
  delta(3, { toolUse: { input: '1}' } }),
  event('contentBlockStop', { contentBlockIndex: 3 }),
  event('contentBlockStart', { contentBlockIndex: 4, start: { toolUse: { toolUseId: 'tooluse_2', name: 'hear' } } }),
  event('contentBlockStop', { contentBlockIndex: 4 }),
  event('messageStop', { stopReason: 'tool_use', additionalModelResponseFields: { odd: 1 } }),
  event('metadata', { usage, metrics: { latencyMs: 12 }, trace: { guardrail: {} } }),
]
const bytes = eventStream.join().write(frames)
const whole: Json = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'hm', signature: 'EqoB' } } },
        { reasoningContent: { redactedContent: 'c2Vj' } },
        { citationsContent: { content: [{ text: 'naïve 🙂' }], citations: [citation] } },
        { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: { at: 1 } } },
        { toolUse: { toolUseId: 'tooluse_2', name: 'hear', input: {} } },
      ],
    },
  },
  stopReason: 'tool_use',
  additionalModelResponseFields: { odd: 1 },
  usage,
  metrics: { latencyMs: 12 },
  trace: { guardrail: {} },
}

const stream = { name: 'reasoning, text that cites and two calls', text: '', bytes: bytes as Uint8Array, whole }
const bodies = converseExchanges
  .filter(({ response }) => response.status === 200)
  .flatMap(one =>
    isRecord(one.request.body) ? [{ name: one.id, body: one.request.body, address: addressOf(one) }] : [],
  )

/** One was written by hand and has no counts, of which zeros are made. */
const isCounted = ({ bytes: kept }: { readonly bytes: Uint8Array }): boolean =>
  Buffer.from(kept).includes('inputTokens')

dialectContract('bedrock-converse', {
  dialect: bedrockConverse,
  bodies: [{ name: 'crafted', body, address }, ...bodies],
  streams: [stream, ...[...converseStreams, ...keptStreams.filter(isCounted)].map(one => ({ ...one, text: '' }))],
  answers: [{ name: 'crafted', body: whole }, ...converseAnswers, ...keptAnswers],
  except: [
    {
      law: 'what is written anew names the model that was asked for where the upstream named none',
      because: 'no answer of the Converse API names its model or has an id in its body',
    },
  ],
})

it.skipIf(!hasShared)('it is tried on all of the recorded world', () => {
  expect(converseStreams.length + keptStreams.length).toBeGreaterThan(27)
  expect(converseAnswers.length).toBeGreaterThan(150)
  expect(bodies.length).toBeGreaterThan(180)
})
