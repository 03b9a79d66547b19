/** Whatever a provider does wrong, each official client hears it as an error of its own, and nothing that broke off looks whole to it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../clients/client.ts'
import { pools, sdks } from '../contract/sdks.contract.ts'
import type { Sdk } from '../contract/sdks.contract.ts'
import { hasShared } from '../shared.ts'
import { triedOnce, worldScript } from './every-provider.ts'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { wrongs } from './wrongs.ts'

const modes = ['ask', 'stream'] as const
/** The provider of the client's own dialect and the next two. */
const waysOf = ({ own }: Sdk) => {
  const first = pools.indexOf(own)
  const near = [...pools, ...pools].slice(first, first + 3)
  return near.flatMap(pool => modes.map(mode => [pool, mode] as const))
}

/** What became of it: a whole answer, an error with a status of the client's own class, or an error. */
const outcome = (client: Client, pool: string, mode: (typeof modes)[number]): Promise<string> =>
  client[mode]({ model: pool, say: 'Tell me a story' }).then(
    // Cohere's format has no errors inside a stream but an end of this name.
    ({ finish }) => (finish === 'ERROR' ? 'an error inside' : 'whole'),
    (error: unknown) => ((client.statusOf(error) ?? 0) >= 400 ? 'an error' : 'an error inside'),
  )
const isInside = (name: string): boolean => /^a cut|inside|at once/.test(name)

describe.skipIf(!hasShared).each(wrongs)('when there is %s', (name, change) => {
  let house: OpenHouse
  beforeAll(async () => {
    const hasty = /hang|stalled/.test(name) ? ', firstToken: 300ms, idle: 300ms, total: 1s' : ''
    house = await openHouse({ world: { script: worldScript }, config: world => triedOnce(world, hasty) })
    house.world.switches.change({}, change)
  })
  afterAll(() => house.close())

  it.each(sdks)('$name, from its own provider and two others', async sdk => {
    const client = sdk.open({ url: house.url, key: virtualKey })
    const found = await Promise.all(
      waysOf(sdk).map(async ([pool, mode]) => [pool, mode, await outcome(client, pool, mode)]),
    )
    for (const [pool, mode, came] of found) {
      // A whole answer has no inside in which an error could stand.
      const isWell = /inside|at once/.test(name) && mode === 'ask'
      const right = isWell
        ? ['whole']
        : isInside(name) && mode === 'stream'
          ? ['an error', 'an error inside']
          : ['an error']
      expect(right, `${pool}, ${mode}: ${came}`).toContain(came)
    }
  })
})
