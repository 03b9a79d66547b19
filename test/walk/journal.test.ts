/** A house that keeps a journal, and one that was told not to. */
import { describe, expect, it } from 'vitest'
import { openHouse, until } from './open-house.ts'

const kept = async (more: string): Promise<number> => {
  const house = await openHouse({ more })
  const { gateway, store, flush } = house.running.house
  await house.openai.chat.completions.create({
    model: 'speaks-openai',
    messages: [{ role: 'user', content: 'hello' }],
  })
  await until('the request was settled', () => house.settled.length === 1)
  await flush()
  const decision = house.settled[0]?.decision?.decision.id
  const found = decision === undefined ? undefined : await gateway.decision(decision)
  const outcomes = await store.journal.read('outcomes', undefined, 10)
  await house.close()
  return outcomes.length + (found === undefined ? 0 : 1)
}

describe('the journal', () => {
  it('has the decision and the outcome of a request unless the configuration says otherwise', async () => {
    expect(await kept('telemetry: { log: off }')).toBe(2)
    expect(await kept('telemetry: { log: off, journal: on }')).toBe(2)
  })
  it('stays empty where it is off', async () => {
    expect(await kept('telemetry: { log: off, journal: off }')).toBe(0)
  })
})
