/** Quality: learned before configured, by the mean or by what is sure of it. */
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import { unit } from '../../domain/units.ts'
import { decide } from '../decide.ts'
import { good } from './good.ts'

const learned = (scores: Readonly<Record<string, readonly [mean: number, low: number]>>): Facts =>
  facts(
    ['a', 'b', 'c'].map(id => candidate(id, { quality: { '*': unit(0.5) } })),
    {
      signals: {
        'candidate.quality': measured(
          Object.fromEntries(
            Object.entries(scores).map(([id, [mean, low]]) => [
              id,
              { mean: unit(mean), low: unit(low), samples: 40, source: 'scores' },
            ]),
          ),
        ),
      },
    },
  )

describe('good', () => {
  const given = learned({ a: [0.9, 0.4], b: [0.8, 0.75] })
  it('goes by the mean of what was learned, and by the configured score where nothing was', () => {
    expect(chainOf(decide(compiled({ use: 'good' }), given))).toEqual(['a', 'b', 'c'])
  })
  it('goes by the lower bound where it is told to, so that who is little known does not lead by luck', () => {
    expect(chainOf(decide(compiled({ use: 'good', with: { by: 'low' } }), given))).toEqual(['b', 'c', 'a'])
  })
  it('counts in a blend as what it goes by, and unknown as 0', () => {
    const pool = { ...given, candidates: [...given.candidates, candidate('d')] }
    const scores = (by: string) => {
      const made = good.make({ by })
      return made.ok && made.value.kind === 'order' ? made.value.scores?.(pool.candidates, pool) : undefined
    }
    expect(scores('mean')).toEqual([0.9, 0.8, 0.5, 0])
    expect(scores('low')).toEqual([0.4, 0.75, 0.5, 0])
  })
  it('says which word it takes for what it goes by', () => {
    expect(good.make({ by: 'lo' })).toMatchObject({ ok: false, at: 'with.by' })
  })
})
