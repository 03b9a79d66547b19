/** Which rates are in force: by length, by class of service, by day and by hour. */
import { describe, expect, it } from 'vitest'
import type { Price } from './deployment.ts'
import { isByPiece, ratesFor } from './rates.ts'
import { microUsd, millis, tokens } from './units.ts'
import type { Instant } from './units.ts'

const rates = (input: number, output: number) => ({
  inputPerMillion: microUsd(input * 1e6),
  outputPerMillion: microUsd(output * 1e6),
})
const at = (text: string): Instant => Date.parse(text) as Instant
const hour = 3_600_000

const price: Price = {
  ...rates(2, 10),
  cachedInputPerMillion: microUsd(500_000),
  searchPerMillion: microUsd(10e9),
  tiers: [
    { above: tokens(1_000), ...rates(4, 15) },
    { above: tokens(5_000), inputPerMillion: microUsd(8e6) },
  ],
  services: {
    batch: { share: 500 },
    priority: { inputPerMillion: microUsd(5e6), share: 2_000 },
    scale: { outputPerMillion: microUsd(1) },
  },
  changes: [
    { since: at('2027-01-01'), price: rates(3, 30) },
    { from: millis(22 * hour), to: millis(2 * hour), price: rates(1, 5) },
  ],
}
const inputAt = (time: string) => ratesFor(price, { at: at(time), inputTokens: tokens(1) }).inputPerMillion

describe('rates', () => {
  it('are the price itself where it has one set of them', () => {
    const plain: Price = rates(1, 2)
    expect(ratesFor(plain, { inputTokens: tokens(1e9), serviceTier: 'batch', at: at('2030-01-01') })).toBe(plain)
  })

  it('of a tier count from the first token above its border, for all that it names', () => {
    expect(ratesFor(price, { inputTokens: tokens(1_000) }).inputPerMillion).toBe(2e6)
    expect(ratesFor(price, { inputTokens: tokens(1_001) })).toMatchObject({
      ...rates(4, 15),
      cachedInputPerMillion: 500_000,
    })
    expect(ratesFor(price, { inputTokens: tokens(5_001) })).toMatchObject({
      inputPerMillion: 8e6,
      outputPerMillion: 10e6,
    })
  })

  it('of a class of service are a share of all others, but for those that it names', () => {
    const batch = ratesFor(price, { inputTokens: tokens(2_000), serviceTier: 'batch' })
    expect(batch).toMatchObject({ ...rates(2, 7.5), cachedInputPerMillion: 250_000, searchPerMillion: 5e9 })
    const priority = ratesFor(price, { inputTokens: tokens(1), serviceTier: 'priority' })
    expect(priority).toMatchObject({ inputPerMillion: 5e6, outputPerMillion: 20e6, cachedInputPerMillion: 1e6 })
    const scale = ratesFor(price, { inputTokens: tokens(1), serviceTier: 'scale' })
    expect(scale).toMatchObject({ inputPerMillion: 2e6, outputPerMillion: 1 })
  })

  it.each(['default', 'auto', 'constructor', '__proto__', ''])('of the unknown class "%s" are the usual ones', name => {
    expect(ratesFor(price, { inputTokens: tokens(1), serviceTier: name }).inputPerMillion).toBe(2e6)
  })

  it('change at hours, also over midnight', () => {
    expect(inputAt('2026-11-24T21:59:59.999Z')).toBe(2e6)
    expect(inputAt('2026-11-24T22:00:00Z')).toBe(1e6)
    expect(inputAt('2026-11-25T01:59:59.999Z')).toBe(1e6)
    expect(inputAt('2026-11-25T02:00:00Z')).toBe(2e6)
  })

  it('change on a day, and the last change that is in force counts', () => {
    expect(inputAt('2026-12-31T12:00:00Z')).toBe(2e6)
    expect(inputAt('2027-01-01T12:00:00Z')).toBe(3e6)
    expect(inputAt('2027-01-01T23:00:00Z')).toBe(1e6)
  })

  it('do not change for whoever does not say when', () => {
    expect(ratesFor(price, { inputTokens: tokens(1) }).inputPerMillion).toBe(2e6)
  })
})

describe('a price by the piece', () => {
  it('is one without a price of tokens or requests', () => {
    expect(isByPiece({ ...rates(0, 0), imagePerMillion: microUsd(4e10) })).toBe(true)
    expect(isByPiece(rates(0, 0))).toBe(false)
    expect(isByPiece({ ...rates(1, 0), imagePerMillion: microUsd(4e10) })).toBe(false)
    expect(isByPiece({ ...rates(0, 0), imagePerMillion: microUsd(1), requestPerMillion: microUsd(1) })).toBe(false)
  })
})
