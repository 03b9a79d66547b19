/** A policy ready to decide, or which step is wrong and what would be right. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts, policyOf } from '../../test/contract/strategy.contract.ts'
import type { PolicyStep } from '../domain/policy.ts'
import { unit } from '../domain/units.ts'
import { compilePolicy } from './compile-policy.ts'
import type { Plan } from './plan.ts'

const said = (...steps: readonly PolicyStep[]): string => {
  const found = compilePolicy(policyOf(...steps))
  return found.ok ? 'fine' : `${found.at ?? ''} | ${found.why}`
}
const namesOf = ({ constraints, orders }: Plan): readonly string[] => [...constraints, ...orders].map(one => one.step)
const voice = facts([candidate('a')], { request: { tags: { path: 'voice' } } })
const other = facts([candidate('a')])
const ifVoice = (then: readonly PolicyStep[], otherwise?: readonly PolicyStep[]): PolicyStep => ({
  when: { fields: { 'tags.path': { eq: 'voice' } } },
  then,
  ...(otherwise === undefined ? {} : { otherwise }),
})

describe('a policy', () => {
  it('runs every constraint before any order, wherever it stands', () => {
    const policy = compiled({ use: 'cheap' }, { use: 'capable' }, ifVoice([{ use: 'fast' }, { use: 'healthy' }]))
    expect(namesOf(policy.flatten(voice))).toEqual(['1:capable', '2.then.1:healthy', '0:cheap', '2.then.0:fast'])
    expect(namesOf(policy.flatten(other))).toEqual(['1:capable', '0:cheap'])
  })
  it('names steps by their place, through branches in branches', () => {
    const policy = compiled(ifVoice([], [{ use: 'capable' }, ifVoice([{ use: 'fast' }], [{ use: 'cheap' }])]))
    expect(namesOf(policy.flatten(other))).toEqual(['0.otherwise.0:capable', '0.otherwise.1.otherwise.0:cheap'])
  })
  it('has the same plan for every request where it has no branches', () => {
    const policy = compiled({ use: 'capable' }, { use: 'cheap' })
    expect(policy.flatten(voice)).toBe(policy.flatten(other))
  })
  it('tells all signals that some branch may read, conditions included, once and sorted', () => {
    const hard: PolicyStep = {
      when: { not: { fields: { 'request.difficulty': { gte: 0.5 } } } },
      then: [{ use: 'least-busy' }],
      otherwise: [{ use: 'within-limits' }, { use: 'round-robin' }],
    }
    expect(compiled({ use: 'round-robin' }, hard).reads).toEqual([
      'candidate.headroom',
      'candidate.inflight',
      'pool.turn',
      'request.difficulty',
    ])
  })
  it('has a version that follows what it says, not how its keys are ordered', () => {
    const one = compiled({ use: 'cheap', with: { within: '5%', withoutFloor: true } })
    const same = compiled({ with: { withoutFloor: true, within: '5%' }, use: 'cheap' })
    const another = compiled({ use: 'cheap', with: { within: '6%', withoutFloor: true } })
    expect(one.version).toMatch(/^[\da-f]{16}$/)
    expect(same.version).toBe(one.version)
    expect(another.version).not.toBe(one.version)
  })
})

describe('a wrong step', () => {
  it('is named with its place and the nearest right name', () => {
    expect(said({ use: 'capable' }, { use: 'chaep' })).toMatch(
      /^steps\[1\]\.use \| steps\[1\]: no step "chaep"; did you mean "cheap"\? \(there are capable, /,
    )
  })
  it('is named with the path of its option', () => {
    expect(said({ use: 'cheap', with: { within: 'much' } })).toBe(
      'steps[0].with.within | steps[0]: cheap: within is "much"; write a share such as 5% or 0.05, or dollars such as $0.02',
    )
    expect(said({ use: 'quality-floor' })).toBe(
      'steps[0].with.at | steps[0]: quality-floor: at is needed: a share from 0 to 1, such as 0.05 or 5%',
    )
    expect(said({ use: 'random', with: { hard: true } })).toBe(
      'steps[0].with.hard | steps[0]: random: no option "hard" (it takes none)',
    )
  })
  it('is found in branches and in conditions', () => {
    expect(said(ifVoice([{ use: 'cheap' }], [{ use: 'fats' }]))).toMatch(/^steps\[0\]\.otherwise\[0\]\.use \| /)
    const misspelt: PolicyStep = { when: { fields: { 'request.dificulty': { gte: 1 } } }, then: [] }
    expect(said(misspelt)).toMatch(
      /^steps\[0\]\.when\.fields\.request\.dificulty \| .*did you mean "request\.difficulty"\?/,
    )
  })
  it('is one that no stack could take', () => {
    let deep: PolicyStep = { use: 'cheap' }
    for (let level = 0; level < 1000; level++) deep = ifVoice([deep])
    expect(said(deep)).toMatch(/steps are nested more than 32 deep$/)
  })
})

describe('splits behind splits', () => {
  const splitOf = (arms: number, steps: readonly PolicyStep[]): PolicyStep => ({
    split: Array.from({ length: arms }, (_, at) => ({ name: `arm-${at}`, share: unit(1 / arms), steps })),
  })
  it('are refused where a decision would reckon more than 64 ways through them', () => {
    const says = (ways: string): string =>
      `steps | the splits make ${ways} ways through the policy, and each decision would reckon all of them for its odds; 64 are the most, so let there be fewer splits or arms`
    expect(said(splitOf(16, [splitOf(16, [splitOf(16, [])])]))).toBe(says('4,096'))
    expect(said(splitOf(4, []), splitOf(4, []), splitOf(5, []))).toBe(says('80'))
    expect(said(ifVoice([splitOf(8, [])], [splitOf(9, [])]), splitOf(8, []))).toBe(says('72'))
  })
  it('are fine up to that, and in branches of which one alone is taken', () => {
    expect(said(splitOf(16, []))).toBe('fine')
    expect(said(splitOf(8, [splitOf(8, [])]))).toBe('fine')
    expect(said(ifVoice([splitOf(8, [])], [splitOf(8, [])]), splitOf(8, []))).toBe('fine')
  })
})
