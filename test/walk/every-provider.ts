/** A house with a pool at each provider of the recorded world, and what its models say to the suites of official clients. */
import type { Script } from '../../src/world/reply.ts'
import type { World } from '../../src/world/serve-world.ts'
import { lines } from '../contract/clients.contract.ts'

const can = 'accepts: [text, image, tools, json-schema], contextWindow: 128000, maxOutput: 4096'

/** Pools `at-openai`, `at-anthropic`, `at-gemini`, `at-bedrock`, `at-cohere`, each with one model. */
export const providersAt = (base: (provider: string) => string, policy = ''): string =>
  [
    'providers:',
    ...['openai', 'anthropic', 'gemini', 'cohere'].map(
      type => `  ${type}: { type: ${type}, url: '${base(type)}', key: '\${WORLD_KEY}' }`,
    ),
    `  bedrock: { type: bedrock, url: '${base('bedrock')}', key: '\${WORLD_KEY}', region: eu-central-1 }`,
    'deployments:',
    `  gpt: { provider: openai, model: gpt-4o-mini-2024-07-18, ${can} }`,
    `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, ${can} }`,
    `  flash: { provider: gemini, model: gemini-2.5-flash, ${can} }`,
    `  nova: { provider: bedrock, model: 'us.amazon.nova-lite-v1:0', ${can} }`,
    `  command: { provider: cohere, model: command-a-03-2025, ${can} }`,
    'pools:',
    `  at-openai: { candidates: [gpt]${policy} }`,
    `  at-anthropic: { candidates: [haiku]${policy} }`,
    `  at-gemini: { candidates: [flash]${policy} }`,
    `  at-bedrock: { candidates: [nova]${policy} }`,
    `  at-cohere: { candidates: [command]${policy} }`,
  ].join('\n')
export const everyProvider = (world: World): string => providersAt(provider => world.base(provider))
/** One attempt at one provider, so that what it did is what the client hears; `patience` are more members of it. */
export const triedOnce = (world: World, patience = ''): string =>
  [
    providersAt(provider => world.base(provider), ', policy: once'),
    'policies:',
    '  once:',
    '    steps: [{ use: capable }]',
    `    patience: { maxAttempts: 1, retriesPerCandidate: 0${patience} }`,
  ].join('\n')

/** Told by the results, wherever a dialect puts them. */
const isAnswered = (body: unknown): boolean => /sunny/.test(JSON.stringify(body))

export const worldScript: Script = ({ asked }) => {
  if (isAnswered(asked.body)) return { text: lines.results }
  if (asked.text.includes('weather')) return { calls: lines.cities.map(input => ({ name: 'weather', input })) }
  if (asked.schema !== undefined && asked.schema !== true) return { text: JSON.stringify(lines.person) }
  // A model without structured output is made to call a tool instead, which the client must not notice.
  if (asked.mustCall !== undefined)
    return { calls: [{ name: asked.mustCall.name ?? asked.tools[0]?.name ?? '', input: lines.person }] }
  if (asked.images > 0) return { text: `I see ${asked.images} image` }
  if (asked.text.includes('story')) return { text: 'Once upon a time there was a signal box. '.repeat(200) }
  return { text: lines.greeting }
}
