/** Options of a step: read, checked, described. */
import { describe, expect, it } from 'vitest'
import type { Order } from '../ports/strategy.ts'
import { defaulting, maker, optional, required, shown } from './options.ts'
import { flag, share } from './parsers.ts'

const order: Order = { kind: 'order', name: 'tried', reads: [], keys: tied => tied.map(() => 0), words: String }
const made: unknown[] = []
const tried = maker({
  name: 'tried',
  kind: 'order',
  sentence: 'Tries.',
  options: {
    at: required(share, 'Where.'),
    within: optional(share, 'How near.'),
    loud: defaulting(flag, 'How loud.', false),
  },
  build: values => {
    made.push(values)
    return order
  },
})

describe('a maker', () => {
  it('hands over what was read, with defaults', () => {
    expect(tried.make({ at: '5%' })).toEqual({ ok: true, value: order })
    expect(made.at(-1)).toEqual({ at: 0.05, within: undefined, loud: false })
  })
  it('says which option is missing, wrong or unknown, and where', () => {
    expect(tried.make({})).toEqual({
      ok: false,
      why: 'at is needed: a share from 0 to 1, such as 0.05 or 5%',
      at: 'with.at',
    })
    expect(tried.make({ at: 2 })).toEqual({
      ok: false,
      why: 'at is 2; write a share from 0 to 1, such as 0.05 or 5%',
      at: 'with.at',
    })
    expect(tried.make({ at: 0.5, withn: 1 })).toEqual({
      ok: false,
      why: 'no option "withn"; did you mean "within"? (there are at, within, loud)',
      at: 'with.withn',
    })
  })
  it('is not taken in by members that every object has', () => {
    expect(tried.make(JSON.parse('{"at":0.5,"__proto__":1}'))).toMatchObject({ ok: false, at: 'with.__proto__' })
    expect(tried.make(Object.create({ at: 0.5 }))).toMatchObject({ ok: false, at: 'with.at' })
  })
  it('describes its options', () => {
    expect(tried.options).toEqual([
      { name: 'at', type: share.type, required: true, sentence: 'Where.' },
      { name: 'within', type: share.type, required: false, sentence: 'How near.' },
      { name: 'loud', type: flag.type, default: 'false', required: false, sentence: 'How loud.' },
    ])
  })
})

describe('shown', () => {
  it('shows what was found, cut short', () => {
    expect(shown('a')).toBe('"a"')
    expect(shown(undefined)).toBe('undefined')
    expect(shown({ a: [1] })).toBe('{"a":[1]}')
    expect(shown('x'.repeat(500))).toHaveLength(78)
  })
})
