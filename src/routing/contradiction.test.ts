/** Conditions that nothing can ever meet are told from those that something may. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import type { Condition, FieldTest } from '../domain/policy.ts'
import { holds } from './conditions.ts'
import { contradiction, isCertain } from './contradiction.ts'

const on = (name: string, test: FieldTest): Condition => ({ fields: { [name]: test } })
const both = (name: string, one: FieldTest, other: FieldTest): Condition => ({ all: [on(name, one), on(name, other)] })

describe('a contradiction', () => {
  it.each([
    both('tags.a', { eq: 'x' }, { eq: 'y' }),
    both('tags.a', { eq: 'x' }, { ne: 'x' }),
    both('tags.a', { in: ['x', 'y'] }, { nin: ['x', 'y'] }),
    both('tags.a', { startsWith: 'x' }, { startsWith: 'y' }),
    both('tags.a', { exists: false }, { eq: 'x' }),
    on('tags.a', { in: [] }),
    both('request.inputTokens', { gt: 5 }, { lt: 5 }),
    both('request.inputTokens', { gte: 6 }, { lte: 5 }),
    on('request.inputTokens', { lt: 0 }),
    on('request.difficulty', { gt: 1 }),
    on('time.hour', { eq: 24 }),
    { any: [] },
    both('tags.a', { regex: '^x$' }, { eq: 'y' }),
    both('tags.a', { regex: '^x' }, { startsWith: 'y' }),
    both('tags.a', { eq: 'gold' }, { regex: 'silver|bronze' }),
    both('tags.a', { regex: 'x' }, { exists: false }),
    both('request.hasTools', { eq: true }, { eq: false }),
    both('request.hasTools', { ne: true }, { ne: false }),
    both('request.tier', { nin: ['simple', 'medium', 'complex', 'reasoning'] }, { exists: true }),
    both('time.weekday@Europe/Berlin', { gt: 5 }, { lt: 6 }),
    { not: { any: [on('tags.a', { eq: 'x' }), on('tags.a', { ne: 'x' })] } },
    { all: [{ not: on('tags.a', { in: ['x', 'y'] }) }, on('tags.a', { eq: 'y' })] },
    { not: { not: both('tags.a', { eq: 'x' }, { eq: 'y' }) } },
    { all: [on('tags.a', { eq: 'x' }), { any: [on('tags.a', { eq: 'y' }), on('tags.a', { ne: 'x' })] }] },
  ] satisfies Condition[])('is found in %j', condition => {
    expect(contradiction(condition)).toBeDefined()
  })
  it.each([
    both('tags.a', { ne: 'x' }, { ne: 'y' }),
    both('tags.a', { startsWith: 'x' }, { startsWith: 'xy' }),
    both('request.inputTokens', { gte: 5 }, { lte: 5 }),
    both('request.needs', { eq: 'image' }, { eq: 'tools' }),
    on('request.difficulty', { gte: 1 }),
    on('time.hour', { eq: 23 }),
    both('tags.a', { regex: '^x' }, { startsWith: 'xy' }),
    both('tags.a', { regex: '^x$|^y$' }, { eq: 'y' }),
    both('tags.a', { regex: '^gold' }, { regex: 'old$' }),
    on('request.tier', { nin: ['simple', 'medium', 'complex', 'reasoning'] }),
    { not: on('request.inputTokens', { gt: 5 }) },
    { not: both('tags.a', { eq: 'x' }, { eq: 'y' }) },
    { any: [on('tags.a', { in: [] }), on('tags.a', { eq: 'x' })] },
  ] satisfies Condition[])('is not seen in %j', condition => {
    expect(contradiction(condition)).toBeUndefined()
  })
  it.each([
    [{ any: [on('tags.a', { eq: 'x' }), on('tags.a', { ne: 'x' })] }, true],
    [{ all: [] }, true],
    [on('request.hasTools', { in: [true, false] }), true],
    [on('request.tier', { in: ['simple', 'medium', 'complex', 'reasoning'] }), false],
    [on('tags.a', { exists: true }), false],
    [{ not: both('tags.a', { eq: 'x' }, { eq: 'y' }) }, true],
  ] satisfies [Condition, boolean][])('is what %j denies if it is certain: %j', (condition, certain) => {
    expect(isCertain(condition)).toBe(certain)
  })
  it('is never claimed of a condition that some request meets', () => {
    const scalar = fc.constantFrom('x', 'xy', 'y')
    const textTest: fc.Arbitrary<FieldTest> = fc.oneof(
      scalar.map(eq => ({ eq })),
      scalar.map(ne => ({ ne })),
      fc.subarray(['x', 'xy', 'y']).map(list => ({ in: list })),
      fc.subarray(['x', 'xy', 'y']).map(nin => ({ nin })),
      scalar.map(startsWith => ({ startsWith })),
      fc.constantFrom('^x', '^x$', 'y$', 'x|z').map(regex => ({ regex })),
      fc.boolean().map(exists => ({ exists })),
    )
    const numberTest: fc.Arbitrary<FieldTest> = fc
      .tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'ne'), fc.integer({ min: -1, max: 4 }))
      .map(([operator, value]) => ({ [operator]: value }))
    const leaf = fc.oneof(
      textTest.map(test => on('tags.a', test)),
      numberTest.map(test => on('request.inputTokens', test)),
    )
    const tree: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>(tie => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }).map(all => ({ all })),
        fc.array(tie('tree'), { maxLength: 3 }).map(any => ({ any })),
        tie('tree').map(not => ({ not })),
      ),
    })).tree
    const worlds = [undefined, 'x', 'xy', 'y', 'z'].flatMap(tag =>
      [0, 1, 2, 3, 4, 5].map(count =>
        facts([candidate('c')], {
          request: { tags: tag === undefined ? {} : { a: tag }, inputTokens: count as never },
        }),
      ),
    )
    fc.assert(
      fc.property(tree, condition => {
        if (contradiction(condition) !== undefined) expect(worlds.some(world => holds(condition, world))).toBe(false)
        if (isCertain(condition)) expect(worlds.every(world => holds(condition, world))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
