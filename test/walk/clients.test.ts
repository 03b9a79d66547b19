/** The official clients in front of the recorded world, and what happens when they leave. */
import { APIUserAbortError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Script } from '../../src/world/reply.ts'
import { lines, officialClients, pools } from '../contract/clients.contract.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const lastRole = (messages: unknown): string => {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  const text = JSON.stringify(last ?? {})
  return text.includes('"tool"') || text.includes('tool_result') ? 'results' : 'question'
}

/** What the models of this world say. */
const script: Script = ({ asked }) => {
  if (asked.text.includes('weather')) {
    if (lastRole(asked.body['messages']) === 'results') return { text: lines.results }
    return {
      calls: [
        { name: 'weather', input: { city: 'Paris' } },
        { name: 'weather', input: { city: 'Rome' } },
      ],
    }
  }
  if (asked.schema !== undefined && asked.schema !== true) return { text: JSON.stringify(lines.person) }
  // A model without structured output is made to call a tool instead, which the client must not notice.
  if (asked.mustCall?.name !== undefined) {
    return { calls: [{ name: asked.mustCall.name, input: lines.person }] }
  }
  if (asked.images > 0) return { text: `I see ${asked.images} image` }
  if (asked.text.includes('story')) return { text: 'Once upon a time there was a signal box. '.repeat(200) }
  return { text: lines.greeting }
}

officialClients(() => openHouse({ world: { script } }))

describe('what there is to ask for', () => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(async () => house.close())

  it('is listed, and found one by one, with and without its provider', async () => {
    const listed: string[] = []
    for await (const { id } of house.openai.models.list()) listed.push(id)
    expect(listed).toEqual(expect.arrayContaining(['both', 'speaks-openai', 'gpt-4o-mini-2024-07-18']))
    for (const id of [...listed, 'openai/gpt-4o-mini-2024-07-18']) {
      expect((await house.openai.models.retrieve(id)).id).toBe(id)
      expect((await house.anthropic.models.retrieve(id)).id).toBe(id)
    }
    await expect(house.openai.models.retrieve('anthropic/gpt-4o-mini-2024-07-18')).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('leaving in the middle', () => {
  let paced: OpenHouse
  beforeAll(async () => {
    paced = await openHouse({ world: { script, pace: 0.2 } })
  })
  afterAll(async () => paced.close())

  /** The upstream's own word on how long after the client it saw the connection close. */
  const noticed = async (leftAt: number): Promise<number> => {
    await until('the upstream sees the client leave', () => paced.world.seen().at(-1)?.closedAt !== undefined)
    return (paced.world.seen().at(-1)?.closedAt ?? Number.POSITIVE_INFINITY) - leftAt
  }

  it.each(pools)('an openai stream on %s: the upstream hears of it', async pool => {
    const stream = await paced.openai.chat.completions.create({
      model: pool,
      messages: [{ role: 'user', content: 'Tell me a story' }],
      stream: true,
    })
    let heard = 0
    let leftAt = 0
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) heard++
      if (heard < 3) continue
      leftAt = Date.now()
      stream.controller.abort()
      break
    }
    const after = await noticed(leftAt)
    console.log(`${pool}: the upstream saw the close ${after} ms after the openai client left`)
    expect(paced.world.seen().at(-1)?.complete).toBe(false)
    await until('it is settled', () => paced.running.house.gateway.inFlight() === 0)
    expect(paced.settled.at(-1)).toMatchObject({ failure: { kind: 'cancelled' }, cost: { source: 'estimate' } })
    expect(paced.settled.at(-1)?.cost.amount).toBeGreaterThan(0)
  })

  it.each(pools)('an anthropic stream on %s: the upstream hears of it', async pool => {
    const stream = paced.anthropic.messages.stream({
      model: pool,
      max_tokens: 4000,
      messages: [{ role: 'user', content: 'Tell me a story' }],
    })
    let leftAt = 0
    stream.on('text', () => {
      if (leftAt !== 0) return
      leftAt = Date.now()
      stream.abort()
    })
    await expect(stream.finalMessage()).rejects.toThrow(/abort/i)
    const after = await noticed(leftAt)
    console.log(`${pool}: the upstream saw the close ${after} ms after the anthropic client left`)
    expect(paced.world.seen().at(-1)?.complete).toBe(false)
  })

  it('before anything came: the upstream hears of that, too', async () => {
    const controller = new AbortController()
    paced.world.switches.change({}, { fail: { kind: 'hang' } })
    const asked = paced.openai.chat.completions.create(
      { model: 'both', messages: [{ role: 'user', content: 'Hi' }] },
      { signal: controller.signal },
    )
    const before = paced.world.seen().length
    await until(
      'the upstream is asked',
      () => paced.world.seen().length > before || paced.world.seen().at(-1)?.endedAt === undefined,
    )
    controller.abort()
    await expect(asked).rejects.toBeInstanceOf(APIUserAbortError)
    await until('the upstream sees it', () => paced.world.seen().at(-1)?.closedAt !== undefined)
    await until('it is settled', () => paced.running.house.gateway.inFlight() === 0)
    expect(paced.settled.at(-1)).toMatchObject({ failure: { kind: 'cancelled' }, attempts: [{ committed: false }] })
    paced.world.switches.clear()
  })
})
