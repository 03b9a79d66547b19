/** Decisions packed and unpacked: nothing is lost, and little room is taken. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import { anyFacts, candidate, compiled, facts } from '../../test/contract/strategy.contract.ts'
import type { DecisionTrace } from '../domain/decision.ts'
import type { Store } from '../ports/store.ts'
import { unit } from '../domain/units.ts'
import { decide } from '../routing/decide.ts'
import { packedDecisions } from './packed-decisions.ts'
import { memoryStore } from './stores/memory.ts'

const policy = compiled(
  { use: 'capable' },
  { use: 'healthy' },
  { use: 'adaptive' },
  {
    split: [
      {
        name: 'one',
        share: unit(0.3),
        steps: [
          { use: 'good', blend: 'x' },
          { use: 'cheap', blend: 'x' },
        ],
      },
      { name: 'other', share: unit(0.7), steps: [{ use: 'weighted' }] },
      { name: 'ghost', share: unit(0.5), shadow: true, steps: [{ use: 'random' }] },
    ],
  },
)
/** As JSON gives it back, without members that JSON turned to null: NaN and the infinities. */
const plain = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_, member: unknown) => (member === null ? undefined : member)) as T

describe('a packed decision', () => {
  it('is unpacked as it was, whatever the facts: the decision byte for byte', async () => {
    const store = packedDecisions(memoryStore(testClock()))
    let at = 0
    await fc.assert(
      fc.asyncProperty(anyFacts, async any => {
        const trace: DecisionTrace = { facts: any, decision: decide(policy, any) }
        const key = `d${(at += 1)}`
        await store.journal.append('decisions', [{ key, entry: trace }])
        const found = await store.journal.find<DecisionTrace>('decisions', key)
        expect(JSON.stringify(plain(found?.decision))).toBe(JSON.stringify(plain(trace.decision)))
        expect(plain(found?.facts)).toEqual(plain(trace.facts))
      }),
      { numRuns: 200 },
    )
  })
  it('is read page by page, with others who read the same store anew', async () => {
    const store = memoryStore(testClock())
    const pool = [candidate('a'), candidate('b')]
    const traces = ['1', '2', '3']
      .map(seed => facts(pool, { seed }))
      .map(one => ({ facts: one, decision: decide(policy, one) }))
    await packedDecisions(store).journal.append(
      'decisions',
      traces.map(entry => ({ key: entry.facts.seed, entry })),
    )
    const reader = packedDecisions(store).journal
    const first = await reader.read<DecisionTrace>('decisions', undefined, 2)
    expect(first.map(({ entry }) => entry)).toEqual(plain(traces.slice(0, 2)))
    const rest = await reader.read<DecisionTrace>('decisions', first.at(-1)?.cursor, 2)
    expect(rest.map(({ entry }) => entry)).toEqual(plain(traces.slice(2)))
  })
  it('holds no deployment: those are kept once for all decisions, also under changed prices', async () => {
    const store = memoryStore(testClock())
    const packed = packedDecisions(store)
    const cheap = facts([candidate('a', { tags: { name: 'needle' } }), candidate('b')])
    const dear = facts([candidate('a', { weight: 7 }), candidate('b')])
    for (const one of [cheap, dear]) {
      await packed.journal.append('decisions', [
        {
          key: one.candidates[0]?.weight === 7 ? 'dear' : 'cheap',
          entry: { facts: one, decision: decide(policy, one) },
        },
      ])
    }
    const raw = JSON.stringify(await store.journal.read('decisions', undefined, 10))
    expect(raw).not.toContain('needle')
    expect(raw).not.toContain('inputPerMillion')
    const found = await Promise.all(['cheap', 'dear'].map(key => packed.journal.find<DecisionTrace>('decisions', key)))
    expect(found.map(one => one?.facts.candidates[0]?.weight)).toEqual([1, 7])
  })
  it('whose candidates are gone from the records says so', async () => {
    const store = memoryStore(testClock())
    const one = facts([candidate('a')])
    await packedDecisions(store).journal.append('decisions', [
      { key: 'd', entry: { facts: one, decision: decide(policy, one) } },
    ])
    const name = (await store.journal.find<{ candidates: string }>('decisions', 'd'))?.candidates ?? ''
    await store.records.delete(name)
    await expect(packedDecisions(store).journal.find('decisions', 'd')).rejects.toThrow(`names ${name}`)
  })
  it('leaves every other topic as it is', async () => {
    const store: Store = packedDecisions(memoryStore(testClock()))
    await store.journal.append('outcomes', [{ key: 'o', entry: { n: 1 } }])
    expect(await store.journal.find('outcomes', 'o')).toEqual({ n: 1 })
    expect((await store.journal.read('outcomes', undefined, 5)).map(({ entry }) => entry)).toEqual([{ n: 1 }])
    expect(await store.journal.find('decisions', 'none')).toBeUndefined()
  })
})
