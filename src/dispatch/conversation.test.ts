/** Conversations in the loop that does things: who hears what is said, and which times are over once somebody has answered. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../test/clock.ts'
import { fakeDialect, requestOf } from '../../test/fake-dialect.ts'
import type { Closing, SocketMessage } from '../domain/conversation.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { CredentialId, DecisionId, DeploymentId, DialectId, ModelId, ProviderId, SpanId } from '../domain/ids.ts'
import type { Patience } from '../domain/policy.ts'
import type { OperationRequest } from '../domain/request.ts'
import { millis, unit } from '../domain/units.ts'
import type { Transport, WireListener } from '../ports/transport.ts'
import { bearer } from '../providers/authorize.ts'
import { realtimeLine } from '../providers/lines.ts'
import { speak } from '../providers/speak.ts'
import { Dispatch } from './dispatch.ts'
import type { Hands } from './hands.ts'

const patience: Patience = {
  maxAttempts: 3,
  retriesPerCandidate: 0,
  maxWait: millis(0),
  connect: millis(1_000),
  firstToken: millis(8_000),
  idle: millis(5_000),
  total: millis(60_000),
}
const candidate = (id: string): Candidate => ({
  id: id as DeploymentId,
  provider: id as ProviderId,
  model: `model-${id}` as ModelId,
  dialect: 'fake' as DialectId,
  accepts: ['realtime'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
})

/** A line, told by the test what the upstream does. */
interface Line {
  readonly listener: WireListener
  readonly said: string[]
  readonly closings: Closing[]
  isStopped: boolean
  /** What the line answers to what is written. */
  takes: boolean
  open(): void
  hear(message: object): void
}

const words = (data: Uint8Array): string => new TextDecoder().decode(data)
const text = (said: string): SocketMessage => ({ form: 'text', data: new TextEncoder().encode(said) })

const scene = async (ids: readonly string[] = ['a', 'b'], secret: Promise<string> = Promise.resolve('key')) => {
  const clock = testClock()
  const lines: Line[] = []
  const transport: Transport = {
    send: (_, listener) => {
      const line: Line = {
        listener,
        said: [],
        closings: [],
        isStopped: false,
        takes: true,
        open: () => listener.head({ status: 101, headers: {} }),
        hear: message => listener.data(new TextEncoder().encode(JSON.stringify(message)), 'text'),
      }
      lines.push(line)
      return {
        pause() {},
        resume() {},
        stop: () => void (line.isStopped = true),
        write: ({ data }) => {
          line.said.push(words(data))
          return line.takes
        },
        close: closing => void line.closings.push(closing),
      }
    },
  }
  const decision: RoutingDecision = {
    id: 'd' as DecisionId,
    policy: { name: 'p', version: '1' },
    ranked: ids.map(id => ({ candidate: candidate(id), excluded: false, tier: 0, reasons: [] })),
    excluded: [],
    propensity: {},
    decidedBy: 'tie',
    confidence: unit(1),
    seed: 's',
    execution: { mode: 'fallback' },
    patience,
    fallbackOn: [],
    midStream: 'error',
  }
  const credential = { id: 'k' as CredentialId, reference: 'k', weight: 1 }
  const adapterOf = (id: ProviderId) =>
    speak({
      settings: { id, credentials: [credential], version: '0' },
      system: id,
      dialect: fakeDialect,
      url: `http://${id}.test`,
      path: '/chat',
      authorize: bearer,
      lines: [realtimeLine],
    })
  const { raw: _raw, ...envelope } = requestOf({})
  const request: OperationRequest = {
    ...envelope,
    operation: 'realtime',
    protocol: 'openai-realtime',
    target: 'x',
    stream: true,
    streamUsage: true,
    extensions: {},
  }
  const events: GatewayEvent[] = []
  const hands: Hands = {
    request,
    clock,
    transport,
    secrets: { read: () => secret },
    patience,
    refusalFails: false,
    adapter: adapterOf,
    priceOf: () => undefined,
    credential: () => credential,
    credentialsLeft: () => 0,
    isOpen: () => false,
    mayRetry: () => true,
    mayAskSeveral: () => false,
    staysWithFirst: false,
    resting: () => ({ kind: 'upstream-credential', message: 'all rest' }),
    span: () => 'span' as SpanId,
    draw: () => 0.5,
    tell: event => void events.push(event),
  }
  const deliveries: Delivery[] = []
  const endings: (Failure | undefined)[] = []
  const counts = { opened: 0, drained: 0, began: 0 }
  const dispatch = new Dispatch(decision, hands, {
    begin: () => void (counts.began += 1),
    goOn: () => undefined,
    deliver: delivery => deliveries.push(delivery) > 0,
    end: failure => void endings.push(failure),
    opened: () => void (counts.opened += 1),
    drained: () => void (counts.drained += 1),
  })
  dispatch.start()
  await settle()
  return { clock, lines, dispatch, deliveries, endings, counts, events }
}

const hello = { type: 'session.created', session: { id: 's' } }

describe('a conversation', () => {
  it('is bound by no time of the policy once somebody has answered', async () => {
    const { clock, lines, endings, counts } = await scene()
    lines[0]?.open()
    lines[0]?.hear(hello)
    await clock.pass(24 * 3_600_000)
    expect([endings, counts.began, lines.length]).toEqual([[], 1, 1])
  })
  it('goes to the next where an open line stays silent', async () => {
    const { clock, lines, counts } = await scene()
    lines[0]?.open()
    expect(counts.opened).toBe(1)
    await clock.pass(8_000)
    expect([lines.length, lines[0]?.isStopped]).toEqual([2, true])
  })
  it('says again to the next what it said before anybody had answered, and to nobody else what it says after', async () => {
    const { clock, lines, dispatch } = await scene()
    lines[0]?.open()
    expect(dispatch.send(text('one'))).toBe(true)
    await clock.pass(8_000)
    dispatch.send(text('two'))
    lines[1]?.open()
    lines[1]?.hear(hello)
    dispatch.send(text('three'))
    expect(lines.map(({ said }) => said)).toEqual([['one'], ['one', 'two', 'three']])
  })
  it('says what was said before the secret could be read', async () => {
    let give: (secret: string) => void = () => undefined
    const { lines, dispatch } = await scene(['a'], new Promise(resolve => (give = resolve)))
    dispatch.send(text('early'))
    give('key')
    await settle()
    expect(lines[0]?.said).toEqual(['early'])
  })
  it('makes a client wait that says too much before anybody answers, until somebody does', async () => {
    const { lines, dispatch, counts } = await scene()
    lines[0]?.open()
    const large = text('x'.repeat(512 * 1024))
    expect([dispatch.send(large), dispatch.send(large), dispatch.send(large)]).toEqual([true, true, false])
    expect(counts.drained).toBe(0)
    lines[0]?.hear(hello)
    expect(counts.drained).toBe(1)
  })
  it('makes a client wait whose upstream does not read', async () => {
    const { lines, dispatch, counts } = await scene()
    lines[0]?.open()
    lines[0]?.hear(hello)
    Object.assign(lines[0] ?? {}, { takes: false })
    expect(dispatch.send(text('x'))).toBe(false)
    lines[0]?.listener.drained?.()
    expect(counts.drained).toBe(1)
  })
  it('ends well where the client says goodbye, and the upstream is told with its code', async () => {
    const { clock, lines, dispatch, endings, events } = await scene()
    lines[0]?.open()
    lines[0]?.hear(hello)
    dispatch.close({ code: 1000, reason: 'done' })
    expect([endings, lines[0]?.closings]).toEqual([[undefined], [{ code: 1000, reason: 'done' }]])
    expect(events.at(-1)).toMatchObject({ type: 'attempt-ended', attempt: { committed: true } })
    expect(lines[0]?.isStopped).toBe(false)
    await clock.pass(1_000)
    expect(lines[0]?.isStopped).toBe(true)
  })
  it('is given up where the client says goodbye before anybody answered', async () => {
    const { lines, dispatch, endings } = await scene()
    dispatch.close({ code: 1000, reason: '' })
    expect([endings[0]?.kind, lines[0]?.isStopped]).toEqual(['cancelled', true])
  })
  it('tells each turn, and passes on how the upstream closed it with what went wrong', async () => {
    const { lines, deliveries, endings, events } = await scene()
    lines[0]?.open()
    lines[0]?.hear(hello)
    lines[0]?.hear({ type: 'response.done', response: { usage: { input_tokens: 3, output_tokens: 2 } } })
    lines[0]?.listener.end({ code: 1013, reason: 'later' })
    expect(events.find(({ type }) => type === 'turn-ended')).toMatchObject({ usage: { input: 3, output: 2 } })
    expect(deliveries.at(-1)?.closing).toEqual({ code: 1013, reason: 'later' })
    expect(endings[0]?.kind).toBe('upstream-overloaded')
  })
})
