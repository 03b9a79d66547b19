/** Who leads, learned from what was decided. */
import { describe, expect, it } from 'vitest'
import { candidateOf, instant, traceOf } from '../../test/live-events.ts'
import type { Decided } from '../../test/live-events.ts'
import type { DeploymentId } from '../domain/ids.ts'
import { unit } from '../domain/units.ts'
import { Incumbents } from './incumbents.ts'
import type { Shape } from './paces.ts'

const one = candidateOf('one')
const two = candidateOf('two')
const shape: Shape = { operation: 'chat', streamed: false, inputTokens: 10 }
const byFast: Decided = { first: one, decidedBy: '2:fast', reasons: [{ step: '2:fast', value: 300 }] }

const after = (...decisions: readonly Decided[]): Incumbents => {
  const incumbents = new Incumbents()
  for (const decision of decisions) incumbents.decided('p', traceOf(10, 10, decision), instant(0))
  return incumbents
}
const leads = (incumbents: Incumbents, of: Partial<Shape> = {}, now = 0) =>
  incumbents.find('p', { ...shape, ...of }, instant(now))

describe('the incumbent', () => {
  it('is who came first by speed, in that pool and for that shape', () => {
    const incumbents = after(byFast)
    expect(leads(incumbents)).toBe('one')
    expect(leads(incumbents, { inputTokens: 64 })).toBe('one')
    expect(leads(incumbents, { inputTokens: 65 })).toBeUndefined()
    expect(leads(incumbents, { streamed: true })).toBeUndefined()
    expect(leads(incumbents, { operation: 'embeddings' })).toBeUndefined()
    expect(incumbents.find('q', shape, instant(0))).toBeUndefined()
    expect(leads(after(byFast, { ...byFast, first: two, decidedBy: '1.then.0:fast' }))).toBe('two')
  })

  it('is not who was put there by a trial, a session, a price, an experiment, or because nobody else was left', () => {
    const others: readonly Decided[] = [
      { ...byFast, first: two, reasons: [{ step: '2:fast', value: -1 }] },
      { ...byFast, first: two, decidedBy: '0:sticky' },
      { ...byFast, first: two, decidedBy: '0:explore' },
      { ...byFast, first: two, decidedBy: 'only' },
      { ...byFast, first: two, decidedBy: 'tie' },
      { ...byFast, first: two, arms: [{ step: '0:split', arm: 'new', share: unit(0.05) }] },
      { decidedBy: 'none' },
    ]
    for (const other of others) expect(leads(after(byFast, other)), JSON.stringify(other.decidedBy)).toBe('one')
    const main: Decided = { ...byFast, first: two, arms: [{ step: '0:split', arm: 'old', share: unit(0.95) }] }
    expect(leads(after(byFast, main))).toBe('two')
    // A lead that was kept has a key between the trial and the first time.
    const kept: Decided = { ...byFast, first: two, reasons: [{ step: '2:fast', value: -0.003 }] }
    expect(leads(after(byFast, kept))).toBe('two')
  })

  it('is nobody after an hour without a decision', () => {
    expect(leads(after(byFast), {}, 3_599_999)).toBe('one')
    expect(leads(after(byFast), {}, 3_600_000)).toBeUndefined()
  })

  it('leaves with its deployment, and is found again after a restart', () => {
    const incumbents = after(byFast)
    const restored = new Incumbents()
    restored.restore(JSON.parse(JSON.stringify(incumbents.save(instant(5)))), { now: instant(5), shift: 0 })
    expect(leads(restored)).toBe('one')
    restored.restore([{}, null, { key: 4, id: 'x', at: 1 }], { now: instant(5), shift: 0 })
    expect(restored.size).toBe(1)
    incumbents.keepOnly(new Set(['two' as DeploymentId]))
    expect(leads(incumbents)).toBeUndefined()
  })

  it('is remembered of no more pools than there is room for, those decided last', () => {
    const incumbents = new Incumbents()
    for (let pool = 0; pool < 1_100; pool++) incumbents.decided(`p${pool}`, traceOf(10, 10, byFast), instant(pool))
    expect(incumbents.size).toBe(1_024)
    expect(incumbents.find('p0', shape, instant(1_100))).toBeUndefined()
    expect(incumbents.find('p1099', shape, instant(1_100))).toBe('one')
  })
})
