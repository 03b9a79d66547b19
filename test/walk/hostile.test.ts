/** Upstreams that bend and break the rules, through the front door with the official clients: the whole answer or its true failure, never a clean end of less. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { openRude } from './rude-upstream.ts'
import type { Rude } from './rude-upstream.ts'

const words = 'häl😀lo'
const counts = { input: 10, output: 5, cost: 20 }
let rude: Rude
let house: OpenHouse

/** Each way of an upstream has a deployment of its own at a provider of either dialect, and a pool that has somebody to fall back on. */
const configOf = (names: readonly string[], { port }: Rude): string => {
  const can = 'accepts: [text], contextWindow: 128000, maxOutput: 8192, price: { input: 1, output: 2 }'
  const at = `http://127.0.0.1:${port}`
  const each = (line: (dialect: 'openai' | 'anthropic', name: string) => string): readonly string[] =>
    names.flatMap(name => [line('openai', name), line('anthropic', name)])
  return [
    'providers:',
    `  openai: { type: openai-compatible, url: '${at}/v1', key: '\${WORLD_KEY}' }`,
    `  anthropic: { type: anthropic, url: '${at}', key: '\${WORLD_KEY}' }`,
    'deployments:',
    ...each((dialect, name) => `  ${dialect}-${name}: { provider: ${dialect}, model: '${name}', ${can} }`),
    `  spare: { provider: openai, model: spare, priority: 2, ${can} }`,
    'pools:',
    ...each((dialect, name) => `  alone-${dialect}-${name}: { candidates: [${dialect}-${name}], policy: once }`),
    ...each(
      (dialect, name) => `  helped-${dialect}-${name}: { candidates: [${dialect}-${name}, spare], policy: twice }`,
    ),
    'policies:',
    '  once: { steps: [{ use: capable }], patience: { maxAttempts: 1 } }',
    '  twice: { steps: [{ use: capable }, { use: priority }], patience: { maxAttempts: 2, retriesPerCandidate: 0 } }',
  ].join('\n')
}

beforeAll(async () => {
  rude = await openRude(words)
  house = await openHouse({ config: () => configOf(rude.names, rude) })
})
afterAll(async () => {
  await house.close()
  await rude.close()
})

type Talk = (model: string) => Promise<string>
const messages = [{ role: 'user' as const, content: 'hi' }]
const talks: Readonly<Record<string, Talk>> = {
  'OpenAI, streamed': async model => {
    let text = ''
    for await (const { choices } of await house.openai.chat.completions.create({ model, messages, stream: true })) {
      text += choices[0]?.delta.content ?? ''
    }
    return text
  },
  'OpenAI, whole': async model =>
    (await house.openai.chat.completions.create({ model, messages })).choices[0]?.message.content ?? '',
  'Anthropic, streamed': async model =>
    house.anthropic.messages.stream({ model, messages, max_tokens: 99 }).finalText(),
  'Anthropic, whole': async model => {
    const { content } = await house.anthropic.messages.create({ model, messages, max_tokens: 99 })
    return content.map(block => (block.type === 'text' ? block.text : '')).join('')
  },
}
const ways = Object.keys(talks).flatMap(talk => ['openai', 'anthropic'].map(dialect => ({ talk, dialect })))

/** The word for the failure that the client was told. */
const codeOf = (error: unknown): unknown => {
  if (error instanceof OpenAI.APIError) return error.code
  if (!(error instanceof Anthropic.APIError)) return error
  const body: unknown = error.error
  return /"code":"([a-z-]+)"/.exec(JSON.stringify(body))?.[1]
}
const failureOf = (talk: string, model: string): Promise<unknown> =>
  talks[talk]!(model).then(text => `it said ${text}`, codeOf)

describe.each(ways)('through $talk, with an upstream of $dialect,', ({ talk, dialect }) => {
  it.each([
    ['good', 'an answer'],
    ['bytes', 'an answer that comes byte by byte'],
    ['crlf', 'line ends of Windows'],
    ['cr', 'line ends of old'],
    ['bom', 'a byte order mark'],
    ['lines', 'JSON over many lines'],
    ['narrow', 'no space after a colon'],
    ['nameless', 'no content type'],
    ['old', 'HTTP/1.0, whose end is the end of its connection'],
    ['trailing', 'chunks with extensions, and trailers'],
    ['hinted', 'interim answers'],
    ['waiting', 'hundreds of comments before the first word'],
    ['digits', 'counts as text'],
    ['whole', 'a whole answer where a stream was asked for'],
    ['streaming', 'a stream where a whole answer was asked for'],
    ['chatty', 'frames after the end'],
  ])('%s: %s is the whole answer, counted and priced', async name => {
    expect(await talks[talk]!(`alone-${dialect}-${name}`)).toBe(words)
    const told = house.settled.at(-1)
    const usage = told?.attempts.at(-1)?.usage
    expect({ input: usage?.input, output: usage?.output, cost: told?.cost?.amount }).toEqual(counts)
  })

  it.each([
    ['page', 'upstream-garbled'],
    ['empty', 'upstream-garbled'],
    ['nothing', 'upstream-garbled'],
    ['null', 'upstream-garbled'],
    ['list', 'upstream-garbled'],
    ['packed', 'upstream-garbled'],
    ['moved', 'upstream-garbled'],
    ['babble', 'upstream-garbled'],
    ['hangup', 'upstream-unreachable'],
    ['early', 'upstream-unreachable'],
    ['busy', 'upstream-overloaded'],
  ])('%s fails as %s, and moves on unseen where somebody else can serve', async (name, kind) => {
    expect(await failureOf(talk, `alone-${dialect}-${name}`)).toBe(kind)
    expect(await talks[talk]!(`helped-${dialect}-${name}`)).toBe(words)
    expect(house.settled.at(-1)?.attempts.map(({ failure }) => failure?.kind)).toEqual([kind, undefined])
  })
})

it.each(ways.filter(({ talk }) => talk.endsWith('streamed')))(
  'through $talk, with an upstream of $dialect, what breaks after its first words ends as broken, without a second try',
  async ({ talk, dialect }) => {
    for (const name of ['cut', 'short']) {
      expect(await failureOf(talk, `helped-${dialect}-${name}`)).toBe('stream-broken')
      expect(house.settled.at(-1)?.attempts).toHaveLength(1)
    }
  },
)

it('no credential follows a redirect to another host', () => {
  expect(rude.elsewhere()).toBe(0)
})
