/** AWS's official client walks through the whole house: to Bedrock on the express lane, to others translated, and others to Bedrock. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import type { ConverseCommandInput, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, describe, expect, it } from 'vitest'
import { eventStream } from '../../src/dialects/event-stream.ts'
import { openHouse, until, virtualKey } from './open-house.ts'

const claude = 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'
const nova = 'us.amazon.nova-lite-v1:0'
const can = 'accepts: [text, image, tools, json-schema], contextWindow: 128000, maxOutput: 4096'

const house = await openHouse({
  config: world =>
    [
      'providers:',
      `  openai: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
      `  anthropic: { type: anthropic, url: '${world.base('anthropic')}', key: '\${WORLD_KEY}' }`,
      `  bedrock: { type: bedrock, url: '${world.base('bedrock')}', key: '\${WORLD_KEY}', region: eu-central-1 }`,
      'deployments:',
      `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, price: { input: 0.15, output: 0.6 }, ${can} }`,
      `  direct: { provider: anthropic, model: claude-3-haiku-20240307, price: { input: 0.25, output: 1.25 }, ${can} }`,
      `  claude: { provider: bedrock, model: '${claude}', price: { input: 3, output: 15 }, ${can} }`,
      `  nova: { provider: bedrock, model: '${nova}', price: { input: 0.06, output: 0.24 }, ${can} }`,
      'pools:',
      '  at-openai: { candidates: [mini] }',
      '  at-anthropic: { candidates: [direct] }',
      '  at-claude: { candidates: [claude] }',
      '  at-nova: { candidates: [nova] }',
    ].join('\n'),
})
afterAll(() => house.close())

const client = new BedrockRuntimeClient({
  region: 'eu-central-1',
  endpoint: house.url,
  token: { token: virtualKey },
  authSchemePreference: ['httpBearerAuth'],
  maxAttempts: 1,
  // The house speaks HTTP/1.1.
  requestHandler: new NodeHttpHandler(),
})
afterAll(() => client.destroy())

const say = (modelId: string, more: Partial<ConverseCommandInput> = {}): ConverseCommandInput => ({
  modelId,
  messages: [{ role: 'user', content: [{ text: 'What is 2 + 2?' }] }],
  inferenceConfig: { maxTokens: 200 },
  ...more,
})
const tools: NonNullable<ConverseCommandInput['toolConfig']>['tools'] = [
  {
    toolSpec: {
      name: 'calculate',
      inputSchema: {
        json: { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] },
      },
    },
  },
]
const streamed = async (input: ConverseCommandInput): Promise<readonly ConverseStreamOutput[]> => {
  const { stream } = await client.send(new ConverseStreamCommand(input))
  const all: ConverseStreamOutput[] = []
  for await (const event of stream ?? []) all.push(event)
  return all
}
const textIn = (events: readonly ConverseStreamOutput[]): string =>
  events.map(event => event.contentBlockDelta?.delta?.text ?? '').join('')

const pools = ['at-claude', 'at-nova', 'at-openai', 'at-anthropic', claude] as const

describe("AWS's official client", () => {
  it.each(pools)('gets a whole answer of %s', async pool => {
    const { output, stopReason, usage } = await client.send(new ConverseCommand(say(pool)))
    const text = output?.message?.content?.map(block => block.text ?? '').join('') ?? ''
    expect(text.length).toBeGreaterThan(3)
    expect(stopReason).toBe('end_turn')
    expect(usage?.inputTokens).toBeGreaterThan(0)
    expect(usage?.totalTokens).toBe((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0))
  })
  it.each(pools)('gets a stream of %s, ended by what it came to', async pool => {
    const events = await streamed(say(pool))
    expect(textIn(events).length).toBeGreaterThan(3)
    expect(events[0]).toHaveProperty('messageStart')
    expect(events.at(-2)).toMatchObject({ messageStop: { stopReason: 'end_turn' } })
    expect(events.at(-1)?.metadata?.usage?.outputTokens).toBeGreaterThan(0)
  })
  it.each(pools)('has %s call a tool, whole and streamed, and go on with its result', async pool => {
    const input = say(pool, { toolConfig: { tools, toolChoice: { any: {} } } })
    const { output, stopReason } = await client.send(new ConverseCommand(input))
    const use = output?.message?.content?.find(block => block.toolUse !== undefined)?.toolUse
    expect(stopReason).toBe('tool_use')
    expect(use?.name).toBe('calculate')
    expect(use?.input).toHaveProperty('expression')
    const events = await streamed(input)
    expect(events.find(event => event.contentBlockStart !== undefined)?.contentBlockStart?.start?.toolUse?.name).toBe(
      'calculate',
    )
    const next = await client.send(
      new ConverseCommand({
        ...input,
        messages: [
          ...(input.messages ?? []),
          { role: 'assistant', content: output?.message?.content ?? [] },
          {
            role: 'user',
            content: [{ toolResult: { toolUseId: use?.toolUseId ?? '', content: [{ json: { is: 4 } }] } }],
          },
        ],
        toolConfig: { tools },
      }),
    )
    expect(next.output?.message?.role).toBe('assistant')
  })
  it('is told in its own words of what is wrong', async () => {
    await expect(client.send(new ConverseCommand(say('no-such-pool')))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    await expect(
      client.send(new ConverseCommand(say('at-claude', { inferenceConfig: { temperature: 7 } }))),
    ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining('temperature') })
  })
})

describe('the lanes', () => {
  it('are express from Converse to Bedrock, whose bytes tell the cost beside their usage', async () => {
    const response = await fetch(`${house.url}/model/at-claude/converse-stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'What is 2 + 2?' }] }] }),
    })
    expect(response.headers.get('content-type')).toBe(eventStream.mediaType)
    const splitter = eventStream.split()
    const frames = splitter.push(new Uint8Array(await response.arrayBuffer()))
    expect(splitter.fault).toBeUndefined()
    const last = frames.at(-1)
    expect(last?.event).toBe('metadata')
    const { usage } = JSON.parse(last?.data ?? '')
    await until('it is settled', () => house.settled.length > 0)
    expect(usage.cost_usd).toBeCloseTo((usage.inputTokens * 3 + usage.outputTokens * 15) / 1e6, 6)
    expect(house.settled.at(-1)?.attempts.at(-1)?.lane).toBe('express')
  })
  it('are translated to others, with the cost there too', async () => {
    const response = await fetch(`${house.url}/model/at-openai/converse-stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'What is 2 + 2?' }] }] }),
    })
    const splitter = eventStream.split()
    const frames = splitter.push(new Uint8Array(await response.arrayBuffer()))
    expect(splitter.fault).toBeUndefined()
    expect(JSON.parse(frames.at(-1)?.data ?? '').usage.cost_usd).toBeGreaterThan(0)
  })
})

describe('an invocation', () => {
  const body = JSON.stringify({
    anthropic_version: 'bedrock-2023-05-31',
    anthropic_beta: ['some-beta-2025-01-01'],
    max_tokens: 200,
    messages: [{ role: 'user', content: 'What is 2 + 2?' }],
  })
  const invoke = async (modelId: string): Promise<readonly { readonly type: string }[]> => {
    const { body: stream } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body }))
    const all: { readonly type: string }[] = []
    for await (const { chunk } of stream ?? []) all.push(JSON.parse(new TextDecoder().decode(chunk?.bytes)))
    return all
  }
  it.each(pools)('of Claude is answered by %s in the words of Anthropic', async pool => {
    const answer = await client.send(new InvokeModelCommand({ modelId: pool, body, contentType: 'application/json' }))
    expect(JSON.parse(new TextDecoder().decode(answer.body))).toMatchObject({
      type: 'message',
      role: 'assistant',
      stop_reason: 'end_turn',
    })
  })
  it.each(pools)('of Claude is streamed by %s in the words of Anthropic', async pool => {
    const events = await invoke(pool)
    const kinds = events.map(({ type }) => type).filter(type => type !== 'ping')
    expect(kinds[0]).toBe('message_start')
    expect(kinds.at(-1)).toBe('message_stop')
    expect(kinds).toContain('content_block_delta')
  })
  it('that makes no sense is refused in the words of AWS', async () => {
    const wrong = client.send(new InvokeModelCommand({ modelId: 'at-claude', body: '{"messages":[]}' }))
    await expect(wrong).rejects.toMatchObject({ name: 'ValidationException' })
  })
})

describe('other clients', () => {
  it.each(['at-claude', 'at-nova'])('of OpenAI speak with %s, whole and streamed', async model => {
    const messages = [{ role: 'user' as const, content: 'What is 2 + 2?' }]
    const whole = await house.openai.chat.completions.create({ model, messages })
    expect(whole.choices[0]?.message.content?.length).toBeGreaterThan(3)
    expect(whole.usage?.total_tokens).toBeGreaterThan(0)
    const stream = await house.openai.chat.completions.create({ model, messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text.length).toBeGreaterThan(3)
  })
  it.each(['at-claude', 'at-nova'])('of Anthropic speak with %s, whole and streamed', async model => {
    const asked = { model, max_tokens: 200, messages: [{ role: 'user' as const, content: 'What is 2 + 2?' }] }
    const whole = await house.anthropic.messages.create(asked)
    expect(whole.stop_reason).toBe('end_turn')
    const message = await house.anthropic.messages.stream(asked).finalMessage()
    expect(message.content[0]).toHaveProperty('text')
    expect(message.usage.output_tokens).toBeGreaterThan(0)
  })
})
