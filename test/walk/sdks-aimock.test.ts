/** Nine official clients in front of aimock, which others wrote: our world and our codecs cannot agree on a mistake here. */
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll } from 'vitest'
import { lines } from '../contract/clients.contract.ts'
import { officialSdks } from '../contract/sdks.contract.ts'
import { providersAt } from './every-provider.ts'
import { openHouse, virtualKey } from './open-house.ts'

const mock = new LLMock({ port: 0, logLevel: 'silent' })
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, input_tokens: 11, output_tokens: 7 }

beforeAll(async () => {
  mock.on({ userMessage: 'What is this' }, { content: lines.image })
  mock.on(
    { predicate: ({ messages }) => JSON.stringify(messages).includes('sunny') },
    { content: lines.results, usage },
  )
  mock.on(
    { userMessage: 'weather' },
    { toolCalls: lines.cities.map(city => ({ name: 'weather', arguments: JSON.stringify(city) })) },
  )
  // A model that is made to call a tool in place of structured output, and one that has it.
  mock.on({ predicate: ({ messages, tools }) => isWho(messages) && (tools?.length ?? 0) > 0 }, ({ tools }) => ({
    toolCalls: [{ name: tools?.[0]?.function.name ?? '', arguments: JSON.stringify(lines.person) }],
  }))
  mock.on({ userMessage: 'Who was it' }, { content: JSON.stringify(lines.person) })
  mock.on({}, { content: lines.greeting, usage })
  await mock.start()
})
afterAll(() => mock.stop())
const isWho = (messages: unknown): boolean => JSON.stringify(messages).includes('Who was it')

officialSdks(
  async () => {
    const config = (): string => providersAt(provider => (provider === 'openai' ? `${mock.url}/v1` : mock.url))
    const house = await openHouse({ config })
    return { url: house.url, key: virtualKey, close: () => house.close() }
  },
  // No Gemini has this word, but its clients get what it says.
  ({ name }, pool) => {
    if (pool !== 'at-gemini') return undefined
    return { '@google/genai': 'FUNCTION_CALL', 'ai, @ai-sdk/google': 'other' }[name]
  },
)
