/** What nine official clients get of every provider, base URL alone changed: text, streams, tools over two turns, structured output, images. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicClient } from '../clients/anthropic.ts'
import { bedrockClient } from '../clients/bedrock.ts'
import type { Client, Door, Said } from '../clients/client.ts'
import { cohereClient } from '../clients/cohere.ts'
import { googleClient } from '../clients/google.ts'
import { openaiChatClient, openaiResponsesClient } from '../clients/openai.ts'
import { vercelAnthropic, vercelChat, vercelGoogle, vercelResponses } from '../clients/vercel.ts'
import { lines } from './clients.contract.ts'

/** A client, the pool whose model speaks its own dialect, and its words for the ends. */
export interface Sdk {
  readonly name: string
  readonly open: (door: Door) => Client
  readonly own: Pool
  readonly stop: string
  readonly calls: string
}
export const pools = ['at-openai', 'at-anthropic', 'at-gemini', 'at-bedrock', 'at-cohere'] as const
export type Pool = (typeof pools)[number]

export const sdks: readonly Sdk[] = [
  { name: 'openai, chat', open: openaiChatClient, own: 'at-openai', stop: 'stop', calls: 'tool_calls' },
  { name: 'openai, responses', open: openaiResponsesClient, own: 'at-openai', stop: 'completed', calls: 'tool_calls' },
  { name: '@anthropic-ai/sdk', open: anthropicClient, own: 'at-anthropic', stop: 'end_turn', calls: 'tool_use' },
  { name: '@google/genai', open: googleClient, own: 'at-gemini', stop: 'STOP', calls: 'STOP' },
  { name: 'cohere-ai', open: cohereClient, own: 'at-cohere', stop: 'COMPLETE', calls: 'TOOL_CALL' },
  { name: '@aws-sdk', open: bedrockClient, own: 'at-bedrock', stop: 'end_turn', calls: 'tool_use' },
  { name: 'ai, @ai-sdk/openai chat', open: vercelChat, own: 'at-openai', stop: 'stop', calls: 'tool-calls' },
  { name: 'ai, @ai-sdk/openai', open: vercelResponses, own: 'at-openai', stop: 'stop', calls: 'tool-calls' },
  { name: 'ai, @ai-sdk/anthropic', open: vercelAnthropic, own: 'at-anthropic', stop: 'stop', calls: 'tool-calls' },
  { name: 'ai, @ai-sdk/google', open: vercelGoogle, own: 'at-gemini', stop: 'stop', calls: 'tool-calls' },
]
const modes = ['ask', 'stream'] as const
const ways = sdks.flatMap(sdk => pools.flatMap(pool => modes.map(mode => ({ sdk, pool, mode, name: sdk.name }))))

/** Another word for an end with calls, where an upstream passes on one of its own. */
export type OtherWord = (sdk: Sdk, pool: Pool) => string | undefined

/** The suite, with a gateway of its own whose pools are those of `pools`. */
export const officialSdks = (open: () => Promise<Door & { close(): Promise<void> }>, otherWord?: OtherWord): void => {
  let house: Awaited<ReturnType<typeof open>>
  const clients = new Map<Sdk, Client>()
  beforeAll(async () => {
    house = await open()
    for (const sdk of sdks) clients.set(sdk, sdk.open(house))
  })
  afterAll(() => house.close())
  const clientOf = (sdk: Sdk): Client => clients.get(sdk) ?? sdk.open(house)

  describe.each(ways)('$name, $pool, $mode', ({ sdk, pool, mode }) => {
    it('text, with usage and the reason for its end', async () => {
      const said = await clientOf(sdk)[mode]({ model: pool, say: 'Hi' })
      expect([said.text, said.finish]).toEqual([lines.greeting, sdk.stop])
      expect(said.input).toBeGreaterThan(0)
      expect(said.output).toBeGreaterThan(0)
    })
    it('two tools at once, and an answer from their results', async () => {
      const question = { model: pool, say: 'How is the weather in Paris and Rome?', tools: true }
      const first: Said = await clientOf(sdk)[mode](question)
      expect(first.calls.map(({ name, input }) => [name, input])).toEqual(lines.cities.map(city => ['weather', city]))
      // Gemini's calls need no ids.
      expect([0, 2]).toContain(new Set(first.calls.map(({ id }) => id).filter(id => id !== '')).size)
      expect(first.finish).toBe(otherWord?.(sdk, pool) ?? sdk.calls)
      const before = { said: first, results: ['sunny', 'rain'] }
      const second = await clientOf(sdk)[mode]({ ...question, before })
      expect([second.text, second.finish]).toEqual([lines.results, sdk.stop])
    })
    it('an answer in the form of a schema', async () => {
      const said = await clientOf(sdk)[mode]({ model: pool, say: 'Who was it?', person: true })
      expect([JSON.parse(said.text), said.finish]).toEqual([lines.person, sdk.stop])
    })
    it('an image', async () => {
      const said = await clientOf(sdk)[mode]({ model: pool, say: 'What is this?', image: true })
      expect(said.text).toBe(lines.image)
    })
  })
}
