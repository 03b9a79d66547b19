/** Usage and price to MicroUsd, exact to the last millionth. */
import type { Price, Rates } from '../domain/deployment.ts'
import type { Cost } from '../domain/outcome.ts'
import { isByPiece, ratesFor } from '../domain/rates.ts'
import type { Occasion } from '../domain/rates.ts'
import type { Units, Usage } from '../domain/stream-event.ts'
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

/** So many pieces at so much for a million of them; `of` is how many parts a piece was counted in. */
type Part = readonly [count: number, rate: number, of?: number]

/** The same for sums that a double no longer holds exactly. */
const roundedLarge = (parts: readonly Part[]): MicroUsd => {
  let sum = 0n
  for (const [count, rate, of = 1] of parts) {
    const cost = BigInt(count) * BigInt(Math.round(rate))
    // A part of a millionth of a millionth of a dollar is the least that is told apart.
    sum += of === 1 ? cost : (cost + BigInt(of) / 2n) / BigInt(of)
  }
  return Number((sum + 500_000n) / 1_000_000n) as MicroUsd
}

const total = (parts: readonly Part[]): MicroUsd => {
  let sum = 0
  let isSplit = false
  for (const [count, rate, of] of parts) {
    sum += count * rate
    isSplit ||= of !== undefined
  }
  return isSplit || (Number.isInteger(sum) && !Number.isSafeInteger(sum)) ? roundedLarge(parts) : rounded(sum)
}

const unpriced: Cost = { amount: 0 as MicroUsd, source: 'unpriced' }

/** Input by what it is: sound is billed as sound, from a cache or not; what a cache took has the price of that, whatever it is. */
const inputParts = (usage: Usage, rates: Rates): readonly Part[] => {
  const cached = counted(usage.inputCached)
  const written = counted(usage.inputCacheWritten)
  const isApart = rates.inputAudioPerMillion !== undefined || rates.inputImagePerMillion !== undefined
  const long = Math.min(written, counted(usage.inputCacheWrittenLong))
  const input = rates.inputPerMillion
  const writing: readonly Part[] = [
    [written - long, rates.cacheWritePerMillion ?? input],
    [long, rates.longCacheWritePerMillion ?? rates.cacheWritePerMillion ?? input],
  ]
  const reading = rates.cachedInputPerMillion ?? input
  let plain = Math.max(0, counted(usage.input) - cached - written)
  if (!isApart) return [[plain, input], [cached, reading], ...writing]
  const hidden = Math.min(cached, counted(usage.inputAudioCached))
  const heard = rates.inputAudioPerMillion === undefined ? 0 : Math.max(0, counted(usage.inputAudio) - hidden)
  const sound = Math.min(plain, heard)
  plain -= sound
  const seen = rates.inputImagePerMillion === undefined ? 0 : Math.min(plain, counted(usage.inputImage))
  return [
    [plain - seen, input],
    [sound, rates.inputAudioPerMillion ?? input],
    [seen, rates.inputImagePerMillion ?? input],
    [cached - hidden, reading],
    [hidden, rates.cachedInputAudioPerMillion ?? reading],
    ...writing,
  ]
}

const outputParts = (usage: Usage, rates: Rates): readonly Part[] => {
  const { outputPerMillion: output } = rates
  let plain = counted(usage.output)
  const parts: Part[] = []
  const apart: readonly (readonly [count: number | undefined, rate: MicroUsd | undefined])[] = [
    [usage.outputAudio, rates.outputAudioPerMillion],
    [usage.outputImage, rates.outputImagePerMillion],
    [usage.reasoning, rates.reasoningPerMillion],
  ]
  for (const [count, rate] of apart) {
    if (rate === undefined) continue
    const part = Math.min(plain, counted(count))
    plain -= part
    parts.push([part, rate])
  }
  return [[plain, output], ...parts]
}

const millisPerSecond = 1_000

const pieceParts = ({ units }: Usage, rates: Rates): readonly Part[] => {
  const parts: Part[] = rates.requestPerMillion === undefined ? [] : [[1, rates.requestPerMillion]]
  if (units === undefined) return parts
  const whole: readonly (readonly [count: number | undefined, rate: MicroUsd | undefined])[] = [
    [units.images, rates.imagePerMillion],
    [units.characters, rates.characterPerMillion],
    [units.searches, rates.searchPerMillion],
  ]
  for (const [count, rate] of whole) if (rate !== undefined && count !== undefined) parts.push([counted(count), rate])
  if (rates.secondPerMillion !== undefined && units.seconds !== undefined) {
    // Sound is not as long as whole seconds.
    parts.push([counted(units.seconds * millisPerSecond), rates.secondPerMillion, millisPerSecond])
  }
  return parts
}

/** Undefined where all that has a price was not counted. */
const amountOf = (usage: Usage, rates: Rates): MicroUsd | undefined => {
  const byPiece = pieceParts(usage, rates)
  if (byPiece.length === 0 && isByPiece(rates)) return undefined
  return total([...inputParts(usage, rates), ...outputParts(usage, rates), ...byPiece])
}

/** What a price may depend on beside the usage itself. */
export type When = Omit<Occasion, 'inputTokens'>

const costBy = (usage: Usage, price: Price | undefined, when: When, source: 'usage' | 'estimate'): Cost => {
  if (price === undefined) return unpriced
  const amount = amountOf(usage, ratesFor(price, { ...when, inputTokens: counted(usage.input) as Tokens }))
  return amount === undefined ? unpriced : { amount, source }
}

/**
 * What this usage costs by the provider's own count; amount 0 and `unpriced` where no price is known, or where the
 * price is for pieces that nobody counted.
 */
export const costOf = (usage: Usage, price: Price | undefined, when: When = {}): Cost =>
  costBy(usage, price, when, 'usage')

const none = 0 as Tokens

/** What so many tokens would cost with nothing cached; undefined where no price of tokens is known. */
export const expectedCost = (
  inputTokens: Tokens,
  outputTokens: Tokens,
  price: Price | undefined,
): MicroUsd | undefined => {
  if (price === undefined) return undefined
  const usage: Usage = {
    input: inputTokens,
    inputCached: none,
    inputCacheWritten: none,
    output: outputTokens,
    reasoning: none,
  }
  return amountOf(usage, ratesFor(price, { inputTokens: counted(inputTokens) as Tokens }))
}

/** What there was of an answer that was cut off, or that nobody counted. */
export interface Delivered {
  /** The request's estimated input. */
  readonly inputTokens: Tokens
  /** Characters of answer that came. */
  readonly size: number
  /** What the provider had told of usage before the cut; its output is then only a lower bound. */
  readonly usage?: Usage
  /** The pieces that were asked for, where nobody counted those that came. */
  readonly units?: Units
}

/** Characters to a token of an answer of which only the length is known. */
export const charactersPerToken = 4

/** What a cut answer costs: its input, and the output that came, whether or not the provider got to count it. */
export const estimatedCost = (
  { inputTokens, size, usage, units }: Delivered,
  price: Price | undefined,
  when: When = {},
): Cost => {
  const delivered = Math.ceil(counted(size) / charactersPerToken)
  const nothingCached = { input: inputTokens, inputCached: none, inputCacheWritten: none }
  const told = usage !== undefined && (usage.input > 0 || usage.units !== undefined) ? usage : nothingCached
  const output = Math.max(delivered, counted(usage?.output)) as Tokens
  const asked = usage?.units ?? units
  const made = {
    ...told,
    output,
    reasoning: counted(usage?.reasoning) as Tokens,
    ...(asked !== undefined && { units: asked }),
  }
  return costBy(made, price, when, 'estimate')
}
