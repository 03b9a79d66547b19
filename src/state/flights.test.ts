/** Attempts under way find their starts, and none is kept for ever. */
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import type { DeploymentId, RequestId } from '../domain/ids.ts'
import { millis } from '../domain/units.ts'
import { Flights } from './flights.ts'
import type { Flight } from './flights.ts'

const flight = (deployment: string, startedAt: number, tokens = 0): Flight => ({
  deployment: deployment as DeploymentId,
  startedAt: instant(startedAt),
  isProbe: false,
  tokens,
})
const setup = (longest = 1_000) => {
  const lost: number[] = []
  return { lost, flights: new Flights(millis(longest), ({ startedAt }) => void lost.push(startedAt)) }
}
const r = 'r' as RequestId
const a = 'a' as DeploymentId

describe('attempts under way', () => {
  it('are found by request and deployment, the oldest first, each once', () => {
    const { flights } = setup()
    flights.start(r, flight('a', 1))
    flights.start(r, flight('b', 2))
    flights.start(r, flight('a', 3))
    flights.start('other' as RequestId, flight('a', 4))
    expect([1, 2, 3].map(() => flights.end(r, a)?.startedAt)).toEqual([1, 3, undefined])
    expect(flights.end(r, 'b' as DeploymentId)?.startedAt).toBe(2)
  })

  it('are given up when their request is settled', () => {
    const { flights, lost } = setup()
    flights.start(r, flight('a', 1))
    flights.start(r, flight('b', 2))
    flights.end(r, a)
    flights.settle(r)
    flights.settle(r)
    expect(lost).toEqual([2])
    expect(flights.requests).toBe(0)
  })

  it('are given up when they take too long, oldest first', () => {
    const { flights, lost } = setup(1_000)
    flights.start(r, flight('a', 0))
    flights.start('s' as RequestId, flight('a', 500))
    flights.sweep(instant(999))
    expect(lost).toEqual([])
    flights.sweep(instant(1_000))
    expect(lost).toEqual([0])
    flights.start('t' as RequestId, flight('a', 1_500))
    expect(lost).toEqual([0, 500])
  })

  it('are no more than a process can have', () => {
    const { flights, lost } = setup(1e9)
    for (let one = 0; one < 65_540; one++) flights.start(`${one}` as RequestId, flight('a', one))
    expect(flights.requests).toBeLessThanOrEqual(65_536)
    expect(lost).toEqual([0, 1, 2, 3])
  })

  it('know what their request is expected to take, until it is settled', () => {
    const { flights } = setup()
    expect(flights.purpose(r)).toEqual({ tokens: 0 })
    flights.expect(r, { tokens: 70, pool: 'p' }, instant(0))
    expect(flights.purpose(r)).toEqual({ tokens: 70, pool: 'p' })
    flights.settle(r)
    expect(flights.purpose(r)).toEqual({ tokens: 0 })
  })

  it('of a copy that is asked after the request was settled leave nothing behind', () => {
    const { flights } = setup()
    flights.expect(r, { tokens: 70 }, instant(0))
    flights.settle(r)
    flights.start(r, flight('a', 1))
    expect(flights.end(r, a)?.startedAt).toBe(1)
    expect(flights.requests).toBe(0)
  })

  it('are of a request that is asked of several at once from the second on', () => {
    const { flights } = setup()
    flights.expect(r, { tokens: 70 }, instant(0))
    expect(flights.isDouble(r)).toBe(false)
    expect([flights.double(r), flights.double(r)]).toEqual([true, false])
    expect(flights.isDouble(r)).toBe(true)
  })
})
