/** Answers held back until they are judged, and answers gone on with: time, leaving, size and pressure, with a clock that the test moves. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../test/clock.ts'
import { fakeDialect, requestOf } from '../../test/fake-dialect.ts'
import { deliveryOf } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { CredentialId, DecisionId, DeploymentId, DialectId, ModelId, ProviderId, SpanId } from '../domain/ids.ts'
import type { Judgement } from '../domain/outcome.ts'
import { millis, unit } from '../domain/units.ts'
import type { Transport, WireListener } from '../ports/transport.ts'
import { bearer } from '../providers/authorize.ts'
import { speak } from '../providers/speak.ts'
import { Dispatch } from './dispatch.ts'
import type { Hands } from './hands.ts'
import { nextMove } from './next-move.ts'
import { refusalIn } from './reading.ts'

interface Wire {
  readonly listener: WireListener
  isStopped: boolean
  isPaused: boolean
  say(...words: readonly string[]): void
}

const candidate = (id: string): Candidate => ({
  id: id as DeploymentId,
  provider: id as ProviderId,
  model: `model-${id}` as ModelId,
  dialect: 'fake' as DialectId,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
})

const decisionOf = (change: Partial<RoutingDecision> = {}): RoutingDecision => ({
  id: 'd' as DecisionId,
  policy: { name: 'p', version: '1' },
  ranked: ['a', 'b', 'c'].map(id => ({ candidate: candidate(id), excluded: false, tier: 0, reasons: [] })),
  excluded: [],
  propensity: {},
  decidedBy: 'tie',
  confidence: unit(1),
  seed: 's',
  execution: { mode: 'fallback' },
  patience: {
    maxAttempts: 3,
    retriesPerCandidate: 0,
    maxWait: millis(1000),
    connect: millis(1000),
    firstToken: millis(90_000),
    idle: millis(90_000),
    total: millis(60_000),
  },
  fallbackOn: [],
  midStream: 'error',
  ...change,
})

const scene = async (change: Partial<Hands>, decided: Partial<RoutingDecision> = {}) => {
  const clock = testClock()
  const wires: Wire[] = []
  const transport: Transport = {
    send: (_, listener) => {
      const say = (...words: readonly string[]): void => {
        for (const word of words) listener.data(new TextEncoder().encode(`data: ${word}\n\n`))
      }
      const wire: Wire = { listener, isStopped: false, isPaused: false, say }
      wires.push(wire)
      return {
        pause: () => void (wire.isPaused = true),
        resume: () => void (wire.isPaused = false),
        stop: () => void (wire.isStopped = true),
      }
    },
  }
  const decision = decisionOf(decided)
  const adapter = (id: ProviderId) => {
    const settings = { id, credentials: [{ id: 'k' as CredentialId, reference: 'k', weight: 1 }], version: '0' }
    return speak({ settings, system: id, dialect: fakeDialect, url: `http://${id}.test`, path: '/', authorize: bearer })
  }
  const told = {
    deliveries: [] as Delivery[],
    endings: [] as (Failure | undefined)[],
    isOpen: true,
    began: 0,
    wentOn: 0,
  }
  const hands: Hands = {
    request: requestOf({ stream: true }),
    clock,
    transport,
    secrets: { read: async () => 'secret' },
    patience: decision.patience,
    refusalFails: false,
    staysWithFirst: false,
    adapter,
    credential: ({ credentials }) => credentials[0],
    credentialsLeft: () => 0,
    resting: () => ({ kind: 'upstream-credential', message: 'rests' }),
    isOpen: () => false,
    mayRetry: () => true,
    mayAskSeveral: () => true,
    priceOf: () => undefined,
    span: () => 'span' as SpanId,
    draw: () => 0.5,
    tell: () => undefined,
    ...change,
  }
  const dispatch = new Dispatch(decision, hands, {
    begin: () => void (told.began += 1),
    goOn: () => void (told.wentOn += 1),
    deliver: delivery => {
      told.deliveries.push(delivery)
      return told.isOpen
    },
    end: failure => void told.endings.push(failure),
    opened: () => undefined,
    drained: () => undefined,
  })
  const words = (): string =>
    told.deliveries
      .flatMap(({ events = [] }) => events)
      .map(event => (event.type === 'text-delta' ? event.text : ''))
      .join('')
  dispatch.start()
  await settle()
  return Object.assign(told, { clock, wires, dispatch, words })
}
const good = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const answers = (wire: Wire | undefined, ...words: readonly string[]): void => {
  wire?.listener.head(good)
  wire?.say(...words, '.')
}

/** A judge that waits for the test. */
const waitingJudge = () => {
  const judge = { done: undefined as ((judgement: Judgement) => void) | undefined, stopped: 0 }
  const hands: Pick<Hands, 'judge'> = {
    judge: (_, done) => {
      judge.done = done
      return () => void (judge.stopped += 1)
    },
  }
  return { judge, hands }
}
const check = (isGood: (text: string) => boolean): Pick<Hands, 'checks'> => ({
  checks: [
    {
      name: 'words',
      applies: () => true,
      judge: ({ choices }) => {
        const text = choices[0]?.parts.map(part => (part.type === 'text' ? part.text : '')).join('') ?? ''
        return isGood(text) ? { ok: true } : { ok: false, why: `${text} is wrong` }
      },
    },
  ],
})

describe('an answer that waits for its judge', () => {
  it('is shown as soon as the judge lets it pass; the time of the judge is not its own', async () => {
    const { judge, hands } = waitingJudge()
    const one = await scene(hands)
    answers(one.wires[0], 'yes')
    expect(one.words()).toBe('')
    await one.clock.pass(5_000)
    judge.done?.('passed')
    expect(one.words()).toBe('yes')
    expect(one.endings).toEqual([undefined])
    const [attempt] = one.dispatch.attempts
    expect(attempt).toMatchObject({ judged: 'passed', committed: true })
    expect((attempt?.endedAt ?? 0) - (attempt?.startedAt ?? 0)).toBe(0)
  })
  it('is shown unjudged when all the time is over', async () => {
    const { judge, hands } = waitingJudge()
    const one = await scene(hands)
    answers(one.wires[0], 'yes')
    await one.clock.pass(60_000)
    expect(one.words()).toBe('yes')
    expect(one.endings).toEqual([undefined])
    expect(judge.stopped).toBe(1)
    expect(one.dispatch.attempts[0]).toMatchObject({ judged: 'unjudged' })
    judge.done?.('rejected')
    expect(one.dispatch.attempts).toHaveLength(1)
  })
  it('is nobody’s any more when the client leaves', async () => {
    const { judge, hands } = waitingJudge()
    const one = await scene(hands)
    answers(one.wires[0], 'yes')
    one.dispatch.abort()
    expect(judge.stopped).toBe(1)
    expect(one.words()).toBe('')
    expect(one.endings).toMatchObject([{ kind: 'cancelled' }])
    expect(one.clock.waiting()).toBeLessThanOrEqual(1)
  })
})

describe('an answer that is checked', () => {
  it('is shown before its end, unchecked, once it is larger than anybody would keep', async () => {
    let checked = 0
    const one = await scene(check(() => (checked += 1) < 0))
    one.wires[0]?.listener.head(good)
    const piece = 'x'.repeat(1024 * 1024)
    for (let count = 0; count < 4; count++) one.wires[0]?.say(piece)
    expect(one.began).toBe(1)
    one.wires[0]?.say('.')
    expect(one.endings).toEqual([undefined])
    expect(checked).toBe(0)
    expect(one.words()).toHaveLength(4 * 1024 * 1024)
  })
  it('is shown though it did not pass when the next one takes all the time that is left', async () => {
    const one = await scene(check(text => text === 'right'))
    answers(one.wires[0], 'wrong')
    await settle()
    expect(one.wires).toHaveLength(2)
    await one.clock.pass(60_000)
    expect(one.words()).toBe('wrong')
    expect(one.endings).toEqual([undefined])
    expect(one.dispatch.attempts.map(({ failure, committed }) => [failure?.kind, committed])).toEqual([
      ['answer-invalid', true],
      ['cancelled', false],
    ])
  })
  it('is not shown to a client that has left', async () => {
    const one = await scene(check(() => false))
    answers(one.wires[0], 'wrong')
    await settle()
    one.dispatch.abort()
    expect(one.words()).toBe('')
    expect(one.endings).toMatchObject([{ kind: 'cancelled' }])
  })
  it('wins a race only if it passes', async () => {
    const one = await scene(
      check(text => text === 'right'),
      { execution: { mode: 'race', width: 2 } },
    )
    answers(one.wires[0], 'wrong')
    expect(one.began).toBe(0)
    answers(one.wires[1], 'right')
    expect(one.words()).toBe('right')
    expect(one.endings).toEqual([undefined])
  })
})

describe('whoever goes on with an answer', () => {
  const breaking = async () => {
    const one = await scene({}, { midStream: 'continue' })
    one.wires[0]?.listener.head(good)
    one.wires[0]?.say('Once', ' upon')
    one.wires[0]?.listener.error({ kind: 'closed', message: 'reset' })
    await settle()
    return one
  }
  it('is asked at once, alone, and shown in the same answer', async () => {
    const one = await breaking()
    expect(one.wires).toHaveLength(2)
    answers(one.wires[1], 'Once upon', ' a time')
    expect(one.words()).toBe('Once upon a time')
    expect([one.began, one.wentOn]).toEqual([1, 1])
    expect(one.endings).toEqual([undefined])
  })
  it('is stopped as the first one is when the client reads too slowly, or leaves', async () => {
    const one = await breaking()
    one.isOpen = false
    one.wires[1]?.listener.head(good)
    one.wires[1]?.say('Once upon', ' a time')
    expect(one.wires[1]?.isPaused).toBe(true)
    one.dispatch.resume()
    expect(one.wires[1]?.isPaused).toBe(false)
    one.dispatch.abort()
    expect(one.wires[1]?.isStopped).toBe(true)
    expect(one.endings).toMatchObject([{ kind: 'cancelled' }])
  })
  it('is not asked once the client has left', async () => {
    const one = await scene({}, { midStream: 'continue' })
    one.wires[0]?.listener.head(good)
    one.wires[0]?.say('Once')
    one.dispatch.abort()
    await settle()
    expect(one.wires).toHaveLength(1)
  })
  it('has what is left of the time, not a new time', async () => {
    const one = await breaking()
    await one.clock.pass(60_000)
    expect(one.wires[1]?.isStopped).toBe(true)
    expect(one.endings).toHaveLength(1)
    expect(one.endings[0]).toBeDefined()
  })
})

describe('what a guardrail of the provider stopped', () => {
  const stopped = deliveryOf([{ type: 'choice-end', reason: 'refused', raw: 'guardrail_intervened' }])
  const refused = deliveryOf([{ type: 'choice-end', reason: 'refused', raw: 'refusal' }])
  it('is told apart from a refusal, each for the policy to send on', () => {
    const kinds = (refusalFails: boolean, guardrailFails: boolean) =>
      [stopped, refused].map(one => refusalIn(one, { refusalFails, guardrailFails })?.kind)
    expect(kinds(false, false)).toEqual([undefined, undefined])
    expect(kinds(false, true)).toEqual(['blocked', undefined])
    expect(kinds(true, false)).toEqual(['content-refused', 'content-refused'])
    expect(kinds(true, true)).toEqual(['blocked', 'content-refused'])
  })
  it.each([
    [['guardrail'], 'call'],
    [['refusal'], 'give-up'],
    [[], 'give-up'],
  ] as const)('is asked of the next one where the policy names %j', (fallbackOn, move) => {
    const decision = decisionOf({ fallbackOn })
    const failed = { kind: 'blocked', message: 'stopped' } as const
    const now = 0 as never
    const made = nextMove({
      decision,
      patience: decision.patience,
      attempts: [
        {
          index: 0,
          candidate: candidate('a'),
          credentialsLeft: 0,
          kind: 'primary',
          spanId: 's' as SpanId,
          lane: 'translated',
          startedAt: now,
          endedAt: now,
          committed: false,
          size: 0,
          losses: [],
          failure: failed,
        },
      ],
      elapsed: millis(0),
      staysWithFirst: false,
      canGoOn: false,
      draw: () => 0.5,
      isOpen: () => false,
      mayRetry: () => true,
      mayAskSeveral: () => true,
    })
    expect(made.move).toBe(move)
  })
})
