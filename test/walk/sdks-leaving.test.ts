/** Nine official clients that leave in the middle, and errors in their own classes: of providers, and of those who ask wrongly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SwitchChange } from '../../src/world/switches.ts'
import { sdks } from '../contract/sdks.contract.ts'
import type { Pool, Sdk } from '../contract/sdks.contract.ts'
import { everyProvider, triedOnce, worldScript } from './every-provider.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

/** Each client at the provider of its own dialect, and at one that speaks another. */
const foreign: Readonly<Record<Pool, Pool>> = {
  'at-openai': 'at-cohere',
  'at-anthropic': 'at-openai',
  'at-gemini': 'at-anthropic',
  'at-bedrock': 'at-gemini',
  'at-cohere': 'at-bedrock',
}
const ways = sdks.flatMap(sdk => [sdk.own, foreign[sdk.own]].map(pool => ({ sdk, pool, name: sdk.name })))
const modes = ['ask', 'stream'] as const

/** What a promise is rejected with; it fails the test if it is not. */
const thrown = async (promise: Promise<unknown>): Promise<unknown> => {
  const came = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in came) return came.error
  throw new Error(`no error came but ${JSON.stringify(came.value)}`)
}
const clientOf = ({ open }: Sdk, { url }: OpenHouse, key = virtualKey) => open({ url, key })

describe('a client that leaves in the middle', () => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({ world: { script: worldScript, pace: 0.3 }, config: everyProvider })
  })
  afterAll(() => house.close())

  it.each(ways)('$name, $pool: the upstream hears of it', async ({ sdk, pool }) => {
    const leaving = new AbortController()
    let heard = 0
    const hear = (): void => {
      heard += 1
      if (heard === 2) leaving.abort()
    }
    const settled = house.settled.length
    const question = { model: pool, say: 'Tell me a story', signal: leaving.signal, hear }
    // AWS's client ends quietly, without the last word of an answer; all others throw.
    const came = await clientOf(sdk, house)
      .stream(question)
      .then(
        ({ finish }) => finish,
        () => 'left',
      )
    expect(came).toBe(sdk.name === '@aws-sdk' ? '' : 'left')
    await until('the upstream sees it', () => house.world.seen().at(-1)?.closedAt !== undefined)
    await until('it is settled', () => house.settled.length > settled)
    expect(house.world.seen().at(-1)?.complete).toBe(false)
    expect(house.settled.at(-1)).toMatchObject({ failure: { kind: 'cancelled' }, attempts: [{ committed: true }] })
    expect(heard).toBeGreaterThanOrEqual(2)
  })
})

describe('a client that asks wrongly', () => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({ world: { script: worldScript }, config: everyProvider })
  })
  afterAll(() => house.close())

  describe.each(sdks)('$name', sdk => {
    it.each(modes)('%s of a model that is not there: 404 in its own class', async mode => {
      const client = clientOf(sdk, house)
      const error = await thrown(client[mode]({ model: 'at-nobody', say: 'Hi' }))
      expect([client.statusOf(error), String(error)]).toEqual([404, expect.stringContaining('at-nobody')])
    })
    it.each(modes)('%s with a key that is not one: 401 in its own class', async mode => {
      const client = clientOf(sdk, house, 'sk-sb-wrong-0123456789abcdef0123')
      expect(client.statusOf(await thrown(client[mode]({ model: sdk.own, say: 'Hi' })))).toBe(401)
    })
  })
})

const failures: readonly (readonly [what: string, change: SwitchChange, status: number])[] = [
  ['too many requests', { fail: { kind: '429', retryAfter: 3 } }, 429],
  ['an overload', { fail: { kind: '503' } }, 503],
  ['a prompt that is too long', { fail: { kind: '400-context' } }, 400],
  ['a page in place of an answer', { fail: { kind: 'html' } }, 503],
  ['what is no answer', { fail: { kind: 'garbage' } }, 502],
]
describe.each(failures)('an upstream that answers with %s', (_what, change, status) => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({ world: { script: worldScript }, config: triedOnce })
    house.world.switches.change({}, change)
  })
  afterAll(() => house.close())
  it.each(ways.flatMap(way => modes.map(mode => ({ ...way, mode }))))(
    `$name, $pool, $mode: ${status} in its own class`,
    async ({ sdk, pool, mode }) => {
      const client = clientOf(sdk, house)
      expect(client.statusOf(await thrown(client[mode]({ model: pool, say: 'Hi' })))).toBe(status)
    },
  )
})
