/** Open circuits are left out, and in need the least bad of them is kept behind all others. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { StepOptions } from '../../domain/policy.ts'
import type { SignalTypes } from '../../domain/signal.ts'
import { millis, unit } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { decide } from '../decide.ts'
import { healthy } from './healthy.ts'

type Circuit = SignalTypes['candidate.circuit']

const made = (options: StepOptions = {}): Constraint => {
  const found = healthy.make(options)
  if (!found.ok || found.value.kind !== 'constraint') throw new Error('no constraint')
  return found.value
}
const open = (more: Partial<Circuit> = {}): Circuit => ({ open: true, why: '5 failures in a row', ...more })
const shut: Circuit = { open: false, why: '' }

const given = (circuits: Readonly<Record<string, Circuit>>, rates: Readonly<Record<string, number>> = {}): Facts =>
  facts(
    Object.keys(circuits).map(id => candidate(id)),
    {
      signals: {
        'candidate.circuit': measured(circuits),
        'candidate.errors': measured(
          Object.fromEntries(
            Object.entries(rates).map(([id, rate]) => [id, { rate: unit(rate), inRow: 1, samples: 30 }]),
          ),
        ),
      },
    },
  )
const outOf = (step: Constraint, all: Facts): Facts['candidates'] =>
  all.candidates.filter(one => step.exclude(one, all) !== undefined)
const spared = (options: StepOptions, all: Facts): readonly string[] => {
  const step = made(options)
  return [...(step.spare?.(outOf(step, all), all.candidates, all) ?? new Map<string, string>()).keys()]
}

describe('healthy', () => {
  const said = (id: string, circuit: Circuit): string | undefined =>
    made().exclude(
      candidate(id),
      facts([candidate(id)], { signals: { 'candidate.circuit': measured({ a: circuit }) } }),
    )
  it('leaves out open circuits, and takes no news for good news', () => {
    expect(said('a', open())).toBe('circuit open: 5 failures in a row')
    expect(said('a', shut)).toBeUndefined()
    expect(said('b', open())).toBeUndefined()
    expect(said('toString', open())).toBeUndefined()
  })
  it('takes out no more than half of those that are left, and the one that is alone not at all', () => {
    expect(spared({}, given({ a: open(), b: shut, c: shut }))).toEqual([])
    expect(spared({}, given({ a: open(), b: open(), c: shut, d: shut }))).toEqual([])
    expect(spared({}, given({ a: open(), b: open(), c: shut }))).toHaveLength(1)
    expect(spared({}, given({ a: open(), b: open() }))).toHaveLength(1)
    expect(spared({}, given({ a: open() }))).toEqual(['a'])
  })
  it('keeps the least bad first: by how much fails of late, then by when it is to be tried again, then by id', () => {
    const circuits = { a: open(), b: open(), c: open(), d: open() }
    const all = given(circuits, { a: 0.9, b: 0.4, c: 0.4, d: 0.2 })
    expect(spared({ eject: '0%' }, all)).toEqual(['d', 'b', 'c', 'a'])
    const sooner = given(
      { ...circuits, c: open({ until: 5 as Instant }), b: open({ until: 9 as Instant }) },
      { b: 0.4, c: 0.4 },
    )
    expect(spared({ eject: '0%' }, sooner)).toEqual(['c', 'b', 'a', 'd'])
  })
  it('takes those that fail wholly in turn, whatever they did before: first whoever failed longest ago', () => {
    const circuits = { a: open(), b: open(), c: open() }
    const errors = (inRow: number, rate: number, sinceLast: number) => ({
      rate: unit(rate),
      inRow,
      samples: 30,
      sinceLast: millis(sinceLast),
    })
    const among = (by: Facts['signals']['candidate.errors']): Facts =>
      facts(
        Object.keys(circuits).map(id => candidate(id)),
        { signals: { 'candidate.circuit': measured(circuits), ...(by && { 'candidate.errors': by }) } },
      )
    const dead = among(measured({ a: errors(5, 0.2, 40), b: errors(9, 0.8, 9_000), c: errors(5, 0.5, 300) }))
    expect(spared({ eject: '0%' }, dead)).toEqual(['b', 'c', 'a'])
    const ailing = among(measured({ a: errors(5, 0.2, 9_000), b: errors(1, 0.6, 40), c: errors(4, 0.5, 40) }))
    expect(spared({ eject: '0%' }, ailing)).toEqual(['c', 'b', 'a'])
  })
  it('takes out all but one where the policy allows it', () => {
    const all = given({ a: open(), b: open(), c: open() }, { a: 0.9, b: 0.4, c: 0.6 })
    expect(spared({ eject: '100%' }, all)).toEqual(['b'])
    expect(spared({ eject: '100%' }, given({ a: open(), b: open(), c: shut }))).toEqual([])
  })
  it('takes out who was told to stay away or has no credential in any case, and counts none of them', () => {
    const told = given({ a: open({ by: 'told' }), b: open({ by: 'credential' }) })
    expect(spared({ eject: '0%' }, told)).toEqual([])
    const mixed = given({ a: open({ by: 'told' }), b: open(), c: open(), d: shut })
    expect(spared({}, mixed)).toEqual(['b'])
    expect(spared({ eject: '100%' }, given({ a: open({ by: 'told' }), b: open() }))).toEqual(['b'])
  })
  it('says why somebody is kept, and puts them behind all others whatever comes after', () => {
    const all = given({ a: open(), b: open({ why: '12 of 20 failed in 60 s' }), c: shut }, { a: 1, b: 0.6 })
    const decision = decide(compiled({ use: 'healthy' }, { use: 'priority' }), {
      ...all,
      candidates: all.candidates.map(one => (one.id === 'c' ? { ...one, priority: 9 } : one)),
    })
    expect(chainOf(decision)).toEqual(['c', 'b'])
    expect(decision.ranked[1]?.reasons[0]?.says).toBe(
      'kept as a last resort: 12 of 20 failed in 60 s, 60 % of its answers failed of late',
    )
  })
  it('never leaves nobody, unless all were told or have no credential, and never spares who is certain', () => {
    const circuit = fc.record({ open: fc.boolean(), by: fc.constantFrom(undefined, 'told', 'credential') })
    const anyCircuits = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), circuit, { minKeys: 1 })
    fc.assert(
      fc.property(anyCircuits, fc.integer({ min: 0, max: 100 }), (circuits, eject) => {
        const all = given(
          Object.fromEntries(
            Object.entries(circuits).map(([id, { open: isOpen, by }]) => [
              id,
              { open: isOpen, why: 'x', ...(by !== undefined && { by: by === 'told' ? 'told' : 'credential' }) },
            ]),
          ),
        )
        const step = made({ eject: `${eject}%` })
        const out = outOf(step, all)
        const kept = spared({ eject: `${eject}%` }, all)
        const isSuspect = (id: string): boolean => circuits[id]?.open === true && circuits[id]?.by === undefined
        expect(kept.every(isSuspect)).toBe(true)
        const usable = all.candidates.filter(({ id }) => circuits[id]?.open !== true || isSuspect(id)).length
        const gone = out.filter(({ id }) => isSuspect(id)).length - kept.length
        expect(gone).toBeLessThanOrEqual((usable * eject) / 100 + 1e-9)
        expect(all.candidates.length - out.length + kept.length).toBeGreaterThanOrEqual(Math.min(1, usable))
      }),
    )
  })
})
