/** The official clients in front of aimock: an upstream that others wrote, so that our world and our codecs cannot agree on a mistake. */
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lines, officialClients } from '../contract/clients.contract.ts'
import { openHouse } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const mock = new LLMock({ port: 0, logLevel: 'silent' })

/** What both dialects are told of usage. */
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, input_tokens: 11, output_tokens: 7 }

/** The last one that matches is the last that is asked. */
const teach = (): void => {
  mock.on({ userMessage: 'What is this' }, { content: lines.image })
  mock.on({ userMessage: 'weather', hasToolResult: true }, { content: lines.results })
  mock.on(
    { userMessage: 'weather', hasToolResult: false },
    { toolCalls: lines.cities.map(city => ({ name: 'weather', arguments: JSON.stringify(city) })) },
  )
  // A model that is made to call a tool in place of structured output, and one that has it.
  mock.on(
    { predicate: ({ tools, messages }) => JSON.stringify(messages).includes('Who was it') && (tools?.length ?? 0) > 0 },
    ({ tools }) => ({
      toolCalls: [{ name: tools?.[0]?.function.name ?? '', arguments: JSON.stringify(lines.person) }],
    }),
  )
  mock.on({ userMessage: 'Who was it' }, { content: JSON.stringify(lines.person) })
  mock.on({ userMessage: 'story' }, { content: 'Once upon a time there was a signal box. '.repeat(50) })
  mock.on({}, { content: lines.greeting, usage })
}

const config = (): string =>
  [
    'providers:',
    `  openai: { type: openai, url: '${mock.url}/v1', key: '\${WORLD_KEY}' }`,
    `  anthropic: { type: anthropic, url: '${mock.url}', key: '\${WORLD_KEY}' }`,
    'deployments:',
    '  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, priority: 1 }',
    '  haiku: { provider: anthropic, model: claude-3-haiku-20240307, priority: 2 }',
    'pools:',
    '  speaks-openai: { candidates: [mini], policy: in-order }',
    '  speaks-anthropic: { candidates: [haiku], policy: in-order }',
    '  both: { candidates: [mini, haiku], policy: in-order }',
    'policies:',
    '  in-order:',
    '    steps: [{ use: capable }, { use: priority }]',
    '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 5s, idle: 5s, total: 30s }',
  ].join('\n')

beforeAll(async () => {
  teach()
  await mock.start()
})
afterAll(async () => {
  await mock.stop()
})

officialClients(async () => openHouse({ config }))

describe('when the upstream misbehaves', () => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({ config })
  })
  afterAll(async () => {
    mock.clearChaos()
    await house.close()
  })
  const ask = async (): Promise<string> =>
    house.openai.chat.completions
      .create({ model: 'both', messages: [{ role: 'user', content: 'Hi' }] })
      .then(answer => answer.choices[0]?.message.content ?? '')

  it('errors on every call end as an error of the client, with the kind as its code', async () => {
    mock.setChaos({ dropRate: 1 })
    await expect(ask()).rejects.toMatchObject({ status: 503, code: 'upstream-overloaded' })
    expect(house.settled.at(-1)?.attempts).toHaveLength(2)
  })
  it('garbage is no answer', async () => {
    mock.setChaos({ malformedRate: 1 })
    await expect(ask()).rejects.toMatchObject({ status: 502, code: 'upstream-garbled' })
  })
  it('connections that break are no answer', async () => {
    mock.setChaos({ disconnectRate: 1 })
    await expect(ask()).rejects.toMatchObject({ status: 502 })
  })
  it('and when it behaves again, it serves again', async () => {
    mock.clearChaos()
    // The circuits may have opened meanwhile; they tell until when.
    const served = await ask().catch((error: unknown) => String(error))
    expect(served === lines.greeting || /circuit/.test(served)).toBe(true)
  })
})
