/** A decision in words: what the golden decisions do not show. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts, measured, price } from '../../test/contract/strategy.contract.ts'
import { microUsd } from '../domain/units.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'

const told = (decision: ReturnType<typeof decide>, given = facts([])): readonly string[] =>
  explain({ facts: given, decision }).split('\n')

describe('explain', () => {
  it('sorts steps as the policy runs them, the tenth behind the second', () => {
    const steps = Array.from({ length: 11 }, (_, place) => ({ use: place % 2 === 0 ? 'priority' : 'least-busy' }))
    const lines = told(decide(compiled(...steps), facts([candidate('a'), candidate('b')])))
    const places = lines.flatMap(line => /^(\d+):/.exec(line)?.[1] ?? []).map(Number)
    expect(places).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
  it('tells a decision of a step that is no longer known by its bare number', () => {
    const given = facts([candidate('a', { priority: 1 }), candidate('b', { priority: 2 })])
    const text = JSON.stringify(decide(compiled({ use: 'priority' }), given)).replaceAll('0:priority', '0:gone')
    expect(told(JSON.parse(text), given)).toContain('0:gone: a 1, b 2.')
  })
  it('says of one that is kept in need that it stands behind, not how it measures', () => {
    const open = { open: true, why: '5 failures in a row' }
    const given = facts([candidate('a'), candidate('b')], {
      signals: { 'candidate.circuit': measured({ a: open }) },
    })
    const lines = told(decide(compiled({ use: 'healthy', with: { eject: 0 } }), given), given)
    expect(lines).toContain('b comes first of 2. Step 0:healthy decided: it keeps a behind b, as a last resort.')
  })
  it('names as racing who will: one of each provider', () => {
    const provider = (id: string, at: string) => candidate(id, { provider: at as never })
    const given = facts([provider('a', 'x'), provider('b', 'x'), provider('c', 'y')])
    const lines = told(decide(compiled({ execution: { mode: 'race', width: 2 } }), given), given)
    expect(lines).toContain('a and c race, as far as the cap and the request allow; the first content wins.')
    expect(lines).toContain('If they fail: b.')
  })
  it('is made from the trace alone, also when it was stored', () => {
    const given = facts([candidate('a'), candidate('b')], { bounds: { lock: 'openai' } })
    const trace = { facts: given, decision: decide(compiled({ use: 'random' }), given) }
    expect(explain(JSON.parse(JSON.stringify(trace)))).toBe(explain(trace))
  })
  it('tells what the request forbids and what it would like, and the measure of each wish in its own unit', () => {
    const given = facts([candidate('a'), candidate('b', price(3, 4)), candidate('c', price(9, 9))], {
      bounds: { maxPrice: { input: microUsd(5e6), image: microUsd(20_000) }, tags: {}, requireParameters: true },
      asked: { models: [['a', 'b'] as never, ['c'] as never], order: ['openai'], sort: 'cheap', only: true },
    })
    const lines = told(decide(compiled({ use: 'random' }), given), given)
    expect(lines).toContain(
      "The request's own bounds: $5 at most for a million tokens in; $0.02 at most for a picture; no parameter lost; nobody but openai.",
    )
    expect(lines).toContain('It would have first: a and b before c; of these openai; of these the cheapest.')
    expect(lines).toContain('house:asked-price: a 2,000 µ$, b 5,000 µ$.')
    expect(lines.join(' ')).toMatch(
      /Step house:asked-price decided: a with 2,000 µ\$ before b with 5,000 µ\$\. Before it, /,
    )
  })
})
