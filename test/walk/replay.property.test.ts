/** A decision that was kept in a journal, packed or not, in memory or in a file, is the same decision made again from it. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DecisionTrace } from '../../src/domain/decision.ts'
import { packedDecisions } from '../../src/platform/packed-decisions.ts'
import { systemClock } from '../../src/platform/process.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'
import { sqliteStore } from '../../src/platform/stores/sqlite.ts'
import type { Store } from '../../src/ports/store.ts'
import { compilePolicy } from '../../src/routing/compile-policy.ts'
import type { CompiledPolicy } from '../../src/routing/compile-policy.ts'
import { decide } from '../../src/routing/decide.ts'
import { replay } from '../../src/routing/replay.ts'
import { chanceOf } from '../chance.ts'
import { folder } from '../command-line.ts'
import { randomFacts } from '../random-facts.ts'
import { randomPolicy } from '../random-policies.ts'

interface Made {
  readonly policy: CompiledPolicy
  readonly trace: DecisionTrace
}

const made = (seed: number): Made => {
  const chance = chanceOf(seed)
  const compiled = compilePolicy(randomPolicy(chance))
  if (!compiled.ok) throw new Error(compiled.why)
  // Numbers that JSON does not have are told as null wherever facts are kept; they were there before they are.
  const facts = JSON.parse(JSON.stringify(randomFacts(chance, compiled.value.policy, compiled.value.reads)))
  return { policy: compiled.value, trace: { facts, decision: decide(compiled.value, facts) } }
}

const count = 3000

describe.each([
  ['memory', async () => memoryStore(systemClock()), (store: Store) => store],
  ['memory, packed', async () => memoryStore(systemClock()), packedDecisions],
  ['a file', (path: string) => sqliteStore(path, systemClock()), (store: Store) => store],
  ['a file, packed', (path: string) => sqliteStore(path, systemClock()), packedDecisions],
] as const)('a journal in %s', (_what, open, dressed) => {
  it('gives back every decision as it was made, and deciding again gives the same bytes', async () => {
    await using files = await folder()
    const store = dressed(await open(join(files.path, 'journal.db')))
    const all = Array.from({ length: count }, (_, seed) => made(seed))
    for (let from = 0; from < count; from += 500) {
      const page = all.slice(from, from + 500)
      await store.journal.append(
        'decisions',
        page.map(({ trace }, at) => ({ key: `dec-${from + at}`, entry: trace })),
      )
    }
    let several = 0
    for (const [seed, { policy, trace }] of all.entries()) {
      const kept = await store.journal.find<DecisionTrace>('decisions', `dec-${seed}`)
      if (kept === undefined) throw new Error(`dec-${seed} is not there`)
      const said = JSON.stringify(trace.decision)
      expect(JSON.stringify(kept.decision), `seed ${seed}`).toBe(said)
      expect(JSON.stringify(replay(policy, kept)), `seed ${seed}, decided again`).toBe(said)
      several += Object.keys(trace.decision.propensity).length > trace.decision.ranked.length + 1 ? 1 : 0
    }
    // Among them are such as might have led with several who are left out in the arm that was drawn.
    expect(several).toBeGreaterThan(3)
    await store.close()
  })
})
