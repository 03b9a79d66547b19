/** A floor says when what keeps a candidate out is that little is known of it. */
import { expect, it } from 'vitest'
import { candidate, facts, measured } from '../../../test/contract/strategy.contract.ts'
import { unit } from '../../domain/units.ts'
import { qualityFloor } from './quality-floor.ts'

const said = (samples: number): string | undefined => {
  const made = qualityFloor.make({ at: 0.8 })
  const one = candidate('a')
  const quality = { mean: unit(0.85), low: unit(0.7), samples, source: 'scores' }
  const given = facts([one], { signals: { 'candidate.quality': measured({ a: quality }) } })
  return made.ok && made.value.kind === 'constraint' ? made.value.exclude(one, given) : undefined
}

it('says that a candidate is unproven where few scores were learned, and how many', () => {
  expect(said(3)).toBe('quality 0.7 is under the floor of 0.8 (unproven: 3 scores)')
  expect(said(1)).toBe('quality 0.7 is under the floor of 0.8 (unproven: 1 score)')
  expect(said(20)).toBe('quality 0.7 is under the floor of 0.8')
})
