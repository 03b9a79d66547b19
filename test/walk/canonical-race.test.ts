/** The third of the three compositions: where every moment counts two are asked at once; what that gains under a heavy tail, and costs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/domain/outcome.ts'
import type { Settled } from '../../src/domain/gateway-event.ts'
import { pickPrompts } from '../../src/world/drive.ts'
import { loadRecordings } from '../../src/world/recordings.ts'
import type { Sighting } from '../../src/world/sighting.ts'
import { exampleOn } from './example-house.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const count = 600
/** One of so many is on the path where every moment counts. */
const oneIn = 3
/** The tail: so many of a provider's answers take so much longer, in milliseconds. */
const tail = { rate: 0.05, addMs: 1500 }
const width = 12

let house: OpenHouse
const standIns = { gpt: 'gpt-4o-mini-2024-07-18', haiku: 'claude-3-haiku-20240307', flash: 'gemini-1.5-flash' }

const isVoice = ({ tags }: Settled): boolean => tags['path'] === 'voice'
const voiced = (): readonly Settled[] => house.settled.filter(isVoice)
const rest = (): readonly Settled[] => house.settled.filter(one => !isVoice(one))
/** Lanes that were given up for another. */
const losersOf = ({ attempts }: Settled): readonly Attempt[] =>
  attempts.filter(({ failure }) => failure?.kind === 'cancelled')
const dollars = (attempts: readonly Attempt[]): number =>
  attempts.reduce((sum, { cost }) => sum + (cost?.amount ?? 0), 0) / 1e6

/** Milliseconds from when a request came to its first content. */
const untilContent = ({ attempts, served, receivedAt }: Settled): number =>
  (attempts[served ?? -1]?.firstTokenAt ?? Number.POSITIVE_INFINITY) - receivedAt
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.ceil(share * values.length) - 1] ?? Number.NaN
const isLate = (one: Settled): boolean => untilContent(one) >= tail.addMs

beforeAll(async () => {
  house = await openHouse({ world: { pace: 0.1 }, config: exampleOn('race-then-fast.yaml', standIns) })
  house.world.switches.change({}, { latency: tail })
  const prompts = pickPrompts(await loadRecordings(), count, 'voice')
  let next = 0
  const work = async (): Promise<void> => {
    for (let nth = next++; nth < prompts.length; nth = next++) {
      const body = { model: 'assistant', messages: [{ role: 'user' as const, content: prompts[nth]?.prompt ?? '' }] }
      const headers = nth % oneIn === 0 ? { 'x-signalbox-tags': 'path=voice' } : {}
      const stream = await house.openai.chat.completions.create({ ...body, stream: true }, { headers })
      for await (const _chunk of stream) continue
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  await until('all are settled', () => house.settled.length === count)
}, 180_000)
afterAll(async () => house.close())

/** What the world saw of the requests that asked this prompt. */
const sightings = (): ReadonlyMap<string, readonly Sighting[]> =>
  Map.groupBy(house.world.seen(), ({ prompt }) => prompt ?? '')

describe('a race for the voice, the lowest p95 for the rest', () => {
  it('everybody is answered, and only the voice asks two at once', () => {
    expect(house.settled.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(rest().flatMap(losersOf)).toEqual([])
    const raced = voiced().filter(({ attempts }) => attempts.length === 2)
    expect(raced.length).toBeGreaterThan(0.9 * voiced().length)
    for (const { attempts } of raced) expect(new Set(attempts.map(({ candidate }) => candidate.provider)).size).toBe(2)
  })

  it('the tail is cut: late is only who has two that are late', () => {
    const figures = [voiced(), rest()].map(some => some.map(untilContent))
    const [voice = [], others = []] = figures
    const share = (some: readonly Settled[]): number => some.filter(isLate).length / some.length
    console.log(
      `time to first content, p50 and p99: raced ${quantile(voice, 0.5)} and ${quantile(voice, 0.99)} ms, ` +
        `asked of one ${quantile(others, 0.5)} and ${quantile(others, 0.99)} ms; ` +
        `late: ${(100 * share(voiced())).toFixed(1)} % and ${(100 * share(rest())).toFixed(1)} %`,
    )
    expect(share(rest())).toBeGreaterThan(0.025)
    expect(share(voiced())).toBeLessThan(share(rest()) / 3)
  })

  it('what losers cost is told, lane by lane, and is the price of it', () => {
    const losers = voiced().flatMap(losersOf)
    const winners = voiced().flatMap(({ attempts, served }) => attempts.filter(({ index }) => index === served))
    const all = house.settled.flatMap(({ attempts }) => attempts)
    console.log(
      `extra spend: ${losers.length} losers for $${dollars(losers).toFixed(4)}, ` +
        `${((100 * dollars(losers)) / dollars(winners)).toFixed(1)} % of what the raced answers cost, ` +
        `${((100 * dollars(losers)) / (dollars(all) - dollars(losers))).toFixed(1)} % of all`,
    )
    expect(dollars(losers)).toBeGreaterThan(0)
    expect(dollars(losers)).toBeLessThan(dollars(winners))
    for (const { attempts, cost } of house.settled) expect(dollars(attempts)).toBeCloseTo(cost.amount / 1e6, 9)
  })

  it("the ledger is the world's own count: of whoever served to the token, of losers as near as can be told", () => {
    const seen = sightings()
    /** The world charges by the token; a loser has told no count of its own when it is given up. */
    const charged = ({ model, billed }: Sighting): number => {
      const { input = 0, output = 0 } = house.world.models.find(({ id }) => id === model)?.price ?? {}
      return ((billed?.input ?? 0) * input + (billed?.output ?? 0) * output) / 1e6
    }
    const wholes = [...seen.values()].flatMap(some => some.filter(({ complete }) => complete))
    const served = house.settled.flatMap(({ attempts, served: index = -1 }) => attempts[index] ?? [])
    const counts = (some: readonly (readonly [string, number, number])[]): readonly string[] =>
      some.map(one => one.join(' ')).toSorted()
    expect(counts(served.map(one => [one.candidate.model, one.usage?.input ?? -1, one.usage?.output ?? -1]))).toEqual(
      counts(wholes.map(({ model = '', billed }) => [model, billed?.input ?? -2, billed?.output ?? -2])),
    )
    const lost = [...seen.values()].flatMap(some => some.filter(({ closedAt }) => closedAt !== undefined))
    const losers = voiced().flatMap(losersOf)
    expect(lost).toHaveLength(losers.length)
    const ratio = dollars(losers) / lost.reduce((sum, one) => sum + charged(one), 0)
    console.log(`of what the world charges for ${lost.length} losers, the ledger has ${(100 * ratio).toFixed(1)} %`)
    expect(ratio).toBeGreaterThan(0.8)
    expect(ratio).toBeLessThan(1.2)
  })

  it('losers are closed at their sockets at once', () => {
    const gaps: number[] = []
    for (const seen of sightings().values()) {
      const begun = seen.find(({ complete }) => complete)?.firstByteAt
      for (const { closedAt } of seen) if (closedAt !== undefined && begun !== undefined) gaps.push(closedAt - begun)
    }
    console.log(
      `losers were closed ${quantile(gaps, 0.5)} ms (p50) and ${quantile(gaps, 0.99)} ms (p99) after the winner's first byte`,
    )
    // Of one that was closed before the world began to answer, it is not known what was asked.
    expect(gaps.length).toBeGreaterThan(0.7 * voiced().flatMap(losersOf).length)
    // By the world's own clock, in the middle of twelve requests at a time and whatever else the machine does.
    expect(quantile(gaps, 0.5)).toBeLessThan(50)
  })
})
