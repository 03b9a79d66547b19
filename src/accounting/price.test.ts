/** Prices, exact to the last millionth of a dollar, against arithmetic with whole numbers of any size. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { usageOf } from '../../test/live-events.ts'
import type { Price } from '../domain/deployment.ts'
import type { Usage } from '../domain/stream-event.ts'
import { microUsd, tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { costOf, estimatedCost, expectedCost } from './price.ts'

/** In dollars per million tokens, as price lists have it. */
const priceOf = (input: number, output: number, cached?: number, written?: number): Price => ({
  inputPerMillion: microUsd(input * 1e6),
  outputPerMillion: microUsd(output * 1e6),
  ...(cached !== undefined && { cachedInputPerMillion: microUsd(cached * 1e6) }),
  ...(written !== undefined && { cacheWritePerMillion: microUsd(written * 1e6) }),
})
const withCache = (input: number, output: number, cached: number, written = 0): Usage => ({
  ...usageOf(input, output),
  inputCached: tokens(cached),
  inputCacheWritten: tokens(written),
})

const oracle = (parts: readonly (readonly [number, number])[]): number =>
  Number((parts.reduce((sum, [count, price]) => sum + BigInt(count) * BigInt(price), 0n) + 500_000n) / 1_000_000n)

const count = fc.oneof(fc.nat(200), fc.nat(2_000_000), fc.nat({ max: 2 ** 31 - 1 }))
const perMillion = fc.oneof(fc.nat(5), fc.nat(600_000_000), fc.constantFrom(150_000, 600_000, 2_500_000, 75_000_000))

describe('a cost', () => {
  it('is what price lists say', () => {
    // 1,000 tokens in at $2.50 and 500 out at $10 a million.
    expect(costOf(usageOf(1_000, 500), priceOf(2.5, 10))).toEqual({ amount: 7_500, source: 'usage' })
    // Of 10,000 tokens in, 8,000 from the cache at $0.30, 1,000 written at $3.75, 1,000 plain at $3; 100 out at $15.
    expect(costOf(withCache(10_000, 100, 8_000, 1_000), priceOf(3, 15, 0.3, 3.75))).toEqual({
      amount: 2_400 + 3_750 + 3_000 + 1_500,
      source: 'usage',
    })
  })

  it('is exact to the last millionth, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.record({ plain: count, cached: count, written: count, output: count }),
        fc.tuple(perMillion, perMillion, perMillion, perMillion),
        ({ plain, cached, written, output }, [input, out, read, write]) => {
          const price: Price = {
            inputPerMillion: microUsd(input),
            outputPerMillion: microUsd(out),
            cachedInputPerMillion: microUsd(read),
            cacheWritePerMillion: microUsd(write),
          }
          const usage = withCache(plain + cached + written, output, cached, written)
          const exact = oracle([
            [plain, input],
            [cached, read],
            [written, write],
            [output, out],
          ])
          expect(costOf(usage, price)).toEqual({ amount: exact, source: 'usage' })
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('is rounded once, half a millionth upwards, not for each part', () => {
    const half: Price = { inputPerMillion: microUsd(500_000), outputPerMillion: microUsd(500_000) }
    expect(costOf(usageOf(1, 0), half).amount).toBe(1)
    expect(costOf(usageOf(1, 1), half).amount).toBe(1)
    expect(costOf(usageOf(1, 2), half).amount).toBe(2)
    const less: Price = { inputPerMillion: microUsd(499_999), outputPerMillion: microUsd(0) }
    expect(costOf(usageOf(1, 0), less).amount).toBe(0)
  })

  it('of a cache without a price of its own is that of plain input', () => {
    expect(costOf(withCache(1_000, 0, 600, 300), priceOf(2, 1)).amount).toBe(2_000)
    expect(costOf(withCache(1_000, 0, 1_000), priceOf(2, 1, 0)).amount).toBe(0)
  })

  it('does not count reasoning twice, since output includes it', () => {
    const usage = { ...usageOf(0, 100), reasoning: tokens(90) }
    expect(costOf(usage, priceOf(1, 10)).amount).toBe(1_000)
  })

  it('without a price is not known, which is not free', () => {
    expect(costOf(usageOf(1_000, 1_000), undefined)).toEqual({ amount: 0, source: 'unpriced' })
    expect(estimatedCost({ inputTokens: tokens(10), size: 10 }, undefined).source).toBe('unpriced')
    expect(expectedCost(tokens(10), tokens(10), undefined)).toBeUndefined()
    expect(costOf(usageOf(1_000, 1_000), priceOf(0, 0))).toEqual({ amount: 0, source: 'usage' })
  })

  it('is a whole number that is not negative, whatever a provider counts', () => {
    const odd = fc.oneof(
      fc.double(),
      fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 1.5, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER),
    )
    fc.assert(
      fc.property(odd, odd, odd, odd, (input, cached, written, output) => {
        const { amount } = costOf(withCache(input, output, cached, written), priceOf(75, 600, 7.5, 93.75))
        expect(Number.isInteger(amount)).toBe(true)
        expect(amount).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('does not go below nothing where more came from the cache than was put in', () => {
    expect(costOf(withCache(10, 0, 20, 20), priceOf(1e3, 1, 0, 0)).amount).toBe(0)
  })
})

describe('an expected cost', () => {
  it('is that of so many tokens with nothing cached', () => {
    expect(expectedCost(tokens(1_000), tokens(500), priceOf(2.5, 10, 0.1))).toBe(7_500)
  })
})

describe('the cost of a cut answer', () => {
  const price = priceOf(2, 10, 0.5, 4)
  const estimate = (size: number, usage?: Usage) =>
    estimatedCost({ inputTokens: tokens(1_000), size, ...(usage && { usage }) }, price)

  it('is the estimated input and the characters that came, at four to a token', () => {
    expect(estimate(400)).toEqual({ amount: 2_000 + 1_000, source: 'estimate' })
    expect(estimate(1).amount).toBe(2_000 + 10)
    expect(estimate(0).amount).toBe(2_000)
  })

  it('takes the provider’s word for the input, and for the output if it is more than came', () => {
    // Anthropic tells the input at the start, with an output of a token or so.
    expect(estimate(400, withCache(5_000, 1, 4_000)).amount).toBe(2_000 + 2_000 + 1_000)
    // Thinking that was not shown is counted, but did not come as characters.
    expect(estimate(400, usageOf(1_000, 700)).amount).toBe(2_000 + 7_000)
    expect(estimate(400, usageOf(0, 0)).amount).toBe(2_000 + 1_000)
  })

  it('is never less than what was delivered, and grows with it', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e5), (size, more, output) => {
        const [small, large] = [estimate(size, usageOf(10, output)), estimate(size + more, usageOf(10, output))]
        expect(large.amount).toBeGreaterThanOrEqual(small.amount)
        expect(small.amount).toBe(
          oracle([
            [10, 2e6],
            [Math.max(output, Math.ceil(size / 4)), 1e7],
          ]),
        )
      }),
    )
  })
})

/** Rates and counts of every kind. */
const everything = fc.record({
  plain: count,
  cached: count,
  written: count,
  long: count,
  heard: count,
  heardBefore: count,
  seen: count,
  said: count,
  spoken: count,
  drawn: count,
  thought: count,
  images: fc.nat(50),
  millis: fc.nat(10_000_000),
  characters: fc.nat(1_000_000),
  searches: fc.nat(100),
})
const rateOf = fc.record({
  inputPerMillion: perMillion,
  outputPerMillion: perMillion,
  cachedInputPerMillion: perMillion,
  cacheWritePerMillion: perMillion,
  longCacheWritePerMillion: perMillion,
  reasoningPerMillion: perMillion,
  inputAudioPerMillion: perMillion,
  cachedInputAudioPerMillion: perMillion,
  outputAudioPerMillion: perMillion,
  inputImagePerMillion: perMillion,
  outputImagePerMillion: perMillion,
  imagePerMillion: fc.nat(2_000_000_000_000),
  secondPerMillion: fc.nat(1_000_000_000),
  characterPerMillion: perMillion,
  searchPerMillion: fc.nat(50_000_000_000),
  requestPerMillion: fc.nat(50_000_000_000),
})
type Counts = typeof everything extends fc.Arbitrary<infer T> ? T : never
type AllRates = typeof rateOf extends fc.Arbitrary<infer T> ? T : never

const usageWith = (had: Counts): Usage => ({
  input: tokens(had.plain + had.cached + had.heardBefore + had.written + had.long + had.heard + had.seen),
  inputCached: tokens(had.cached + had.heardBefore),
  inputCacheWritten: tokens(had.written + had.long),
  inputCacheWrittenLong: tokens(had.long),
  inputAudio: tokens(had.heard + had.heardBefore),
  inputAudioCached: tokens(had.heardBefore),
  inputImage: tokens(had.seen),
  output: tokens(had.said + had.spoken + had.drawn + had.thought),
  outputAudio: tokens(had.spoken),
  outputImage: tokens(had.drawn),
  reasoning: tokens(had.thought),
  units: { images: had.images, seconds: had.millis / 1000, characters: had.characters, searches: had.searches },
})

/** The same sum in whole numbers of any size: a millionth of a millionth of a dollar is what is told apart. */
const exactly = (had: Counts, rate: AllRates): number => {
  const parts: readonly (readonly [number, number])[] = [
    [had.plain, rate.inputPerMillion],
    [had.cached, rate.cachedInputPerMillion],
    [had.written, rate.cacheWritePerMillion],
    [had.long, rate.longCacheWritePerMillion],
    [had.heard, rate.inputAudioPerMillion],
    [had.heardBefore, rate.cachedInputAudioPerMillion],
    [had.seen, rate.inputImagePerMillion],
    [had.said, rate.outputPerMillion],
    [had.spoken, rate.outputAudioPerMillion],
    [had.drawn, rate.outputImagePerMillion],
    [had.thought, rate.reasoningPerMillion],
    [had.images, rate.imagePerMillion],
    [had.characters, rate.characterPerMillion],
    [had.searches, rate.searchPerMillion],
    [1, rate.requestPerMillion],
  ]
  const whole = parts.reduce((sum, [amount, price]) => sum + BigInt(amount) * BigInt(price), 0n)
  const sound = (BigInt(had.millis) * BigInt(rate.secondPerMillion) + 500n) / 1_000n
  return Number((whole + sound + 500_000n) / 1_000_000n)
}

describe('a cost of every kind at once', () => {
  it('is exact to the last millionth, whatever the numbers', () => {
    fc.assert(
      fc.property(everything, rateOf, (had, rate) => {
        const { amount, source } = costOf(usageWith(had), rate as Price)
        expect(source).toBe('usage')
        expect(amount).toBe(exactly(had, rate))
      }),
      { numRuns: 1_000 },
    )
  })

  it('never falls when more of anything is used', () => {
    const kinds = [
      'plain',
      'said',
      'thought',
      'heard',
      'spoken',
      'drawn',
      'images',
      'millis',
      'characters',
      'searches',
    ] as const
    fc.assert(
      fc.property(everything, rateOf, fc.constantFrom(...kinds), fc.nat(1_000_000), (had, rate, kind, more) => {
        const [less, rest] = [usageWith(had), usageWith({ ...had, [kind]: had[kind] + more })]
        expect(costOf(rest, rate as Price).amount).toBeGreaterThanOrEqual(costOf(less, rate as Price).amount)
      }),
      { numRuns: 1_000 },
    )
  })

  it('never falls where a longer input reaches a dearer tier', () => {
    const tiered: Price = {
      ...priceOf(1, 5, 0.1),
      tiers: [{ above: tokens(200_000), inputPerMillion: microUsd(2e6), outputPerMillion: microUsd(7.5e6) }],
    }
    fc.assert(
      fc.property(fc.nat(400_000), fc.nat(10_000), fc.nat(5_000), (input, more, output) => {
        const at = (length: number) => costOf(usageOf(length, output), tiered).amount
        expect(at(input + more)).toBeGreaterThanOrEqual(at(input))
      }),
    )
    expect(costOf(usageOf(200_000, 0), tiered).amount).toBe(200_000)
    expect(costOf(usageOf(200_001, 0), tiered).amount).toBe(400_002)
  })
})

describe('the price of sound, pictures and pieces', () => {
  it('is that of their kind only where the kind has a price of its own', () => {
    const usage = { ...usageOf(1_000, 500), inputAudio: tokens(900), outputAudio: tokens(400) }
    expect(costOf(usage, priceOf(1, 2)).amount).toBe(2_000)
    const sound = { ...priceOf(1, 2), inputAudioPerMillion: microUsd(10e6), outputAudioPerMillion: microUsd(20e6) }
    expect(costOf(usage, sound).amount).toBe(100 + 9_000 + 200 + 8_000)
  })

  it('of thinking is that of output unless it has its own', () => {
    const usage = { ...usageOf(0, 1_000), reasoning: tokens(600) }
    expect(costOf(usage, { ...priceOf(0, 8), reasoningPerMillion: microUsd(3e6) }).amount).toBe(3_200 + 1_800)
  })

  it('is by the second, however short the sound', () => {
    // Whisper at $0.006 a minute.
    const whisper: Price = { ...priceOf(0, 0), secondPerMillion: microUsd(1e8) }
    const heard = (seconds: number) => costOf({ ...usageOf(0, 0), units: { seconds } }, whisper)
    expect(heard(60)).toEqual({ amount: 6_000, source: 'usage' })
    expect(heard(12.345).amount).toBe(1_235)
  })

  it('is unpriced, and not free, where nobody counted the pieces', () => {
    const dalle: Price = { ...priceOf(0, 0), imagePerMillion: microUsd(4e10) }
    expect(costOf(usageOf(30, 0), dalle)).toEqual({ amount: 0, source: 'unpriced' })
    expect(costOf({ ...usageOf(30, 0), units: { characters: 9 } }, dalle).source).toBe('unpriced')
    expect(costOf({ ...usageOf(30, 0), units: { images: 2 } }, dalle)).toEqual({ amount: 80_000, source: 'usage' })
    expect(expectedCost(tokens(10), tokens(0), dalle)).toBeUndefined()
    expect(estimatedCost({ inputTokens: tokens(10), size: 40 }, dalle).source).toBe('unpriced')
  })

  it('of a request comes on top of its tokens', () => {
    const sonar: Price = { ...priceOf(1, 1), requestPerMillion: microUsd(5e9) }
    expect(costOf(usageOf(1_000, 1_000), sonar).amount).toBe(2_000 + 5_000)
  })

  it('depends on when and in which class the request was served', () => {
    const price: Price = {
      ...priceOf(2, 10),
      services: { flex: { share: 500 } },
      changes: [{ since: 1_000 as Instant, price: priceOf(4, 20) }],
    }
    const usage = usageOf(1_000, 100)
    expect(costOf(usage, price, { serviceTier: 'flex' }).amount).toBe(1_500)
    expect(costOf(usage, price, { at: 999 as Instant }).amount).toBe(3_000)
    expect(costOf(usage, price, { at: 1_000 as Instant }).amount).toBe(6_000)
    expect(estimatedCost({ inputTokens: tokens(1_000), size: 400 }, price, { serviceTier: 'flex' }).amount).toBe(1_500)
  })
})
