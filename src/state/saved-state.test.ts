/** Live state saved and restored: the same answers as before, whatever had happened; and no harm from what is old or damaged. */
import fc from 'fast-check'
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
  traceOf,
  usageOf,
} from '../../test/live-events.ts'
import { consequences } from '../domain/failure.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { CredentialId, DeploymentId, ProviderId, VirtualKeyId } from '../domain/ids.ts'
import { millis, tokens } from '../domain/units.ts'
import type { LiveStateOptions } from './books.ts'
import { liveState } from './live-state.ts'
import type { LiveState } from './live-state.ts'

const candidates = ['a', 'b', 'c'].map(id => candidateOf(id, { limits: { rpm: 50, tpm: 100_000 } }))
const credentials = ['k1', 'k2'].map(id => ({ id: id as CredentialId }))
const acme = 'acme' as ProviderId
const kinds = Object.keys(consequences) as FailureKind[]
const start = 1_700_000_000_000

interface Act {
  readonly wait: number
  readonly who: number
  readonly key: number
  readonly input: number
  readonly took: number
  readonly streamed: boolean
  readonly kind: FailureKind | undefined
  readonly retryAfter: number | undefined
  readonly left: number | undefined
}
const act: fc.Arbitrary<Act> = fc.record({
  wait: fc.oneof({ weight: 6, arbitrary: fc.nat(500) }, { weight: 1, arbitrary: fc.nat(20_000) }),
  who: fc.nat(2),
  key: fc.nat(1),
  input: fc.oneof(fc.nat(60), fc.nat(100_000)),
  took: fc.integer({ min: 1, max: 20_000 }),
  streamed: fc.boolean(),
  kind: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...kinds) }),
  retryAfter: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(100_000) }),
  left: fc.oneof(fc.constant(undefined), fc.nat(40)),
})

/** One request from its decision to its end. */
const play = (live: LiveState, act: Act, number: number, now: number): void => {
  const candidate = candidates[act.who]!
  const credential = credentials[act.key]!.id
  const request = `r${number}`
  const failure = act.kind && failureOf(act.kind, act.retryAfter)
  const how = {
    pool: 'p',
    stream: act.streamed,
    first: candidate,
    decidedBy: '1:fast',
    reasons: [{ step: '1:fast', value: 5 }],
  }
  live.hear(decided(request, now - act.took, act.input, 50, how))
  live.takeTurn('p')
  live.hear(started(candidate, now - act.took, request, credential))
  if (act.left !== undefined)
    live.hear(
      answered(candidate, now, { requests: { limit: 40, left: act.left, resetAt: instant(now + 9_000) } }, credential),
    )
  const what = {
    candidate,
    request,
    credential,
    startedAt: now - act.took,
    firstTokenAt: now - act.took / 2,
    at: now,
    streamed: act.streamed,
    usage: { ...usageOf(act.input, 40), inputCached: tokens(act.input) },
    ...(failure && { failure }),
  }
  live.hear(ended(what))
  live.hear(
    settled({
      request,
      at: now,
      pool: 'p',
      task: 'chat',
      session: `s${act.who}`,
      attempts: [attemptOf(what)],
      served: 0,
      cost: 10,
      decision: traceOf(1, 1, { decidedBy: number % 3 === 0 ? '0:explore' : '1:fast' }),
    }),
  )
}

/** All that can be asked of it. */
const answersOf = (live: LiveState, now: number): unknown => {
  const at = instant(now)
  const session = { key: 'k' as VirtualKeyId, session: 's1' }
  return JSON.parse(
    JSON.stringify({
      turn: live.turn('p'),
      explored: live.explored('p', at),
      lengths: [live.outputTokens('p', 'chat'), live.outputTokens('p', undefined)],
      incumbents: [5, 60_000].map(inputTokens =>
        [true, false].map(streamed => live.incumbent('p', { operation: 'chat', streamed, inputTokens }, at)),
      ),
      credentials: credentials.map(one => candidates.map(({ id }) => live.credentialsRest(acme, [one], at, id))),
      by: candidates.map(candidate => ({
        circuit: live.circuit(candidate.id, at),
        errors: live.errors(candidate.id, at),
        headroom: live.headroom(candidate, at, credentials),
        warm: live.warm(candidate.id, session, at),
        retry: live.retryAllowed('p', candidate.id, instant(now + 60_000)),
        latency: [undefined, 5, 60_000].map(inputTokens =>
          [true, false].map(streamed =>
            live.latency(candidate.id, { operation: 'chat', streamed, inputTokens, outputTokens: 30 }, at),
          ),
        ),
      })),
      snapshot: live.snapshot(at),
    }),
  )
}

const restoredFrom = (live: LiveState, now: number, options: LiveStateOptions = { seed: 'x' }): LiveState => {
  const restored = liveState(options)
  restored.restore(JSON.parse(JSON.stringify(live.save(instant(now)))), instant(now))
  return restored
}
const some = (times = 40): { readonly live: LiveState; readonly now: number } => {
  const live = liveState({ seed: 'x' })
  let now = start
  for (let number = 0; number < times; number++) {
    now += 100
    const ill = number % 2 === 0
    play(
      live,
      {
        wait: 0,
        who: ill ? 0 : 1,
        key: 0,
        input: 100,
        took: 80,
        streamed: true,
        kind: ill ? 'upstream-timeout' : undefined,
        retryAfter: undefined,
        left: 30,
      },
      number,
      now,
    )
  }
  return { live, now }
}

describe('what was saved', () => {
  it('answers as it did before, at once and later', () => {
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 1, maxLength: 80 }),
        fc.constantFrom(0, 1_000, 30_000, 400_000),
        (acts, later) => {
          // A restart asks a refused key again sooner than this house would: that is told apart below.
          const options = { seed: 'x', credentials: { longestRetirement: millis(30_000) } }
          const live = liveState(options)
          let now = start
          for (const [number, one] of acts.entries()) {
            now += one.wait
            play(live, one, number, now)
          }
          const restored = restoredFrom(live, now, options)
          expect(answersOf(restored, now)).toEqual(answersOf(live, now))
          expect(answersOf(restored, now + later)).toEqual(answersOf(live, now + later))
          // And it goes on in the same way.
          for (const [number, one] of acts.slice(0, 9).entries()) {
            now += 50
            for (const each of [live, restored]) play(each, one, 1_000 + number, now)
          }
          expect(answersOf(restored, now)).toEqual(answersOf(live, now))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('keeps open circuits, told limits, latency, leads and the turn', () => {
    const { live, now } = some()
    const restored = restoredFrom(live, now)
    expect(restored.circuit('a' as DeploymentId, instant(now))).toMatchObject({ state: 'open' })
    expect(restored.latency('b' as DeploymentId, { operation: 'chat', streamed: true }, instant(now))?.samples).toBe(20)
    expect(restored.headroom(candidates[1]!, instant(now), credentials.slice(0, 1))).toMatchObject({ requests: 0.6 })
    expect(restored.turn('p')).toBe(40)
    expect(restored.incumbent('p', { operation: 'chat', streamed: true, inputTokens: 100 }, instant(now))).toBe('b')
  })

  it('lets what is past go: after an hour nobody is ill, slow or limited', () => {
    const { live, now } = some()
    const saved = JSON.parse(JSON.stringify(live.save(instant(now))))
    const late = instant(now + 3_600_000)
    const restored = liveState()
    restored.restore(saved, late)
    expect(restored.circuit('a' as DeploymentId, late).open).toBe(false)
    expect(restored.latency('b' as DeploymentId, { operation: 'chat', streamed: true }, late)).toBeUndefined()
    expect(restored.headroom(candidates[1]!, late)).toMatchObject({ requests: 1, tokens: 1 })
    expect(restored.errors('b' as DeploymentId, late)).toBeUndefined()
  })

  it('counts as saved just now where the clock was set back', () => {
    const { live, now } = some()
    const saved = JSON.parse(JSON.stringify(live.save(instant(now))))
    const back = instant(now - 86_400_000)
    const restored = liveState()
    restored.restore(saved, back)
    const rest = (live.circuit('a' as DeploymentId, instant(now)).until ?? 0) - now
    expect((restored.circuit('a' as DeploymentId, back).until ?? 0) - back).toBeCloseTo(rest, 3)
    expect(restored.latency('b' as DeploymentId, { operation: 'chat', streamed: true }, back)?.samples).toBe(20)
    expect(restored.incumbent('p', { operation: 'chat', streamed: true, inputTokens: 100 }, back)).toBe('b')
  })

  it('is restored of the deployments that there still are', () => {
    const { live, now } = some()
    const restored = liveState()
    const only = new Set(['b' as DeploymentId])
    restored.restore(JSON.parse(JSON.stringify(live.save(instant(now)))), instant(now), only)
    expect(restored.snapshot(instant(now)).map(({ id }) => id)).toEqual(['b'])
    restored.restore(JSON.parse(JSON.stringify(live.save(instant(now)))), instant(now), new Set(['z' as DeploymentId]))
    expect(
      restored.incumbent('p', { operation: 'chat', streamed: true, inputTokens: 100 }, instant(now)),
    ).toBeUndefined()
  })

  it('holds a refused key out for half a minute at most: a restart may have brought another', () => {
    const live = liveState()
    for (let time = 0; time < 5; time++)
      live.hear(
        ended({
          candidate: candidates[0]!,
          credential: 'k1',
          startedAt: start + time,
          at: start + time,
          failure: failureOf('upstream-quota'),
        }),
      )
    const at = instant(start + 4)
    const until = (one: LiveState) => one.credentialsRest(acme, credentials.slice(0, 1), at, candidates[0]!.id)?.until
    expect(until(live)).toBe(at + 480_000)
    const restored = restoredFrom(live, at)
    expect(until(restored)).toBe(at + 30_000)
    // It goes on doubling where it stood.
    const refused = { startedAt: at + 40_000, at: at + 40_000, failure: failureOf('upstream-quota') }
    restored.hear(ended({ candidate: candidates[0]!, credential: 'k1', ...refused }))
    const next = instant(at + 40_000)
    expect(restored.credentialsRest(acme, credentials.slice(0, 1), next, candidates[0]!.id)?.until).toBe(next + 600_000)
  })

  it('does no harm when it is of another version, damaged anywhere, or no state at all', () => {
    const { live, now } = some()
    const text = JSON.stringify(live.save(instant(now)))
    const empty = JSON.stringify(liveState().save(instant(now)))
    const after = (saved: unknown): string => {
      const restored = liveState()
      restored.restore(saved, instant(now))
      return JSON.stringify(restored.save(instant(now)))
    }
    for (const nothing of [
      undefined,
      null,
      4,
      'x',
      [],
      {},
      { ...JSON.parse(text), version: 2 },
      { ...JSON.parse(text), at: null },
    ])
      expect(after(nothing)).toBe(empty)
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('null', '-1', '"x"', '{}', '[]', '1e308', 'true'), (place, put) => {
        // One value anywhere becomes another.
        const values = [...text.matchAll(/(?<=[:,[])(?:-?\d[\d.e+]*|"[^"]*"|true|false|null)(?=[,}\]])/g)]
        const found = values[place % values.length]!
        const damaged = text.slice(0, found.index) + put + text.slice(found.index + found[0].length)
        const restored = liveState()
        restored.restore(JSON.parse(damaged), instant(now))
        answersOf(restored, now)
        play(
          restored,
          {
            wait: 0,
            who: 0,
            key: 0,
            input: 9,
            took: 9,
            streamed: true,
            kind: undefined,
            retryAfter: undefined,
            left: 3,
          },
          1,
          now,
        )
        for (const latency of candidates.map(({ id }) =>
          restored.latency(id, { operation: 'chat', streamed: true }, instant(now)),
        ))
          if (latency !== undefined) expect(latency.p95).toBeGreaterThan(0)
        expect(() => restored.save(instant(now))).not.toThrow()
      }),
      { numRuns: 400 },
    )
  })

  it('is no larger than what is known of late: a busy hour of nine deployments fits into a megabyte', () => {
    const live = liveState()
    const nine = Array.from({ length: 9 }, (_, place) => candidateOf(`d${place}`))
    let now = start
    for (let number = 0; number < 60_000; number++) {
      now += 20
      const candidate = nine[number % 9]!
      const took = 300 + ((number * 7_919) % 4_001)
      live.hear(decided(`r${number}`, now, 10 + ((number * 31) % 9_000), 50, { pool: 'p' }))
      live.hear(started(candidate, now, `r${number}`))
      live.hear(
        ended({
          candidate,
          request: `r${number}`,
          startedAt: now - took,
          firstTokenAt: now - took / 2,
          at: now,
          streamed: true,
          usage: usageOf(100, 40),
        }),
      )
      live.hear(settled({ request: `r${number}`, at: now }))
    }
    const text = JSON.stringify(live.save(instant(now)))
    expect(text.length).toBeGreaterThan(50_000)
    expect(text.length).toBeLessThan(1_000_000)
  })
})
