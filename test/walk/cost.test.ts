/** What a request cost: in a header for a whole answer, in the last usage for a stream, the same in the journal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

let house: OpenHouse
beforeAll(async () => {
  house = await openHouse({ world: { script: () => ({ text: 'Twenty words of no great meaning. '.repeat(5) }) } })
})
afterAll(async () => house.close())

const pools = ['speaks-openai', 'speaks-anthropic'] as const
const costIn = (usage: unknown): unknown =>
  usage !== null && typeof usage === 'object' && 'cost_usd' in usage ? usage.cost_usd : undefined
const settledUsd = (): number => (house.settled.at(-1)?.cost.amount ?? Number.NaN) / 1e6

describe.each(pools)('on %s', pool => {
  it('a whole answer tells it in a header', async () => {
    const asked = { model: pool, messages: [{ role: 'user' as const, content: 'Hi' }] }
    const { response } = await house.openai.chat.completions.create(asked).withResponse()
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBe(settledUsd())
    expect(settledUsd()).toBeGreaterThan(0)
  })
  it('a stream in the dialect of OpenAI tells it in its last usage', async () => {
    const stream = await house.openai.chat.completions.create({
      model: pool,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    })
    let cost: unknown
    for await (const chunk of stream) cost = costIn(chunk.usage) ?? cost
    expect(cost).toBe(settledUsd())
  })
  it('a stream in the dialect of Anthropic tells it in its last usage', async () => {
    const asked = { model: pool, max_tokens: 500, messages: [{ role: 'user' as const, content: 'Hi' }] }
    let cost: unknown
    for await (const event of await house.anthropic.messages.create({ ...asked, stream: true }))
      if (event.type === 'message_delta') cost = costIn(event.usage)
    expect(cost).toBe(settledUsd())
  })
})

it('an attempt that broke off before is paid, too', async () => {
  // The first model is cut off before its content is whole; a whole answer then comes from the other.
  house.world.switches.change({ provider: 'openai' }, { fail: { kind: '500' } })
  const asked = { model: 'both', messages: [{ role: 'user' as const, content: 'Hi' }] }
  const { response } = await house.openai.chat.completions.create(asked).withResponse()
  house.world.switches.clear()
  expect(response.headers.get('x-signalbox-fallback')).toBe('upstream_5xx')
  expect(response.headers.get('x-signalbox-attempts')).toBe('2')
  expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBe(settledUsd())
})
