/** A recorded network keeps the promises of a real one, by a clock that tests move. */
import { describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import { ear, post } from '../../test/contract/transport.contract.ts'
import { millis } from '../domain/units.ts'
import { answerWith, failWith, recordedTransport, streamWith } from './recorded-transport.ts'
import type { AnswerWith, WireScript } from './recorded-transport.ts'

const url = 'https://upstream.example/v1/chat'
const start = (answers: AnswerWith | readonly WireScript[]) => {
  const clock = testClock()
  const transport = recordedTransport(answers, { clock })
  const send = () => {
    const to = ear()
    return { ...to, exchange: transport.send(post(url, '{"n":1}'), to.listener, millis(500)) }
  }
  return { clock, transport, send }
}

describe('a recorded transport', () => {
  it('answers in order, never before send returns, and remembers what was sent', async () => {
    const { transport, send, clock } = start([
      answerWith({ ok: true }),
      answerWith('no', { status: 429, headers: { 'retry-after': '1' } }),
    ])
    const first = send()
    expect(first.heard).toEqual([])
    await first.done()
    expect(first.heard).toEqual(['head', 'data', 'end'])
    expect(first.text()).toBe('{"ok":true}')
    const second = send()
    await second.done()
    expect(second.state.head).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after': '1' },
    })
    expect(
      transport.sent.map(one => [
        one.json(),
        one.header('authorization'),
        one.header('x'),
        one.connectWithin,
        one.at,
        one.state(),
      ]),
    ).toEqual(Array.from({ length: 2 }, () => [{ n: 1 }, 'Bearer s3cret', undefined, 500, clock.now(), 'ended']))
  })
  it('says so where no answer is left', async () => {
    const { send } = start([])
    const to = send()
    await to.done()
    expect(to.state.error).toEqual({ kind: 'connect', message: 'recorded: 0 answers, and this is request 1' })
  })
  it('streams at the pace of the clock', async () => {
    const { send, clock } = start(() => streamWith(['a', Buffer.from('b'), 'c'], { every: 20 }))
    const to = send()
    await clock.pass(19)
    expect(to.heard).toEqual(['head'])
    await clock.pass(1)
    expect(to.text()).toBe('a')
    await clock.pass(40)
    expect(to.text()).toBe('abc')
    expect(to.heard.at(-1)).toBe('end')
  })
  it('fails as told, at once or in the middle', async () => {
    const { send, clock } = start([
      failWith('connect-timeout'),
      [...streamWith(['a']).slice(0, -1), { wait: 5 }, ...failWith('closed')],
    ])
    const first = send()
    await first.done()
    expect(first.heard).toEqual(['error connect-timeout'])
    const second = send()
    await clock.pass(5)
    expect(second.heard).toEqual(['head', 'data', 'error closed'])
  })
  it('holds back while it is paused, and goes on where it was', async () => {
    const { send, clock } = start(() => streamWith(['a', 'b'], { every: 10 }))
    const to = send()
    await clock.pass(10)
    to.exchange.pause()
    await clock.pass(100)
    expect(to.text()).toBe('a')
    to.exchange.resume()
    expect(to.text()).toBe('a')
    await clock.pass(0)
    expect(to.text()).toBe('ab')
    expect(to.state.ended).toBe(true)
  })
  it('tells nothing more once stopped, also from within, and leaves no timer', async () => {
    const { send, clock, transport } = start(() => streamWith(['a', 'b'], { every: 10 }))
    const to = send()
    await clock.pass(10)
    to.exchange.stop()
    await clock.pass(100)
    expect(to.heard).toEqual(['head', 'data'])
    expect(clock.waiting()).toBe(0)
    expect(transport.sent[0]?.state()).toBe('stopped')
    const within = transport.send(
      post(url),
      {
        head: () => within.stop(),
        data: () => expect.unreachable(),
        end: () => expect.unreachable(),
        error: () => expect.unreachable(),
      },
      millis(1),
    )
    await clock.pass(100)
  })
  it('without an end never ends', async () => {
    const { send, clock, transport } = start(() => [])
    const to = send()
    await clock.pass(1_000_000)
    expect(to.heard).toEqual([])
    expect(transport.sent[0]?.state()).toBe('open')
  })
})
