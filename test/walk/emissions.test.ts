/** Whatever is asked of whatever provider, and whatever the provider does, all that leaves the front door fits the published schema of its surface. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Script } from '../../src/world/reply.ts'
import type { SwitchChange } from '../../src/world/switches.ts'
import { pools } from '../contract/sdks.contract.ts'
import { hasShared } from '../shared.ts'
import { held, post, surfaces, wishes } from './emissions.ts'
import { everyProvider, triedOnce } from './every-provider.ts'
import { wrongs } from './wrongs.ts'
import { openHouse } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const said = 'Once upon a time there was a signal box. '.repeat(4)
const script: Script = ({ asked }) => {
  if (asked.text.includes('refuse')) return { refusal: 'I would rather not.' }
  if (asked.text.includes('call') || asked.mustCall !== undefined) {
    return { calls: asked.tools.slice(0, 2).map(({ name }) => ({ name, input: { city: 'Paris' } })) }
  }
  return asked.schema === undefined ? { text: said } : { text: '{"city":"Paris"}' }
}
const modes = ['whole', 'streamed'] as const
const ways = surfaces.flatMap(surface =>
  pools.flatMap(pool => modes.map(mode => ({ surface, pool, mode, name: surface.name }))),
)
const streaming = (mode: (typeof modes)[number]) => (mode === 'streamed' ? { stream: true } : {})

describe.skipIf(!hasShared)('what a client gets', () => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({
      world: { script },
      config: world => everyProvider(world).replaceAll('json-schema]', 'json-schema, reasoning]'),
    })
  })
  afterAll(() => house.close())

  it.each(ways)('$name, $pool, $mode: validates, whatever is asked for', async ({ surface, pool, mode }) => {
    for (const wish of wishes) {
      const body = surface.ask(wish)
      if (body === undefined) continue
      const sent = await post(house.url, surface.path, { model: pool, ...body, ...streaming(mode) })
      expect([wish, sent.status, held(sent, surface)], sent.text.slice(0, 2000)).toEqual([
        wish,
        200,
        { breaches: [], isWhole: true, hasError: false },
      ])
    }
  })
})

const hangs = /hang|stalled/
/** Short deadlines for what hangs; one attempt, so that what the provider does is what the client hears. */
const hasty = (name: string): string => (hangs.test(name) ? ', firstToken: 300ms, idle: 300ms, total: 1s' : '')

describe.skipIf(!hasShared).each(wrongs)('what a client gets when there is %s', (name, change: SwitchChange) => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({ world: { script }, config: world => triedOnce(world, hasty(name)) })
    house.world.switches.change({}, change)
  })
  afterAll(() => house.close())

  it.each(surfaces)('$name: it validates, and never ends as if it were whole', async surface => {
    const asked = pools.flatMap(pool => modes.map(mode => [pool, mode] as const))
    const all = await Promise.all(
      asked.map(async ([pool, mode]) => {
        const body = { model: pool, ...surface.ask('text'), ...streaming(mode) }
        return [pool, mode, held(await post(house.url, surface.path, body), surface)] as const
      }),
    )
    for (const [pool, mode, seen] of all) {
      // A whole answer has no inside in which an error could stand.
      const isWell = name.startsWith('an error') && mode === 'whole'
      expect([pool, mode, seen]).toEqual([pool, mode, { breaches: [], isWhole: isWell, hasError: !isWell }])
    }
  })
})
