/** The worst case held against what providers really counted and billed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countedIn, isBeyondCounting, isRecord } from '../../test/counted-usage.ts'
import { recordings } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import { microUsd, tokens } from '../domain/units.ts'
import { costOf } from './price.ts'
import { outputWithin, worstCost, worstTokens } from './worst-case.ts'
import type { Bulk } from './worst-case.ts'

const bulk = (of: Partial<Bulk> = {}): Bulk => ({
  operation: 'chat',
  inputTokens: tokens(100),
  bytes: 400,
  choices: 1,
  hasMedia: false,
  bringsInput: false,
  writesCache: false,
  ...of,
})
const price = { inputPerMillion: microUsd(150_000), outputPerMillion: microUsd(600_000) }

describe.skipIf(!hasShared)('the worst case of recorded requests', () => {
  it('has room for the input that their providers counted', () => {
    const over: string[] = []
    let seen = 0
    for (const { id, surface, request, response } of hasShared ? recordings() : []) {
      const { body } = request
      if (!/^(?:chat|messages|count_tokens)$/.test(surface) || response.status !== 200 || !isRecord(body)) continue
      if (isBeyondCounting(body)) continue
      const recording = { id, surface, request, response, provider: '', stream: false }
      const real = countedIn(recording)
      if (real === 0) continue
      seen += 1
      const text = JSON.stringify(body)
      const worst = worstTokens(bulk({ bytes: Buffer.byteLength(text), inputTokens: tokens(1) }), {})
      if (real > worst.input && !/image|pdf|document|audio|web_search/.test(text))
        over.push(`${id}: ${real} of ${worst.input}`)
    }
    expect(over).toEqual([])
    expect(seen).toBeGreaterThan(500)
  })
})

describe('the worst case', () => {
  it('is the longest answer that client and model allow, for each answer asked for', () => {
    expect(worstTokens(bulk({ maxOutputTokens: tokens(50) }), { maxOutput: tokens(4096) }).output).toBe(50)
    expect(worstTokens(bulk({ maxOutputTokens: tokens(9999), choices: 3 }), { maxOutput: tokens(4096) }).output).toBe(
      12_288,
    )
    expect(worstTokens(bulk(), { maxOutput: tokens(4096) }).output).toBe(4096)
    expect(worstTokens(bulk(), { contextWindow: tokens(8000) })).toEqual({ input: 1400, output: 8000 })
  })
  it('never reads more than the window holds, and all of it where tools bring pages', () => {
    expect(worstTokens(bulk({ bytes: 1e6 }), { contextWindow: tokens(128_000) }).input).toBe(128_000)
    expect(worstTokens(bulk({ bringsInput: true }), { contextWindow: tokens(128_000) }).input).toBe(128_000)
  })
  it('costs at least what any usage within it is billed at', () => {
    const count = fc.integer({ min: 0, max: 2000 })
    const rate = fc.option(fc.integer({ min: 0, max: 5_000_000 }).map(microUsd), { nil: undefined })
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        rate,
        rate,
        rate,
        (plain, cached, written, output, write, long, thought) => {
          const dear = {
            ...price,
            cachedInputPerMillion: microUsd(10_000),
            ...(write !== undefined && { cacheWritePerMillion: write }),
            ...(long !== undefined && { longCacheWritePerMillion: long }),
            ...(thought !== undefined && { reasoningPerMillion: thought }),
          }
          const input = plain + cached + written
          const usage = {
            input: tokens(input),
            inputCached: tokens(cached),
            inputCacheWritten: tokens(written),
            output: tokens(output),
            reasoning: tokens(Math.floor(output / 2)),
          }
          const worst = { input: tokens(input), output: tokens(output) }
          const most = worstCost(bulk({ writesCache: true }), worst, dear)
          expect(most).toBeGreaterThanOrEqual(costOf(usage, dear).amount)
        },
      ),
    )
  })
  it('is not known without a price', () => {
    expect(worstCost(bulk(), { input: tokens(1), output: tokens(1) }, undefined)).toBeUndefined()
  })
})

describe('an answer that has to fit', () => {
  it('is the longest of which the cost stays within the room', () => {
    const worst = { input: tokens(1000), output: tokens(100_000) }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 1, max: 4 }), (room, choices) => {
        const of = { bulk: bulk({ choices }), worst, price }
        const length = outputWithin(microUsd(room), of)
        const cost = (each: number) => worstCost(of.bulk, { ...worst, output: tokens(each * choices) }, price) ?? 0
        if (length > 0) expect(cost(length)).toBeLessThanOrEqual(room)
        if (length < Math.floor(worst.output / choices)) expect(cost(length + 1)).toBeGreaterThan(room)
      }),
    )
  })
})
