/** Copies that are answered for nobody to see: the client never feels them, their money is bounded, and they are told apart. */
import { afterEach, expect, it } from 'vitest'
import type { GatewayEvent, ShadowRecord } from '../../src/domain/gateway-event.ts'
import type { Script } from '../../src/world/reply.ts'
import { openHouse, providersOf, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const price = 'price: { input: 1000, output: 1000 }'
const abilities = 'accepts: [text, tools], contextWindow: 128000, maxOutput: 8192'
const script: Script = ({ provider }) => ({ text: `${provider} says five words here.` })

let house: OpenHouse
afterEach(async () => house.close())

const open = async (arm = 'shadow: true, share: 100%', keeps = ''): Promise<OpenHouse> => {
  house = await openHouse({
    world: { script },
    config: world =>
      [
        providersOf(world),
        'deployments:',
        `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, ${price}, priority: 1, ${abilities} }`,
        `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, ${price}, priority: 2, ${abilities} }`,
        'pools:',
        '  pool: { candidates: [mini, haiku], policy: shadowed }',
        'policies:',
        '  shadowed:',
        '    steps:',
        `      - split: { arms: { stable: { steps: [{ use: only, with: { deployments: [mini] } }] }, next: { ${arm}, steps: [{ use: only, with: { deployments: [haiku] } }] } } }`,
        '    patience: { maxAttempts: 1, firstToken: 5s, idle: 5s, total: 5s }',
        keeps,
      ].join('\n'),
  })
  return house
}

type ShadowEnded = Extract<GatewayEvent, { type: 'shadow-ended' }>
const ended = (): readonly ShadowEnded[] => house.events.filter(event => event.type === 'shadow-ended')
const skipped = () => house.events.flatMap(event => (event.type === 'shadow-skipped' ? [event.why] : []))
const asked = (provider: string) => house.world.seen().filter(one => one.provider === provider)

const ask = (more: object = {}) =>
  house.openai.chat.completions
    .create({ model: 'pool', messages: [{ role: 'user', content: 'Hi' }], ...more })
    .withResponse()

it('a copy is answered after the client has its answer, and told with its own cost', async () => {
  await open()
  const { data, response } = await ask()
  expect(data.choices[0]?.message.content).toBe('openai says five words here.')
  expect(response.headers.get('x-signalbox-attempts')).toBe('1')
  await until('the copy was answered', () => ended().length === 1)
  const [{ shadow, request, at } = {} as ShadowEnded] = ended()
  expect(shadow).toMatchObject({
    shadow: { arm: 'next', candidate: 'haiku' },
    attempt: { kind: 'shadow', index: 1, committed: false, finish: 'stop' },
    cost: { source: 'usage' },
  })
  expect(shadow.attempt).not.toHaveProperty('failure')
  expect(shadow.cost.amount).toBeGreaterThan(0)
  const [settled] = house.settled
  expect(settled?.attempts).toHaveLength(1)
  expect(settled?.cost.amount).toBe(Math.round(Number(response.headers.get('x-signalbox-cost-usd')) * 1e6))
  expect(shadow.attempt.startedAt).toBeGreaterThanOrEqual(settled?.endedAt ?? Infinity)
  expect(at).toBe(shadow.attempt.endedAt)
  const { house: standing } = house.running
  await standing.flush()
  const kept = await standing.store.journal.find<ShadowRecord>('shadows', shadow.attempt.spanId)
  expect(kept).toMatchObject({ request, attempt: { candidate: 'haiku', kind: 'shadow' } })
  expect(standing.metrics()).toContain('signalbox_shadows_total{arm="next",deployment="haiku",outcome="ok"} 1')
})

it('a stream is copied too, and a client that leaves has none', async () => {
  await open()
  const { data: stream } = await ask({ stream: true })
  let text = ''
  for await (const chunk of stream as unknown as AsyncIterable<{ choices: { delta: { content?: string } }[] }>)
    text += chunk.choices[0]?.delta.content ?? ''
  expect(text).toBe('openai says five words here.')
  await until('the copy was answered', () => ended().length === 1)
  expect(ended()[0]?.shadow).toMatchObject({ streamed: true, attempt: { finish: 'stop' } })

  house.world.switches.change({ provider: 'openai' }, { latency: { addMs: 10_000 } })
  const leaving = new AbortController()
  const gone = house.openai.chat.completions.create(
    { model: 'pool', messages: [{ role: 'user', content: 'Hi' }] },
    { signal: leaving.signal },
  )
  await until('it was asked', () => asked('openai').length === 2)
  leaving.abort()
  await expect(gone).rejects.toThrow()
  await until('it is settled', () => house.settled.length === 2)
  expect(house.running.house.gateway.inFlight()).toBe(0)
  house.world.switches.clear()
  await ask()
  const [first, left, last] = house.events.flatMap(one => (one.type === 'request-settled' ? [one.request] : []))
  await until('the next copy was answered', () => ended().some(({ request }) => request === last))
  expect(ended().map(({ request }) => request)).toEqual([first, last])
  expect(house.events.filter(({ request }) => request === left).at(-1)?.type).toBe('request-settled')
})

it("a copy that fails or hangs is nobody's trouble, and no more than eight hang at once", async () => {
  await open()
  house.world.switches.change({ provider: 'anthropic' }, { fail: { kind: '500' } })
  await ask()
  await until('the copy has failed', () => ended().length === 1)
  expect(ended()[0]?.shadow).toMatchObject({
    attempt: { failure: { kind: 'upstream-overloaded' } },
    cost: { amount: 0 },
  })

  house.world.switches.change({ provider: 'anthropic' }, { fail: { kind: 'hang' } })
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask()))
  expect(answers.every(({ response }) => response.status === 200)).toBe(true)
  await until('the rest is left out', () => skipped().length === 4)
  expect(skipped()).toEqual(['too-many', 'too-many', 'too-many', 'too-many'])
  expect(house.running.house.gateway.inFlight()).toBe(0)
  await until('eight hang', () => asked('anthropic').length === 9)
  await house.running.stop()
  // Their patience would have ended after five seconds.
  const ends = ended()
    .slice(1)
    .map(({ shadow }) => shadow.attempt.failure)
  expect(ends).toEqual(Array(8).fill({ kind: 'cancelled', message: 'the gateway closes' }))
})

it('the money of a day is kept, whatever is asked at once', async () => {
  // A thousand dollars a million tokens: some copies are within 70 cents, and eight are not.
  await open('shadow: true, share: 100%, maxSpend: 0.7')
  await Promise.all(Array.from({ length: 8 }, () => ask()))
  await until('all are told', () => ended().length + skipped().length === 8)
  const spent = ended().reduce((sum, { shadow }) => sum + shadow.cost.amount, 0)
  expect(skipped().length).toBeGreaterThan(0)
  expect(new Set(skipped())).toEqual(new Set(['spent']))
  expect(spent).toBeGreaterThan(0)
  expect(spent).toBeLessThanOrEqual(700_000)
  const day = Math.floor((ended()[0]?.at ?? 0) / 86_400_000)
  const { counters } = house.running.house.store
  expect(await counters.add(`shadow:shadowed:0:split:next:${day}`, 0)).toMatchObject({ total: spent })
})

it('nothing that would be done twice is copied', async () => {
  await open()
  await ask({ web_search_options: {} })
  await ask({ store: true })
  await until('both are left out', () => skipped().length === 2)
  expect(skipped()).toEqual(['not-repeatable', 'not-repeatable'])
  expect(asked('anthropic')).toEqual([])
})
