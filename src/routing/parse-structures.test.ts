/** Splits and executions as people write them, and what is said where they are wrong. */
import { describe, expect, it } from 'vitest'
import { parseExecution } from './parse-execution.ts'
import { parseStep } from './parse-step.ts'

const read = (written: unknown): unknown => {
  const step = parseStep(written, 'steps[0]')
  return step.ok ? step.value : `${step.at}: ${step.why}`
}
const executed = (written: unknown): unknown => {
  const found = parseExecution(written, 'execution')
  return found.ok ? found.value : `${found.at}: ${found.why}`
}

describe('a split', () => {
  it('has arms by name; one may leave its share out and gets the rest', () => {
    const arms = {
      canary: { share: '5%', steps: ['cheap'] },
      ghost: { share: 0.1, shadow: true, maxSpend: '$2', steps: { use: 'fast' } },
      rest: {},
    }
    expect(read({ split: { by: 'session', arms } })).toEqual({
      split: [
        { name: 'canary', share: 0.05, steps: [{ use: 'cheap' }] },
        { name: 'ghost', share: 0.1, shadow: true, maxSpend: 2_000_000, steps: [{ use: 'fast' }] },
        { name: 'rest', share: 0.95, steps: [] },
      ],
      by: 'session',
    })
  })
  it('is read again from what was read, to the same', () => {
    const arms = {
      a: { share: '30%', steps: [{ split: { arms: { x: { share: 1 } } } }] },
      b: { share: 0.5, shadow: true, maxSpend: 1.5 },
      c: {},
    }
    const once = read({ split: { by: 'tags.tenant', arms } })
    expect(read(JSON.parse(JSON.stringify(once)))).toEqual(once)
  })
  it.each([
    [
      { split: { arms: { a: { share: '70%' }, b: { share: '40%' } } } },
      /steps\[0\]\.split\.arms: the shares sum to 110 %/,
    ],
    [
      { split: { arms: { a: { share: '70%' }, b: { share: '20%' } } } },
      /the shares sum to 90 %; let one arm have the rest/,
    ],
    [{ split: { arms: { a: {}, b: {} } } }, /a and b have no share/],
    [{ split: { arms: { a: { shadow: true } } } }, /the shadow a needs a share/],
    [{ split: { arms: { a: { share: 1, shadow: true } } } }, /no arm answers/],
    [{ split: { arms: {} } }, /has no arms/],
    [{ split: { arms: { a: 5 } } }, /steps\[0\]\.split\.arms\.a: 5 is no arm/],
    [{ split: { arms: { a: { shaer: 1 } } } }, /no member "shaer"; did you mean "share"\?/],
    [{ split: { arms: { 'a b': { share: 1 } } } }, /"a b" is no name for an arm/],
    [{ split: { arms: { a: { share: 2 } } } }, /arms\.a\.share: share is 2/],
    [{ split: { arms: { a: { share: 1, maxSpend: 1 } } } }, /maxSpend has no effect without shadow/],
    [
      { split: { by: 'weather', arms: { a: {} } } },
      /steps\[0\]\.split\.by: by is "weather"; write request, session, user or tags\.NAME/,
    ],
    [{ split: { arms: { a: { steps: [7] } } } }, /steps\[0\]\.split\.arms\.a\.steps\[0\]: 7 is no step/],
    [{ split: { arms: { a: {} }, bye: 1 } }, /no member "bye"; did you mean "by"\?/],
  ])('%j is refused with what would be right', (written, says) => {
    expect(read(written)).toMatch(says)
  })
})

describe('an execution', () => {
  it.each([
    ['race', { mode: 'race', width: 2 }],
    ['hedge', { mode: 'hedge', after: 'p95' }],
    [
      { mode: 'hedge', after: '300ms', cap: { share: '20%', spend: 0.1 } },
      { mode: 'hedge', after: 300, cap: { share: 0.2, spend: 0.1 } },
    ],
    [
      { mode: 'race', width: 3, cap: { share: 1 } },
      { mode: 'race', width: 3, cap: { share: 1 } },
    ],
    ['cascade', { mode: 'cascade', check: { schema: true, toolCalls: true, finished: true } }],
    [
      { mode: 'cascade', check: { confidence: '80%', judge: 'judges' } },
      { mode: 'cascade', check: { confidence: 0.8, judge: 'judges' } },
    ],
    [{ mode: 'fallback' }, { mode: 'fallback' }],
  ])('%j is read, and read again to the same', (written, found) => {
    expect(executed(written)).toEqual(found)
    expect(executed(found)).toEqual(found)
  })
  it.each([
    ['rase', /mode is "rase"; did you mean "race"\?; write one of/],
    [{ mode: 'race', after: 5 }, /execution\.after: after has no effect with mode race; leave it out/],
    [{ mode: 'race', width: 1 }, /execution\.width: width is 1; write a whole number from 2 to 10/],
    [{ mode: 'hedge', after: 'soon' }, /execution\.after: after is "soon"/],
    [{ mode: 'hedge', cap: 5 }, /execution\.cap: 5 is no cap/],
    [{ mode: 'hedge', cap: { shar: 1 } }, /execution\.cap\.shar: no member "shar"; did you mean "share"\?/],
    [{ mode: 'cascade', check: {} }, /execution\.check: a check that checks nothing/],
    [{ mode: 'cascade', check: { schema: 'yes' } }, /execution\.check\.schema: schema is "yes"/],
    [{ mode: 'race', widht: 3 }, /no member "widht"; did you mean "width"\?/],
    [7, /7 is no execution/],
  ])('%j is refused with what would be right', (written, says) => {
    expect(executed(written)).toMatch(says)
  })
})
