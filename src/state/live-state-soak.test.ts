/** A million events of every kind, in good order and bad: state stays bounded, and nothing is left under way. */
import { describe, expect, it } from 'vitest'
import {
  answered,
  attemptOf,
  candidateOf,
  decided,
  ended,
  failureOf,
  instant,
  settled,
  started,
  usageOf,
} from '../../test/live-events.ts'
import { consequences } from '../domain/failure.ts'
import type { FailureKind } from '../domain/failure.ts'
import { tokens } from '../domain/units.ts'
import { Books } from './books.ts'

const kinds = Object.keys(consequences) as FailureKind[]
const candidates = Array.from({ length: 30 }, (_, place) =>
  candidateOf(`d${place}`, { limits: { rpm: 600, tpm: 100_000, concurrent: 50 } }),
)

const chance = (seed: number): ((below: number) => number) => {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Plays `rounds` requests; in one of a hundred an event is missing, told twice or late. Gives the number of events. */
const play = (books: Books, rounds: number, seed: number): number => {
  const pick = chance(seed)
  let events = 0
  const tell = (event: Parameters<Books['hear']>[0]): void => {
    const luck = pick(300)
    if (luck === 0) return
    events += luck === 1 ? 2 : 1
    books.hear(event)
    if (luck === 1) books.hear(event)
  }
  for (let round = 0; round < rounds; round++) {
    const now = seed * 1e9 + round * 9
    const request = `r${seed}-${round}`
    const candidate = candidates[pick(candidates.length)]!
    const credential = `c${pick(3)}`
    const kind = pick(3) === 0 ? kinds[pick(kinds.length)] : undefined
    const failure = kind === undefined ? undefined : failureOf(kind, pick(4) === 0 ? pick(5_000) : undefined)
    const streamed = pick(2) === 0
    const time = 1 + pick(30_000)
    const what = {
      candidate,
      request,
      credential,
      startedAt: now - time,
      at: now,
      firstTokenAt: now - pick(time),
      streamed,
      usage: { ...usageOf(pick(2_000), pick(2_000)), inputCached: tokens(pick(2) * 500) },
      ...(failure && { failure }),
    }
    const pool = `p${pick(4)}`
    tell(
      decided(request, now, pick(100_000), 200, {
        pool,
        tags: { tenant: `tenant ${pick(4_000)}` },
        stream: streamed,
        first: candidate,
        decidedBy: '1:fast',
        reasons: [{ step: '1:fast', value: 9 }],
      }),
    )
    tell(started(candidate, now, request, credential))
    if (pick(2) === 0)
      tell(
        answered(
          candidate,
          now,
          { requests: { limit: 100, left: pick(100), resetAt: instant(now + 900) } },
          credential,
        ),
      )
    tell(ended(what))
    // Tasks are whatever callers write.
    tell(
      settled({
        request,
        at: now,
        pool,
        session: `s${pick(50_000)}`,
        task: `t${pick(5_000)}`,
        attempts: [attemptOf(what)],
        served: 0,
      }),
    )
  }
  return events
}

describe('live state under a million events', () => {
  it('holds no more than its deployments, histories and open requests', { timeout: 120_000 }, () => {
    const books = new Books({})
    let events = 0
    for (let part = 1; part <= 4; part++) events += play(books, 56_000, part)
    expect(events).toBeGreaterThan(1_000_000)
    expect(books.deployments.size).toBe(candidates.length)
    expect(books.lengths.histories).toBeLessThanOrEqual(256)
    expect(books.traffics.size).toBe(4)
    expect(books.warmth.sessions).toBeLessThanOrEqual(8_192)
    // Four pools, eight sizes, streamed or not.
    expect(books.incumbents.size).toBeLessThanOrEqual(64)
    // Thirteen slices of 128 tenants.
    for (const known of books.deployments.values()) expect(known.tenants.size).toBeLessThanOrEqual(13 * 128)
    // Those whose settling was never told: they go within the hour.
    expect(books.flights.requests).toBeLessThan(500)
    for (const known of books.deployments.values()) expect(known.inflight).toBeGreaterThanOrEqual(0)
    const later = instant(1e13)
    books.flights.sweep(later)
    expect(books.flights.requests).toBe(0)
    for (const known of books.deployments.values()) {
      expect(known.inflight).toBe(0)
      expect(known.rates.spent(later)).toEqual({ requests: 0, tokens: 0 })
      expect(known.outcomes.tally(later)).toEqual({ calls: 0, blamed: 0 })
      expect(known.timing.firstToken.samples(later)).toBe(0)
      expect(known.timing.paces.read({ operation: 'chat', streamed: true }, later)).toBeUndefined()
      expect(known.tenants.share('tenant 1', later)).toBeUndefined()
      expect(known.tenants.size).toBe(0)
    }
  })
})
