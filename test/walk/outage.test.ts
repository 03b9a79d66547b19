/** A provider goes away while fifty streams are open. */
import type OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Script } from '../../src/world/reply.ts'
import { openHouse, providersOf, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

/** Who is to be cut off speaks for half a minute, so that nobody is through before the outage on however slow a machine. */
const script: Script = ({ model }) => ({ text: `${model} says this. `.repeat(model.startsWith('claude') ? 60 : 2_000) })

const abilities = 'accepts: [text], contextWindow: 128000, maxOutput: 8192'
let house: OpenHouse
beforeAll(async () => {
  house = await openHouse({
    world: { script, pace: 0.3 },
    config: world =>
      [
        providersOf(world),
        'deployments:',
        `  talking: { provider: openai, model: gpt-4o-mini-2024-07-18, priority: 1, ${abilities} }`,
        `  thinking: { provider: openai, model: gpt-4o-2024-08-06, priority: 1, ${abilities} }`,
        `  spare: { provider: anthropic, model: claude-3-haiku-20240307, priority: 2, ${abilities} }`,
        'pools:',
        '  quick: { candidates: [talking, spare], policy: in-order }',
        '  slow: { candidates: [thinking, spare], policy: in-order }',
        'policies:',
        '  in-order:',
        '    steps: [{ use: healthy }, { use: priority }]',
        '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 20s, idle: 20s, total: 60s }',
      ].join('\n'),
  })
  // Fifteen seconds of thought: long after the outage has come.
  house.world.switches.change({ model: 'gpt-4o-2024-08-06' }, { latency: { addMs: 15_000 } })
})
afterAll(async () => house.close())

interface Told {
  readonly pool: string
  text: string
  finish?: string
  error?: unknown
  isOver: boolean
}

const listen = async (told: Told, stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<void> => {
  try {
    for await (const { choices } of stream) {
      told.text += choices[0]?.delta.content ?? ''
      if (choices[0]?.finish_reason) told.finish = choices[0].finish_reason
    }
  } catch (error) {
    told.error = error
  }
  told.isOver = true
}

const open = async (pool: string): Promise<Told> => {
  const told: Told = { pool, text: '', isOver: false }
  void house.openai.chat.completions
    .create({ model: pool, stream: true, messages: [{ role: 'user', content: 'Speak' }] })
    .then(
      stream => listen(told, stream),
      error => Object.assign(told, { error, isOver: true }),
    )
  return told
}

it('those before content move on unseen, those after it end with an error, and none hangs', async () => {
  const pools = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? 'quick' : 'slow'))
  const all = await Promise.all(pools.map(open))
  const [after, before] = [all.filter(({ pool }) => pool === 'quick'), all.filter(({ pool }) => pool === 'slow')]
  await until('half of them have content', () => after.every(({ text }) => text !== ''))
  expect(before.every(({ text }) => text === '')).toBe(true)
  house.world.switches.change({ provider: 'openai' }, { outage: true })
  await until('all are over', () => all.every(({ isOver }) => isOver))

  const whole = 'claude-3-haiku-20240307 says this. '.repeat(60)
  expect(before.map(({ error }) => error)).toEqual(before.map(() => undefined))
  expect(before.every(({ text, finish }) => text === whole && finish === 'stop')).toBe(true)

  expect(after.every(({ finish }) => finish === undefined)).toBe(true)
  for (const { error, text } of after) {
    expect(error).toMatchObject({ code: 'stream-broken' })
    expect(whole.startsWith(text)).toBe(false)
  }
  console.log(
    `50 streams open, the provider goes away: ${before.length} before content all served whole by the other, ` +
      `${after.length} after content ended with the error "${String(after[0]?.error)}"`,
  )
  await until('all are settled', () => house.running.house.gateway.inFlight() === 0)
  const moved = house.settled.filter(({ pool }) => pool === 'slow')
  expect(moved).toHaveLength(25)
  expect(moved.every(({ failure, attempts }) => failure === undefined && attempts.length === 2)).toBe(true)
})

it('what comes next avoids the provider that is gone', async () => {
  const first = await house.openai.chat.completions
    .create({ model: 'quick', messages: [{ role: 'user', content: 'Speak' }] })
    .withResponse()
  expect(first.response.headers.get('x-signalbox-provider')).toBe('anthropic')
  // The circuit is open: the other is the first choice, and nobody had to fail for it.
  expect(first.response.headers.get('x-signalbox-attempts')).toBe('1')
})
