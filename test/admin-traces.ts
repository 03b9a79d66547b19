/** Decisions as the admin API shows them: really decided, of keys of different teams. */
import type { DecisionTrace } from '../src/domain/decision.ts'
import type { DecisionId, PoolId } from '../src/domain/ids.ts'
import { policyDefaults } from '../src/config/defaults.ts'
import { compilePolicy } from '../src/routing/compile-policy.ts'
import { decide } from '../src/routing/decide.ts'
import { chanceOf } from './chance.ts'
import { randomFacts } from './random-facts.ts'

const policy = { ...policyDefaults, name: 'plain', steps: [{ use: 'capable' }, { use: 'priority' }] }

/** So many, numbered from 1: `dec_1` is of the team `search`, `dec_2` of `foreign`, and so on in turn. */
export const tracesOf = (count: number): readonly DecisionTrace[] => {
  const compiled = compilePolicy(policy)
  if (!compiled.ok) throw new Error(compiled.why)
  return Array.from({ length: count }, (_, place) => {
    const drawn = randomFacts(chanceOf(place + 1), policy, [])
    const caller = place % 2 === 0 ? { key: 'k1', team: 'search' } : { key: 'k2', team: 'foreign' }
    const facts = {
      ...drawn,
      id: `dec_${place + 1}` as DecisionId,
      pool: 'support' as PoolId,
      request: { ...drawn.request, caller },
    }
    return { facts, decision: decide(compiled.value, facts) }
  })
}
