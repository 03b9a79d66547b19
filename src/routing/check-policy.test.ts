/** What the check finds in a policy in front of certain candidates, and what it leaves in peace. */
import { describe, expect, it } from 'vitest'
import { candidate, policyOf, price } from '../../test/contract/strategy.contract.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { ProviderId } from '../domain/ids.ts'
import type { Condition, Policy, PolicyStep } from '../domain/policy.ts'
import { millis, unit } from '../domain/units.ts'
import { checkPolicy } from './check-policy.ts'

const alike = ['a', 'b'].map(id => candidate(id))
const mixed = [
  candidate('premium', { ...price(3, 15), quality: { '*': unit(0.9) } }),
  candidate('small', { ...price(0.15, 0.6), quality: { '*': unit(0.6) } }),
]
const lines = (policy: Policy, candidates: readonly Candidate[]): readonly string[] =>
  checkPolicy(policy, candidates).map(({ severity, at, says }) => `${severity} ${at}: ${says}`)
const found = (candidates: readonly Candidate[], ...steps: readonly PolicyStep[]): readonly string[] =>
  lines(policyOf(...steps), candidates)
const floor = (at: number | string): PolicyStep => ({ use: 'quality-floor', with: { at } })
const field = (name: string, test: object): Condition => ({ fields: { [name]: test } })

describe('a sound policy', () => {
  it('has no findings', () => {
    expect(
      found(
        mixed,
        { use: 'capable' },
        { use: 'healthy' },
        { use: 'within-limits' },
        floor(0.6),
        { use: 'cheap', with: { within: '5%' } },
        { use: 'round-robin' },
      ),
    ).toEqual([])
    expect(found(alike, { use: 'cheap' }, { use: 'fast' }, { use: 'random' })).toEqual([])
  })
})

describe('cheap without a quality floor', () => {
  const refusal =
    'error steps[0]: cheap without a quality floor: prices differ 22.9 times, so the weakest would get everything. Put quality-floor into the policy, or say withoutFloor: true'
  it('is refused where prices differ more than three times', () => {
    expect(found(mixed, { use: 'cheap' })).toEqual([refusal])
    expect(found(mixed, { use: 'cheap' }, floor(0))).toEqual([refusal])
    const three = [candidate('a', price(1, 1)), candidate('b', price(3, 3))]
    expect(found(three, { use: 'cheap' })).toEqual([])
    expect(found([...three, candidate('c', price(3.1, 3.1))], { use: 'cheap' })).toHaveLength(1)
  })
  it('is left in peace with a floor anywhere in the policy, behind good, or where it says so', () => {
    expect(found(mixed, { use: 'cheap' }, floor(0.6))).toEqual([])
    expect(found(mixed, { use: 'good', with: { within: 0.02 } }, { use: 'cheap' })).toEqual([])
    expect(found(mixed, { use: 'cheap', with: { withoutFloor: true } })).toEqual([])
  })
  it('is judged by who can still be there', () => {
    const abroad = { ...candidate('dear', price(9, 9)), provider: 'anthropic' as ProviderId }
    expect(found([...alike, abroad], { use: 'ignore', with: { providers: 'anthropic' } }, { use: 'cheap' })).toEqual([])
    expect(found([...alike, abroad], { use: 'cheap' })).toHaveLength(1)
  })
  it('is refused in that branch alone which has no floor', () => {
    const gold = field('tags.tier', { eq: 'gold' })
    expect(found(mixed, { when: gold, then: [floor(0.6)] }, { use: 'cheap' })).toHaveLength(1)
    expect(found(mixed, { when: gold, then: [floor(0.6)], otherwise: [floor(0.5)] }, { use: 'cheap' })).toEqual([])
    expect(found(mixed, { when: gold, then: [floor(0.6), { use: 'cheap' }], otherwise: [{ use: 'cheap' }] })).toEqual([
      refusal.replace('steps[0]', 'steps[0].otherwise[0]'),
    ])
  })
})

describe('spreading over unlike candidates', () => {
  it.each(['round-robin', 'random', 'weighted'])('by %s is warned of', use => {
    expect(found(mixed, { use })).toEqual([
      `warning steps[0]: ${use} spreads requests over unlike candidates: prices differ 22.9 times and configured scores differ by 0.3. Let quality-floor and cheap go before it`,
    ])
    expect(found(alike, { use })).toEqual([])
  })
})

describe('steps that can never take effect', () => {
  it('stand behind an order that leaves no ties', () => {
    expect(found(alike, { use: 'round-robin' }, { use: 'cheap' })).toEqual([
      'error steps[1]: ineffective: round-robin at steps[0] leaves no ties, so cheap can never take effect behind it',
    ])
    expect(found(alike, { use: 'round-robin' }, { use: 'healthy' })).toEqual([])
  })
  it('are only warned of where the candidates are why', () => {
    const tiers = [candidate('a', { priority: 1 }), candidate('b', { priority: 2 })]
    expect(found(tiers, { use: 'priority' }, { use: 'cheap' })[0]).toMatch(/^warning steps\[1\]: ineffective: priority/)
    expect(found(alike, { use: 'priority' })).toEqual([
      'warning steps[0]: priority sets nobody apart: all candidates have the same priority',
    ])
    const unpriced = alike.map(one => ({ ...one, price: undefined }))
    expect(found(unpriced, { use: 'cheap' })).toEqual([
      'warning steps[0]: cheap sets nobody apart: no candidate has a price',
    ])
  })
  it('say the same again, or less than another', () => {
    expect(found(alike, { use: 'cheap' }, { use: 'cheap' })).toEqual([
      'error steps[1]: duplicate: cheap already stands at steps[0] with the same options',
    ])
    expect(found(mixed, floor(0.6), floor('50%'))).toEqual([
      'error steps[1]: ineffective: quality-floor at steps[0] is at least as strict',
    ])
    expect(found(mixed, floor(0.5), floor(0.6))).toEqual([
      'error steps[1]: makes quality-floor at steps[0] ineffective: this one is stricter',
    ])
    expect(
      found(alike, { use: 'cost-ceiling', with: { at: '$1' } }, { use: 'cost-ceiling', with: { at: '$2' } }),
    ).toEqual(['error steps[1]: ineffective: cost-ceiling at steps[0] is at least as strict'])
  })
  it('may stand in the two branches of one fork', () => {
    expect(found(mixed, { when: field('team', { eq: 'a' }), then: [floor(0.6)], otherwise: [floor(0.5)] })).toEqual([])
  })
  it('are `allowed`, which the house runs anyway', () => {
    expect(found(alike, { use: 'allowed' })).toEqual(['warning steps[0]: allowed runs in front of every policy anyway'])
  })
})

describe('steps that contradict each other', () => {
  it('leave nobody', () => {
    expect(
      found(alike, { use: 'lock', with: { provider: 'openai' } }, { use: 'ignore', with: { providers: ['openai'] } }),
    ).toEqual(['error steps[1]: ignore excludes everyone'])
    expect(found(alike, { use: 'where', with: { region: 'eu' } })).toEqual([
      'error steps[0]: where excludes everyone: nobody here has a tag region (nobody here has any tag)',
    ])
    expect(found(mixed, floor(0.95))).toEqual([
      'error steps[0]: excludes everyone: the floor of 0.95 is above the best configured score of 0.9',
    ])
    expect(found(alike, floor(0.5))).toEqual([
      'warning steps[0]: no candidate has a configured score: until scores are learned, this floor excludes everyone',
    ])
  })
  it('name whom there is not, with the nearest who is', () => {
    expect(found(alike, { use: 'ignore', with: { providers: ['openia'] } })).toEqual([
      'warning steps[0]: ignore names provider "openia", which is not among these candidates; did you mean "openai"?',
    ])
    expect(found(alike, { use: 'weighted', with: { weights: { a: 1, b: 1, cc: 1 } } })).toEqual([
      'warning steps[0]: weighted names candidate "cc", which is not among these candidates',
    ])
  })
})

describe('conditions that nothing can meet', () => {
  const never = (when: Condition): readonly string[] => found(alike, { when, then: [{ use: 'cheap' }] })
  it('are errors, alone and among the conditions around', () => {
    expect(never({ all: [field('tags.tier', { eq: 'gold' }), field('tags.tier', { eq: 'silver' })] })).toEqual([
      'error steps[0].when: can never hold: no value of tags.tier can meet {"eq":"gold"} and {"eq":"silver"}',
    ])
    const inner: PolicyStep = { when: field('request.inputTokens', { lt: 10 }), then: [{ use: 'cheap' }] }
    expect(found(alike, { when: field('request.inputTokens', { gt: 100 }), then: [inner] })).toEqual([
      'error steps[0].then[0].when: can never hold together with the conditions around it: no value of request.inputTokens can meet {"gt":100} and {"lt":10}',
    ])
  })
})

describe('execution and patience', () => {
  const policy = policyOf({ use: 'cheap' })
  it('that cannot happen are found', () => {
    expect(lines({ ...policy, execution: { mode: 'race', width: 1 } }, alike)).toEqual([
      'error execution: a race of 1 is no race; write a width of 2 or more',
    ])
    expect(lines({ ...policy, execution: { mode: 'race', width: 3 } }, alike)).toEqual([
      'warning execution: a race of 3 among 2 candidates',
    ])
    expect(lines({ ...policy, execution: { mode: 'hedge', after: millis(9000) } }, alike)).toEqual([
      'error execution: ineffective: a second call after 9 s never starts, since the first is given up after 8 s (patience.firstToken)',
    ])
    const once = { ...policy.patience, maxAttempts: 1 }
    expect(lines({ ...policy, execution: { mode: 'race', width: 2 }, patience: once }, alike)).toEqual([
      'error execution: ineffective: race takes two attempts, patience.maxAttempts is 1',
    ])
    const short = { ...policy.patience, total: millis(5000) }
    expect(lines({ ...policy, patience: short }, alike)).toEqual([
      'warning patience.firstToken: 8 s can never run out: the whole may take 5 s (patience.total)',
      'warning patience.idle: 20 s can never run out: the whole may take 5 s (patience.total)',
    ])
  })
})

describe('a policy that does not compile', () => {
  it('has its mistake as the one finding, at its place', () => {
    expect(checkPolicy(policyOf({ use: 'cheap' }, { use: 'chaep' }), alike)).toEqual([
      { severity: 'error', at: 'steps[1].use', says: expect.stringContaining('did you mean "cheap"?') },
    ])
  })
})

describe('structures', () => {
  const arm = (name: string, share: number, ...steps: readonly PolicyStep[]) => ({ name, share: unit(share), steps })

  it('says of arms that get nobody, that are alone, or that are the same', () => {
    expect(found(alike, { split: [arm('a', 0, { use: 'fast' }), arm('b', 1, { use: 'fast' })] })).toEqual([
      'warning steps[0].split: arm a has no share: no request goes there',
      'warning steps[0].split: arms a and b have the same steps: they tell nothing apart',
    ])
    expect(found(alike, { split: [arm('a', 1, { use: 'fast' })] })).toEqual([
      'warning steps[0].split: a split with one arm, a',
    ])
  })

  it('counts a floor only where every arm that answers has one; a shadow’s does not', () => {
    const cheap: PolicyStep = { use: 'cheap' }
    const both = [arm('a', 0.5, floor(0.5)), arm('b', 0.5, floor(0.6))]
    expect(found(mixed, { split: both }, cheap)).toEqual([])
    const ghost = { ...arm('ghost', 0.5), shadow: true }
    expect(found(mixed, { split: [...both, ghost] }, cheap)).toEqual([])
    expect(found(mixed, { split: [arm('a', 0.5, floor(0.5)), arm('b', 0.5)] }, cheap)).toEqual([
      expect.stringMatching(/^error steps\[1\]: cheap without a quality floor/),
    ])
  })

  it('warns of an arm with nobody behind the one that it leaves, and says how to have somebody', () => {
    const only: PolicyStep = { use: 'only', with: { providers: ['x'] } }
    const two = [candidate('a', { provider: 'x' as ProviderId }), candidate('b', { provider: 'y' as ProviderId })]
    expect(found(two, { split: [arm('next', 0.1, only), arm('rest', 0.9, { use: 'fast' })] })).toEqual([
      'warning steps[0].split.arms.next: arm next leaves a alone: if it fails, nobody else is asked. To have the others behind it, put it first by { use: weighted, with: { weights: { a: 1 } } } instead',
    ])
    const ghost = { ...arm('next', 0.1, only), shadow: true }
    expect(found(two, { split: [ghost, arm('rest', 1, { use: 'fast' })] })).toEqual([])
    // One arm for all requests is no experiment: whom it leaves alone was chosen.
    expect(found(two, { split: [ghost, arm('rest', 1, only)] })).toEqual([])
    expect(found(two.slice(0, 1), { split: [arm('next', 0.1, only), arm('rest', 0.9, { use: 'fast' })] })).toEqual([])
  })
  it('does not take weights that name one alone for a spread', () => {
    const first = (id: string): PolicyStep => ({ use: 'weighted', with: { weights: { [id]: 1 } } })
    expect(found(mixed, first('premium'))).toEqual([])
    expect(found(mixed, { use: 'weighted' })).toHaveLength(1)
  })
  it('looks into arms, and what all of them did holds behind the split', () => {
    const full = [arm('a', 0.5, { use: 'random' }), arm('b', 0.5, { use: 'round-robin' })]
    expect(found(alike, { split: full }, { use: 'fast' })).toEqual([
      expect.stringMatching(/^error steps\[1\]: ineffective: random at steps\[0\]\.split\.arms\.a\.steps\[0\]/),
    ])
    const half = [arm('a', 0.5, { use: 'random' }), arm('b', 0.5)]
    expect(found(alike, { split: half }, { use: 'fast' })).toEqual([])
  })

  it('says of a condition that always holds what it makes of its branches', () => {
    const always = field('request.hasTools', { in: [true, false] })
    expect(found(alike, { when: always, then: [{ use: 'fast' }], otherwise: [{ use: 'cheap' }] })).toContain(
      'error steps[0].when: always holds, so that otherwise can never be taken',
    )
  })

  it('says where a score counts price over unlike candidates, and where it is weighed against quality', () => {
    expect(found(mixed, { use: 'adaptive' })).toEqual([
      expect.stringMatching(/^warning steps\[0\]: adaptive counts price without a quality floor/),
    ])
    expect(found(mixed, floor(0.5), { use: 'adaptive' })).toEqual([])
    expect(found(mixed, { use: 'cheap', blend: 'x' }, { use: 'good', blend: 'x' })).toEqual([])
  })
})
