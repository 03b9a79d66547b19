/** Why nobody is left, told so that a person knows what to mend. */
import { expect, it } from 'vitest'
import { candidate, compiled, facts, measured } from '../../test/contract/strategy.contract.ts'
import { decide } from './decide.ts'
import { whyNobody } from './nobody.ts'

/** By the provider's own word: who is only suspected stays as a last resort. */
const open = (why: string) => ({ open: true, why, by: 'told' as const })
const pool = ['a', 'b', 'c', 'd'].map(id => candidate(id))

it('says how many each step left out, and what it said', () => {
  const circuits = {
    by: { a: open('5 failures'), b: open('5 failures'), c: open('12 of 20 failed'), d: open('6 failures') },
  }
  const decision = decide(compiled({ use: 'healthy' }), facts(pool, { signals: { 'candidate.circuit': circuits } }))
  expect(whyNobody(decision)).toBe(
    'all 4 candidates are left out: 4 by 0:healthy (circuit open: 5 failures; circuit open: 12 of 20 failed; …)',
  )
})
it('tells steps apart', () => {
  const decision = decide(
    compiled({ use: 'capable' }, { use: 'healthy' }),
    facts([candidate('a', { accepts: [] }), candidate('b')], {
      signals: { 'candidate.circuit': measured({ b: open('x') }) },
    }),
  )
  expect(whyNobody(decision)).toBe(
    'all 2 candidates are left out: 1 by 0:capable (does not accept text), 1 by 1:healthy (circuit open: x)',
  )
})
it('says so where there was nobody to begin with, or one', () => {
  expect(whyNobody(decide(compiled(), facts([])))).toBe('there are no candidates')
  const locked = decide(compiled(), facts([candidate('a')], { bounds: { lock: 'local' } }))
  expect(whyNobody(locked)).toBe('the only candidate is left out: 1 by house:lock (locked to provider local)')
})
it('says nothing where somebody can serve', () => {
  expect(whyNobody(decide(compiled(), facts(pool)))).toBeUndefined()
})
