/** Conditions as people write them, and what is said where one is wrong. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Condition } from '../domain/policy.ts'
import { checkCondition, parseCondition } from './parse-condition.ts'

const parsed = (value: unknown): Condition | string => {
  const found = parseCondition(value)
  return found.ok ? found.value : `${found.at ?? ''}: ${found.why}`
}

describe('a condition', () => {
  it.each([
    [{ 'tags.tier': 'gold' }, { fields: { 'tags.tier': { eq: 'gold' } } }],
    [{ 'tags.tier': ['gold', 'silver'] }, { fields: { 'tags.tier': { in: ['gold', 'silver'] } } }],
    [{ 'request.inputTokens': { gt: 10, lte: 20 } }, { fields: { 'request.inputTokens': { gt: 10, lte: 20 } } }],
    [{ 'request.inputTokens': { $gt: 10 } }, { fields: { 'request.inputTokens': { gt: 10 } } }],
    [{ team: 'a', 'tags.x': 1 }, { fields: { team: { eq: 'a' }, 'tags.x': { eq: 1 } } }],
    [{ not: { team: 'a' } }, { not: { fields: { team: { eq: 'a' } } } }],
    [
      { $or: [{ team: 'a' }, { team: 'b' }] },
      { any: [{ fields: { team: { eq: 'a' } } }, { fields: { team: { eq: 'b' } } }] },
    ],
    [{ 'metadata.user_plan': { $eq: 'paid' } }, { fields: { 'tags.user_plan': { eq: 'paid' } } }],
    [{ 'time.weekday': ['sat', 'Sunday'] }, { fields: { 'time.weekday': { in: [6, 7] } } }],
    [
      { 'time.date': { gte: '2026-12-24', lt: 20_270_102 } },
      { fields: { 'time.date': { gte: 20_261_224, lt: 20_270_102 } } },
    ],
    [
      { 'time.minuteOfDay@Europe/Berlin': { gte: '9:00', lt: '18:30' } },
      { fields: { 'time.minuteOfDay@Europe/Berlin': { gte: 540, lt: 1110 } } },
    ],
    [{ 'budget.left': { lt: '$2.50' } }, { fields: { 'budget.left': { lt: 2.5 } } }],
    [{ 'request.hasImages': true }, { fields: { 'request.hasImages': { eq: true } } }],
    [{ 'tags.tier': { $regex: '^g(old|reen)$' } }, { fields: { 'tags.tier': { regex: '^g(old|reen)$' } } }],
    [{ 'url.pathname': { $eq: '/v1/embeddings' } }, { fields: { 'request.path': { eq: '/v1/embeddings' } } }],
    [
      { model: 'gpt-4o', stream: true },
      { fields: { 'params.model': { eq: 'gpt-4o' }, 'params.stream': { eq: true } } },
    ],
    [
      { $and: [{ 'params.model': { $in: ['a', 'b'], $ne: 'c' } }, { 'metadata.a.b': { $nin: ['x'] } }], team: 'a' },
      {
        all: [
          { fields: { team: { eq: 'a' } } },
          {
            all: [
              { fields: { 'params.model': { in: ['a', 'b'], ne: 'c' } } },
              { fields: { 'tags.a.b': { nin: ['x'] } } },
            ],
          },
        ],
      },
    ],
    [
      { team: 'a', any: [{ key: 'k' }] },
      { all: [{ fields: { team: { eq: 'a' } } }, { any: [{ fields: { key: { eq: 'k' } } }] }] },
    ],
  ])('%j means what it says', (written, meant) => {
    expect(parsed(written)).toEqual(meant)
  })
  it('keeps both of two tests of one field', () => {
    expect(parsed({ team: { ne: 'a' }, fields: { team: { ne: 'b' } } })).toEqual({
      all: [{ fields: { team: { ne: 'a' } } }, { fields: { team: { ne: 'b' } } }],
    })
  })
  it.each([
    [{ 'tag.tier': 'gold' }, 'tag.tier: no field "tag.tier"'],
    [{ 'request.inputTokens': 'many' }, 'request.inputTokens: "many" is no number, and this field holds numbers'],
    [{ 'tags.tier': { eqs: 'gold' } }, 'tags.tier.eqs: no operator "eqs"; did you mean "eq"?'],
    [{ 'tags.tier': { in: 'gold' } }, 'tags.tier.in: "gold" is no list'],
    [{ 'tags.tier': {} }, 'tags.tier: {} tests nothing'],
    [{ 'tags.tier': null }, 'tags.tier: null is no value'],
    [{ 'tags.tier': { gt: '5' } }, 'tags.tier.gt: "5" is no number, and gt needs one'],
    [{ 'tags.tier': { exists: 'yes' } }, 'tags.tier.exists: "yes" is neither true nor false'],
    [{ any: { team: 'a' } }, 'any: {"team":"a"} is no list of conditions'],
    [{ any: [{ team: 'a' }, 7] }, 'any[1]: 7 is no condition'],
    [{ 'time.weekday': 'someday' }, 'time.weekday: "someday" is no number'],
    [{ 'time.date': '2026-04-31' }, 'time.date: "2026-04-31" is no number'],
    [{ 'time.minuteOfDay': { gt: '24:00' } }, 'time.minuteOfDay.gt: "24:00" is no number'],
    [{ 'time.hour@Mars': 4 }, 'time.hour@Mars: there is no time zone "Mars"'],
    [{ 'request.tier': 'complx' }, 'request.tier: "complx" is none of its values; did you mean "complex"?'],
    [
      { 'request.operation': ['chat', 'embedding'] },
      'request.operation[1]: "embedding" is none of its values; did you mean "embeddings"?',
    ],
    [{ 'request.hasTools': 'yes' }, 'request.hasTools: "yes" is none of its values'],
    [{ 'tags.a': { regex: 7 } }, 'tags.a.regex: 7 is no text, and regex needs one'],
    [
      { 'tags.a': { $regex: '(a' } },
      'tags.a.$regex: "(a" is no pattern in RE2\'s syntax (which knows no backreferences and no looking around): missing closing ): `(a`',
    ],
    [{ 'tags.a': { regex: 'a(?=b)' } }, 'tags.a.regex: "a(?=b)" is no pattern in RE2\'s syntax'],
    [{ 'tags.a': { regex: '(a{500}){500}' } }, 'tags.a.regex: "(a{500}){500}" is no pattern'],
    [{ 'tags.a': { regex: 'a'.repeat(1001) } }, `tags.a.regex: "${'a'.repeat(76)}… is too long for a pattern`],
    [{}, ': {} asks for nothing'],
    ['gold', ': "gold" is no condition'],
    [{ toString: { eq: 1 } }, 'toString: no field "toString"'],
  ])('%j is refused with its place', (written, start) => {
    expect(String(parsed(written)).startsWith(start), String(parsed(written))).toBe(true)
  })
  it('is refused when it is nested deeper than anybody writes', () => {
    let deep: unknown = { team: 'a' }
    for (let level = 0; level < 5000; level++) deep = { not: deep }
    expect(parsed(deep)).toMatch(/conditions are nested more than 32 deep$/)
  })
  it('is taken again as it came out, and anything at all is answered without an exception', () => {
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 4, key: fc.constantFrom('team', 'all', 'any', 'not', 'tags.a', 'eq', '$in', 'x') }),
        value => {
          const found = parseCondition(value)
          if (found.ok) expect(checkCondition(found.value, 'when')).toEqual(found)
          else expect(found.why).toMatch(/\S/)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a value that a field can never hold', () => {
  it.each([
    [
      { 'request.language': 'german' },
      'request.language: "german" is none of its values: languages are told in two small letters, such as en, de or ja',
    ],
    [
      { 'request.language': ['de', 'EN'] },
      'request.language[1]: "EN" is none of its values: languages are told in two small letters, such as en, de or ja',
    ],
    [
      { 'request.path': 'v1/embeddings' },
      'request.path: "v1/embeddings" is none of its values: paths begin with a slash, such as /v1/chat/completions',
    ],
    [
      { 'time.weekday': 'mondag' },
      'time.weekday: "mondag" is no number, and this field holds numbers (the day of the week: monday to sunday, or 1 to 7, UTC unless a zone is named)',
    ],
  ])('%j is told with what it holds', (written, says) => expect(parsed(written)).toBe(says))

  it('is told with the field that was meant, also where any name may stand behind the dot', () => {
    expect(parsed({ 'tag.tier': 'gold' })).toMatch(/^tag\.tier: no field "tag\.tier"; did you mean "tags\.tier"\?/)
    expect(parsed({ 'param.stream': true })).toMatch(/did you mean "params\.stream"\?/)
  })
})
