/** Usage and price to MicroUsd, exact to the last millionth. */
import type { Price } from '../domain/deployment.ts'
import type { Cost } from '../domain/outcome.ts'
import type { Usage } from '../domain/stream-event.ts'
import type { MicroUsd, Tokens } from '../domain/units.ts'

const perMillion = 1_000_000

/** More than any answer has; a larger count is nonsense, and must not make a sum infinite. */
const mostTokens = 1e12

/** A count from outside as a number of tokens: never negative, never half a token, never NaN. */
const counted = (value: number | undefined): number =>
  value === undefined || Number.isNaN(value) || value <= 0 ? 0 : Math.round(Math.min(value, mostTokens))

/** Half a millionth of a dollar is rounded up; done once for the whole sum, so that no part of it is rounded alone. */
const rounded = (sum: number): MicroUsd => {
  const raised = sum + perMillion / 2
  // The quotient of two exact integers need not be exact; the remainder is.
  return ((raised - (raised % perMillion)) / perMillion) as MicroUsd
}

/** The same for sums that a double no longer holds exactly. */
const roundedLarge = (parts: readonly (readonly [tokens: number, price: number])[]): MicroUsd => {
  let sum = 0n
  for (const [count, price] of parts) sum += BigInt(count) * BigInt(Math.round(price))
  return Number((sum + 500_000n) / 1_000_000n) as MicroUsd
}

const total = (parts: readonly (readonly [tokens: number, price: number])[]): MicroUsd => {
  let sum = 0
  for (const [count, price] of parts) sum += count * price
  return Number.isInteger(sum) && !Number.isSafeInteger(sum) ? roundedLarge(parts) : rounded(sum)
}

const unpriced: Cost = { amount: 0 as MicroUsd, source: 'unpriced' }

const amountOf = (usage: Usage, price: Price): MicroUsd => {
  const cached = counted(usage.inputCached)
  const written = counted(usage.inputCacheWritten)
  const plain = Math.max(0, counted(usage.input) - cached - written)
  return total([
    [plain, price.inputPerMillion],
    [cached, price.cachedInputPerMillion ?? price.inputPerMillion],
    [written, price.cacheWritePerMillion ?? price.inputPerMillion],
    [counted(usage.output), price.outputPerMillion],
  ])
}

/** What this usage costs by the provider's own count; amount 0 and `unpriced` where no price is known. */
export const costOf = (usage: Usage, price: Price | undefined): Cost =>
  price === undefined ? unpriced : { amount: amountOf(usage, price), source: 'usage' }

/** What so many tokens would cost with nothing cached; undefined where no price is known. */
export const expectedCost = (
  inputTokens: Tokens,
  outputTokens: Tokens,
  price: Price | undefined,
): MicroUsd | undefined =>
  price === undefined
    ? undefined
    : total([
        [counted(inputTokens), price.inputPerMillion],
        [counted(outputTokens), price.outputPerMillion],
      ])

/** What there was of an answer that was cut off. */
export interface Delivered {
  /** The request's estimated input. */
  readonly inputTokens: Tokens
  /** Characters of answer that came. */
  readonly size: number
  /** What the provider had told of usage before the cut; its output is then only a lower bound. */
  readonly usage?: Usage
}

/** Characters to a token of an answer of which only the length is known. */
export const charactersPerToken = 4

/** What a cut answer costs: its input, and the output that came, whether or not the provider got to count it. */
export const estimatedCost = ({ inputTokens, size, usage }: Delivered, price: Price | undefined): Cost => {
  if (price === undefined) return unpriced
  const delivered = Math.ceil(counted(size) / charactersPerToken)
  const nothingCached = { input: inputTokens, inputCached: 0 as Tokens, inputCacheWritten: 0 as Tokens }
  const told = usage !== undefined && usage.input > 0 ? usage : nothingCached
  const output = Math.max(delivered, counted(usage?.output)) as Tokens
  return { amount: amountOf({ ...told, output, reasoning: 0 as Tokens }, price), source: 'estimate' }
}
