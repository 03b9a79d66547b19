/** What is well written and changes nothing is told, with what would be right; what does change something is left in peace. */
import { describe, expect, it } from 'vitest'
import { candidate, policyOf, price } from '../../test/contract/strategy.contract.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId, ProviderId } from '../domain/ids.ts'
import type { Policy, PolicyStep } from '../domain/policy.ts'
import { millis, microUsd, unit } from '../domain/units.ts'
import { checkPolicy } from './check-policy.ts'

const tagged = (id: string, provider: string, region: string): Candidate => ({
  ...candidate(id, price(1, 1)),
  provider: provider as ProviderId,
  tags: { region },
})
const us = tagged('us', 'openai', 'us')
const eu = tagged('eu', 'mistral', 'eu')
const pool = [us, eu]

const lines = (policy: Policy, candidates: readonly Candidate[], reserve: readonly Candidate[] = []) =>
  checkPolicy(policy, candidates, reserve).map(({ severity, at, says }) => `${severity} ${at}: ${says}`)
const found = (...steps: readonly PolicyStep[]): readonly string[] => lines(policyOf(...steps), pool)
const said = (beside: Partial<Policy>, ...steps: readonly PolicyStep[]): readonly string[] =>
  lines({ ...policyOf(...steps), ...beside }, pool)
const voice = { fields: { 'tags.path': { eq: 'voice' } } } as const
const race = { execution: { mode: 'race', width: 2 } } as const
const hedge = { execution: { mode: 'hedge', after: 'p95' } } as const

describe('options that leave a step without effect', () => {
  it.each<readonly [PolicyStep, string]>([
    [
      { use: 'explore', with: { share: 0 } },
      'error steps[0]: ineffective: a share of nothing tries nobody; leave the step out',
    ],
    [
      { use: 'adaptive', with: { reliability: 0, speed: 0, slack: 0, price: 0 } },
      'error steps[0]: ineffective: all weights are 0, so that all have the same score; give one a weight over 0',
    ],
    [
      { use: 'adaptive', with: { preset: 'classic', reliability: 0, speed: 0, slack: 0 } },
      'error steps[0]: ineffective: all weights are 0, so that all have the same score; give one a weight over 0',
    ],
    [
      { use: 'sticky', with: { tenantShare: '100%' } },
      'warning steps[0]: tenantShare of 100 % has no effect: nobody does more than all of its work for one tenant',
    ],
    [
      { use: 'good', with: { within: '100%' } },
      'error steps[0]: ineffective: within 100 % everybody counts as tied, so that good sets nobody apart',
    ],
    [
      { use: 'headroom', with: { within: 1 } },
      'error steps[0]: ineffective: within 100 % everybody counts as tied, so that headroom sets nobody apart',
    ],
    [
      { use: 'budget', with: { at: 0 } },
      'warning steps[0]: leaves everybody out wherever a budget applies: at 0 % nothing of it may be used',
    ],
  ])('%j', (step, says) => expect(found(step)).toContain(says))

  it.each<PolicyStep>([
    { use: 'explore', with: { share: '1%' } },
    { use: 'adaptive', with: { reliability: 0, speed: 0, slack: 0, price: 0.1 } },
    { use: 'adaptive', with: { preset: 'classic', reliability: 0, slack: 0 } },
    { use: 'sticky', with: { tenantShare: '99%' } },
    { use: 'good', with: { within: '99%' } },
    { use: 'budget', with: { at: '1%' } },
  ])('%j is fine', step => expect(found(step)).toEqual([]))
})

describe('warm beside cheap', () => {
  it('has nothing to say behind a cheap that leaves no ties', () => {
    expect(found({ use: 'cheap' }, { use: 'warm' })).toEqual([
      'error steps[1]: ineffective: cheap at steps[0] has counted what is cached already, and leaves only those tied who cost the same; give it within, such as 5%',
    ])
    expect(found({ use: 'cheap', with: { within: '5%' } }, { use: 'warm' })).toEqual([])
    expect(found({ use: 'cheap', with: { within: '$0.01' } }, { use: 'warm' })).toEqual([])
  })
  it('is needless right before one, and not before other orders', () => {
    const needless =
      'warning steps[1]: cheap counts what is cached itself, so that warm right before it changes nothing; leave warm out'
    expect(found({ use: 'warm' }, { use: 'cheap' })).toEqual([needless])
    expect(found({ use: 'warm' }, { use: 'fast', with: { within: '10%' } }, { use: 'cheap' })).toEqual([])
  })
})

describe('forks that are none', () => {
  it('are told', () => {
    const at = 'warning steps[0].when: changes nothing:'
    expect(found({ when: voice, then: [] })).toEqual([
      `${at} there are no steps where it holds, and none where it does not`,
    ])
    expect(found({ when: voice, then: [{ use: 'good' }], otherwise: [{ use: 'good' }] })).toEqual([
      `${at} the same steps are taken where it holds and where it does not`,
    ])
    expect(found({ when: voice, then: [], otherwise: [{ use: 'good' }] })).toEqual([])
  })
  it('tell an execution that another behind it overrules', () => {
    const arms = [
      { name: 'fast', share: unit(0.5), steps: [race] },
      { name: 'rest', share: unit(0.5), steps: [{ use: 'good' }] },
    ]
    expect(found({ split: arms }, { when: voice, then: [race] }, hedge)).toEqual([
      'error steps[0]: ineffective: an execution inside has no effect, since the execution at steps[2] comes after it',
      'error steps[1]: ineffective: an execution inside has no effect, since the execution at steps[2] comes after it',
    ])
    expect(found(hedge, { when: voice, then: [race] })).toEqual([])
  })
  it('tell a shadow that may spend nothing', () => {
    const arms = [
      { name: 'shown', share: unit(1), steps: [{ use: 'good' }] },
      { name: 'ghost', share: unit(0.1), shadow: true, maxSpend: microUsd(0), steps: [{ use: 'cheap' }] },
    ]
    expect(found({ split: arms })).toContain(
      'error steps[0].split: ineffective: the shadow ghost may spend nothing, so it answers nothing',
    )
  })
})

describe('lanes', () => {
  it('of one provider, or with nobody beside the first, are doubted', () => {
    const ours = [us, { ...us, id: 'us-2' as DeploymentId }]
    expect(lines(policyOf(race), ours)).toEqual([
      'warning steps[0].execution: a race within one provider, openai: what ails one of its candidates often ails all of them',
    ])
    expect(lines(policyOf(hedge), ours)).toEqual([])
    expect(found({ use: 'lock', with: { provider: 'openai' } }, hedge)).toEqual([
      'warning steps[1].execution: a hedge among 1 candidate has nobody to ask beside the first',
    ])
    expect(found(race)).toEqual([])
  })
  it('wider than the attempts, or later than the end, are told', () => {
    const { patience } = policyOf()
    const three = [...pool, { ...us, id: 'third' as DeploymentId }]
    const wide = {
      ...policyOf(),
      execution: { mode: 'race', width: 3 },
      patience: { ...patience, maxAttempts: 2 },
    } as const
    expect(lines(wide, three)).toEqual([
      'warning execution: a race of 3 begins with 2 at most, which is patience.maxAttempts, and leaves none for a fallback',
    ])
    const late = said({
      execution: { mode: 'hedge', after: millis(25_000) },
      patience: { ...patience, firstToken: millis(30_000), total: millis(20_000) },
    })
    expect(late).toContain(
      'error execution: ineffective: a second call after 25 s never starts, since all is given up after 20 s (patience.total)',
    )
  })
})

describe('settings of which no step asks', () => {
  it('are told', () => {
    expect(said({ window: millis(120_000), seed: 'session' }, { use: 'good' })).toEqual([
      'warning window: has no effect: no step goes by latency',
      'warning seed: has no effect: no step draws, so that there is nothing to draw by session',
    ])
    expect(said({ window: millis(120_000), seed: 'session' }, { use: 'fast' })).toEqual([])
    expect(said({ seed: 'user' }, { when: voice, then: [{ use: 'random' }] })).toEqual([])
  })
})

describe("a policy's own chain", () => {
  it('names nobody whom a step leaves out of every request', () => {
    const onlyUs: PolicyStep = { use: 'where', with: { region: 'us' } }
    const abroad = { ...policyOf({ use: 'capable' }, onlyUs), fallback: [us.id, eu.id] }
    expect(lines(abroad, [us], [eu])).toEqual([
      'error fallback[1]: ineffective: eu can never be asked, since where at steps[1] leaves it out',
    ])
    expect(lines({ ...policyOf({ when: voice, then: [onlyUs] }), fallback: [eu.id] }, [us], [eu])).toEqual([])
  })
})

describe('where', () => {
  it('tells what there is, and what was probably meant', () => {
    const where = (tags: Readonly<Record<string, string>>) => found({ use: 'where', with: tags })
    const at = 'error steps[0]: where excludes everyone:'
    expect(where({ region: 'ue' })).toEqual([`${at} region is us and eu here; did you mean "us"?`])
    expect(where({ regoin: 'eu' })).toEqual([
      `${at} nobody here has a tag regoin; did you mean "region"? (there are region)`,
    ])
  })
})
