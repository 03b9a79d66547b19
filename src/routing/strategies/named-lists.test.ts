/** Lists of who stays and who goes: by provider, deployment and model. */
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { StepOptions } from '../../domain/policy.ts'
import type { StrategyMaker } from '../options.ts'
import { ignore } from './ignore.ts'
import { only } from './only.ts'

const all = [
  candidate('a', { model: 'small' as never }),
  candidate('b', { model: 'large' as never }),
  candidate('c', { model: 'small' as never, provider: 'anthropic' as never }),
]
const kept = (maker: StrategyMaker, options: StepOptions, bounds: Facts['bounds'] = {}): readonly string[] => {
  const made = maker.make(options)
  if (!made.ok || made.value.kind !== 'constraint') throw new Error('no constraint')
  const { exclude } = made.value
  return all.filter(one => exclude(one, facts(all, { bounds })) === undefined).map(({ id }) => id)
}

describe('only', () => {
  it.each([
    [{ providers: 'openai' }, ['a', 'b']],
    [{ deployments: ['b', 'c'] }, ['b', 'c']],
    [{ models: 'small' }, ['a', 'c']],
    [{ models: 'small', providers: 'openai' }, ['a']],
    [{ models: 'none' }, []],
    [{}, ['a', 'b', 'c']],
  ] satisfies [StepOptions, string[]][])('with %j keeps %j', (options, left) => {
    expect(kept(only, options)).toEqual(left)
  })
  it('without a list goes by the request, and with one does not', () => {
    expect(kept(only, {}, { only: ['anthropic'] })).toEqual(['c'])
    expect(kept(only, { deployments: 'a' }, { only: ['anthropic'] })).toEqual(['a'])
  })
})

describe('ignore', () => {
  it.each([
    [{ providers: 'openai' }, ['c']],
    [{ deployments: ['b', 'c'] }, ['a']],
    [{ models: 'small' }, ['b']],
    [{ models: 'large', providers: 'anthropic' }, ['a']],
    [{}, ['a', 'b', 'c']],
  ] satisfies [StepOptions, string[]][])('with %j keeps %j', (options, left) => {
    expect(kept(ignore, options)).toEqual(left)
  })
  it('without a list goes by the request, and with one does not', () => {
    expect(kept(ignore, {}, { ignore: ['anthropic'] })).toEqual(['a', 'b'])
    expect(kept(ignore, { deployments: 'a' }, { ignore: ['anthropic'] })).toEqual(['b', 'c'])
  })
})
