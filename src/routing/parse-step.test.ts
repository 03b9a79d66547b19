/** Steps as people write them, and what is said where one is wrong. */
import { describe, expect, it } from 'vitest'
import { parseStep } from './parse-step.ts'

const said = (value: unknown): string => {
  const found = parseStep(value, 'steps[0]')
  return found.ok ? 'fine' : `${found.at ?? ''}: ${found.why}`
}

describe('a step', () => {
  it('is a name, a name with options, or a branch', () => {
    expect(parseStep('cheap', 'steps[0]')).toEqual({ ok: true, value: { use: 'cheap' } })
    expect(parseStep({ use: 'cheap', with: { within: '5%' } }, 'steps[0]')).toEqual({
      ok: true,
      value: { use: 'cheap', with: { within: '5%' } },
    })
    expect(parseStep({ use: 'cheap', with: null }, 'steps[0]')).toEqual({ ok: true, value: { use: 'cheap' } })
    expect(
      parseStep({ when: { team: 'a' }, then: 'cheap', otherwise: ['fast', { use: 'random' }] }, 'steps[0]'),
    ).toEqual({
      ok: true,
      value: {
        when: { fields: { team: { eq: 'a' } } },
        then: [{ use: 'cheap' }],
        otherwise: [{ use: 'fast' }, { use: 'random' }],
      },
    })
  })
  it.each([
    [
      { use: 'cheap', whith: {} },
      'steps[0].whith: no member "whith"; did you mean "with"? (a step has use, with, blend, weight)',
    ],
    [{ use: 3 }, 'steps[0].use: 3 is no name of a step'],
    [{ use: 'cheap', with: 5 }, 'steps[0].with: 5 holds no options; write { name: value }'],
    [{ when: { team: 'a' } }, 'steps[0]: needs then: the steps that are taken where it holds'],
    [
      { when: { team: 'a' }, then: [{ use: 'a' }, 7] },
      'steps[0].then[1]: 7 is no step; write a name, { use, with }, { when, then, otherwise }, { split } or { execution }',
    ],
    [{ when: { teem: 'a' }, then: 'cheap' }, 'steps[0].when.teem: no field "teem"; did you mean "team"?'],
    [{ when: { team: 'a' }, then: 'cheap', else: 'fast' }, 'steps[0].else: no member "else"'],
    [{ uses: 'cheap' }, 'steps[0].uses: no member "uses"; did you mean "use"?'],
    [{ then: 'cheap' }, 'steps[0]: {"then":"cheap"} is no step'],
    [null, 'steps[0]: null is no step'],
  ])('%j is refused with its place', (written, start) => {
    expect(said(written).startsWith(start), said(written)).toBe(true)
  })
  it('is refused when branches are nested deeper than anybody writes', () => {
    let deep: unknown = 'cheap'
    for (let level = 0; level < 2000; level++) deep = { when: { team: 'a' }, then: [deep] }
    expect(said(deep)).toMatch(/steps are nested more than 32 deep$/)
  })
})
