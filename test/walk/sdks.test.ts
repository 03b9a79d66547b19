/** Nine official clients in front of the recorded world: to the provider of their own dialect and to all others; leaving, and errors in their own classes. */
import { officialSdks } from '../contract/sdks.contract.ts'
import { openHouse, virtualKey } from './open-house.ts'
import { everyProvider, worldScript } from './every-provider.ts'

officialSdks(async () => {
  const house = await openHouse({ world: { script: worldScript }, config: everyProvider })
  return { url: house.url, key: virtualKey, close: () => house.close() }
})
