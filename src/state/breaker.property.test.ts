/** The laws of the breaker, under any order of starts, ends and waiting. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf, instant } from '../../test/live-events.ts'
import type { Instant } from '../domain/units.ts'
import { breakerAt, breakerEnded, breakerSettings, breakerStarted, newBreaker } from './breaker.ts'
import type { Breaker, Result } from './breaker.ts'

const settings = breakerSettings
const window = 60_000

type Verdict = Result['verdict']
type Act =
  | { readonly act: 'wait'; readonly time: number }
  | { readonly act: 'start' }
  /** The attempt under way at this place, counted round. */
  | { readonly act: 'end'; readonly which: number; readonly verdict: Verdict; readonly retryAfter?: number }

interface UnderWay {
  readonly startedAt: Instant
  readonly isProbe: boolean
}
interface Step {
  readonly before: Breaker
  readonly after: Breaker
  readonly result?: Result
  readonly at: Instant
  readonly tally: { readonly calls: number; readonly blamed: number }
  /** Probes that are out and have not taken too long, after this. */
  readonly probesOut: number
}

const rulesWith = (tally: { readonly calls: number; readonly blamed: number }) => ({
  settings,
  seed: 'x',
  tally: () => tally,
})

/** Plays the acts, with a window that remembers every single result. */
const play = (acts: readonly Act[]): readonly Step[] => {
  let now = 1_000
  let breaker: Breaker = newBreaker
  const underWay: UnderWay[] = []
  let counted: { at: number; bad: boolean }[] = []
  return acts.map(act => {
    if (act.act === 'wait') now += act.time
    const at = instant(now)
    const before = breakerAt(breaker, at, settings)
    breaker = before
    let result: Result | undefined
    if (act.act === 'start') {
      breaker = breakerStarted(before, at, settings)
      underWay.push({ startedAt: at, isProbe: breaker !== before })
    } else if (act.act === 'end' && underWay.length > 0) {
      const [one] = underWay.splice(act.which % underWay.length, 1)
      const failure = act.verdict === 'bad' ? failureOf('upstream-overloaded', act.retryAfter) : undefined
      result = { startedAt: one!.startedAt, at, isProbe: one!.isProbe, verdict: act.verdict, failure }
      const counts = act.verdict !== 'neither' && !(before.state === 'closed' && one!.startedAt < before.since)
      if (counts) counted.push({ at: now, bad: act.verdict === 'bad' })
    }
    counted = counted.filter(one => one.at > now - window)
    const tally = { calls: counted.length, blamed: counted.filter(({ bad }) => bad).length }
    if (result !== undefined) breaker = breakerEnded(before, result, rulesWith(tally))
    if (breaker.state === 'closed' && before.state !== 'closed') counted = []
    const probesOut = underWay.filter(
      one => one.isProbe && now < one.startedAt + settings.longestProbe && breaker.state === 'half-open',
    )
    const ofThisTime = probesOut.filter(one => breaker.state === 'half-open' && one.startedAt >= breaker.since)
    return { before, after: breaker, at, tally, probesOut: ofThisTime.length, ...(result && { result }) }
  })
}

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Verdict>('bad') },
  { weight: 4, arbitrary: fc.constant<Verdict>('good') },
  { weight: 1, arbitrary: fc.constant<Verdict>('neither') },
)
const end: fc.Arbitrary<Act> = fc.record({
  act: fc.constant('end' as const),
  which: fc.nat(20),
  verdict,
  retryAfter: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 9e6 }) },
  ),
})
const wait: fc.Arbitrary<Act> = fc.record({
  act: fc.constant('wait' as const),
  time: fc.oneof(fc.nat(2_000), fc.nat(200_000)),
})
const start: fc.Arbitrary<Act> = fc.constant({ act: 'start' })
const acts = fc.array(
  fc.oneof({ weight: 5, arbitrary: start }, { weight: 5, arbitrary: end }, { weight: 1, arbitrary: wait }),
  { minLength: 1, maxLength: 250, size: 'max' },
)

const holdsOver = (law: (step: Step) => void): void => {
  fc.assert(
    fc.property(acts, all => play(all).forEach(law)),
    { numRuns: 400 },
  )
}

describe('a breaker, whatever happens', () => {
  it('never lets more than one probe out at a time', () => {
    holdsOver(({ probesOut }) => expect(probesOut).toBeLessThanOrEqual(1))
  })

  it('opens from closed exactly when 5 in a row or more than half of 20 or more failed', () => {
    holdsOver(({ before, after, result, tally }) => {
      if (before.state !== 'closed') return
      const isCounted = result !== undefined && result.startedAt >= before.since
      const isBad = isCounted && result.verdict === 'bad'
      const inRow = before.inRow + 1
      const must = isBad && (inRow >= 5 || (tally.calls >= 20 && tally.blamed > tally.calls / 2))
      expect(after.state).toBe(must ? 'open' : 'closed')
      if (after.state !== 'closed' || !isCounted || result.verdict === 'neither') return
      expect(after.inRow).toBe(isBad ? inRow : 0)
    })
  })

  it('closes exactly after three good answers to probes or to who was asked all the same, and opens again on a bad probe', () => {
    holdsOver(({ before, after, result }) => {
      if (before.state !== 'half-open') return
      const isProbe = result?.isProbe === true && result.startedAt >= before.since
      const isTold = (result?.failure?.retryAfter ?? 0) > 0
      const isLater = result !== undefined && result.startedAt > before.opened
      if (result?.verdict === 'bad' && (isProbe || (isTold && isLater))) {
        if (after.state !== 'open') return expect.fail('a bad one left it half-open')
        return expect(after.openings).toBe(before.openings + (isProbe ? 1 : 0))
      }
      const good = before.good + (result?.verdict === 'good' && isLater ? 1 : 0)
      expect(after.state).toBe(good === 3 ? 'closed' : 'half-open')
      if (after.state === 'half-open') expect(after.good).toBe(good)
    })
  })

  it('stays open until its time has passed or somebody who was asked since is answered, whatever else ends meanwhile', () => {
    holdsOver(({ before, after, at, result }) => {
      if (before.state !== 'open') return
      expect(at).toBeLessThan(before.until)
      const isProof = result?.verdict === 'good' && result.startedAt > before.since
      expect(after.state).toBe(isProof ? 'half-open' : 'open')
      if (after.state !== 'open') return
      expect(after.until).toBeGreaterThanOrEqual(before.until)
      expect(after.openings).toBe(before.openings)
    })
  })

  it('rests 5 s, doubled up to 120 s, less a fifth at most, or as long as it was told', () => {
    holdsOver(({ before, after, at, result }) => {
      if (before.state === 'open' || after.state !== 'open') return
      const rest = after.until - at
      const told = Math.min(3_600_000, result?.failure?.retryAfter ?? 0)
      if (told > 0) return expect(rest).toBeCloseTo(told, 3)
      expect(after.isTold).toBe(false)
      const whole = Math.min(120_000, 5_000 * 2 ** (after.openings - 1))
      expect(rest).toBeLessThanOrEqual(whole)
      expect(rest).toBeGreaterThanOrEqual(whole * 0.8)
    })
  })

  it('is not moved by results of attempts from before it opened', () => {
    holdsOver(({ before, after, result }) => {
      if (before.state !== 'half-open' || result === undefined || result.startedAt > before.opened) return
      expect(after).toEqual(before)
    })
  })

  it('has no probe out that is older than a probe may get', () => {
    holdsOver(({ after, at }) => {
      if (after.state === 'half-open' && after.probe !== undefined)
        expect(at - after.probe).toBeLessThan(settings.longestProbe)
    })
  })

  it('visits every state', () => {
    const seen = new Set<string>()
    let relapses = 0
    fc.assert(
      fc.property(acts, all => {
        for (const { before, after } of play(all)) {
          seen.add(`${before.state} ${after.state}`)
          if (before.state === 'closed' && after.state === 'open' && after.openings > 1) relapses++
        }
      }),
      { numRuns: 1_000, seed: 7 },
    )
    expect(seen).toEqual(
      new Set([
        'closed closed',
        'closed open',
        'open open',
        'open half-open',
        'half-open half-open',
        'half-open open',
        'half-open closed',
      ]),
    )
    expect(relapses).toBeGreaterThan(0)
  })
})
