/** What is reckoned once is reckoned anew for other facts or other candidates. */
import { expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import { once } from './once.ts'

it('reckons once for the same facts and candidates, whatever list they stand in', () => {
  let count = 0
  const reckon = once((tied, given) => `${++count}: ${tied.map(({ id }) => id).join('')} ${given.seed}`)
  const [a, b] = [candidate('a'), candidate('b')]
  const given = facts([a, b])
  expect([reckon([a, b], given), reckon([a, b], given)]).toEqual(['1: ab seed-1', '1: ab seed-1'])
  expect(reckon([b, a], given)).toBe('2: ba seed-1')
  expect(reckon([b], given)).toBe('3: b seed-1')
  expect(reckon([b], { ...given })).toBe('4: b seed-1')
  expect(reckon([{ ...b }], given)).toBe('5: b seed-1')
})
