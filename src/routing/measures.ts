/** What a strategy can read of a candidate: signals, expected cost, quality. Numbers that make no sense count as unknown. */
import type { Facts, RequestShape } from '../domain/decision.ts'
import type { Candidate, Rates } from '../domain/deployment.ts'
import { isByPiece, ratesFor } from '../domain/rates.ts'
import type { SignalKey, SignalTypes } from '../domain/signal.ts'
import type { Instant, Tokens } from '../domain/units.ts'

/** True for a number that can be reckoned with. NaN and infinities become null in JSON, so they must count as unknown. */
export const isKnown = (value: number | null | undefined): value is number => Number.isFinite(value)

/** The value of a signal about the request or the pool. */
export const signalOf = <Key extends SignalKey>(facts: Facts, key: Key): SignalTypes[Key] | undefined =>
  facts.signals[key]?.value ?? undefined

/** The value of a signal about one candidate. */
export const candidateSignal = <Key extends SignalKey>(
  facts: Facts,
  key: Key,
  candidate: Candidate,
): SignalTypes[Key] | undefined => {
  const by = facts.signals[key]?.by
  // A candidate may be called like a member of every object.
  return by !== undefined && by !== null && Object.hasOwn(by, candidate.id)
    ? (by[candidate.id] ?? undefined)
    : undefined
}

/** A count of a request, as far as it is known; none else. */
export const knownTokens = (value: number | null | undefined): number => (isKnown(value) ? value : 0)

const costOf = (count: number | undefined, rate: number | undefined): number => knownTokens(count) * knownTokens(rate)

/** Reckoned for each candidate of each decision, and nearly always of nothing but tokens: so without a list to go through. */
const piecesCost = ({ units }: RequestShape, rates: Rates): number => {
  const whole = costOf(1, rates.requestPerMillion)
  if (units === undefined || units === null) return whole
  return (
    whole +
    costOf(units.images, rates.imagePerMillion) +
    costOf(units.seconds, rates.secondPerMillion) +
    costOf(units.characters, rates.characterPerMillion) +
    costOf(units.searches, rates.searchPerMillion)
  )
}

const isCounted = (value: number | false | undefined): boolean => value !== false && isKnown(value)

/** True where the price is only for pieces of which this request tells no number. */
const isUncounted = ({ units }: RequestShape, rates: Rates): boolean => {
  if (!isByPiece(rates)) return false
  const priced = [
    rates.imagePerMillion !== undefined && units?.images,
    rates.secondPerMillion !== undefined && units?.seconds,
    rates.characterPerMillion !== undefined && units?.characters,
    rates.searchPerMillion !== undefined && units?.searches,
  ]
  return !priced.some(isCounted)
}

/**
 * What this request is expected to cost here, in millionths of a dollar with fractions, by the rates for its length and
 * for `now`; undefined where unpriced. So many of its tokens are taken to be `cached`: a ceiling counts none of them,
 * since nobody promises that a cache is still there.
 */
export const expectedCost = (
  candidate: Candidate,
  request: RequestShape,
  now?: Instant,
  cached = 0,
): number | undefined => {
  const price = candidate.price
  if (price === undefined || price === null) return undefined
  const inputTokens = knownTokens(request.inputTokens) as Tokens
  const rates = ratesFor(price, now === undefined ? { inputTokens } : { inputTokens, at: now })
  const { inputPerMillion, outputPerMillion } = rates
  if (!isKnown(inputPerMillion) || !isKnown(outputPerMillion) || isUncounted(request, rates)) return undefined
  const kept = Math.min(Math.max(0, cached), inputTokens)
  const { cachedInputPerMillion } = rates
  const heard = kept * (isKnown(cachedInputPerMillion) ? cachedInputPerMillion : inputPerMillion)
  const spoken = (inputTokens - kept) * inputPerMillion + heard + knownTokens(request.outputTokens) * outputPerMillion
  const cost = (spoken + piecesCost(request, rates)) / 1e6
  return isKnown(cost) ? cost : undefined
}

/** Tokens of this request's beginning that a candidate is expected to have cached at this moment; read from `candidate.warm`. */
export const cachedTokens = (candidate: Candidate, facts: Facts): number => {
  const warm = candidateSignal(facts, 'candidate.warm', candidate)
  if (!isKnown(warm?.tokens) || warm.tokens <= 0) return 0
  const isPast = isKnown(warm.until) && isKnown(facts.now) && warm.until <= facts.now
  return isPast ? 0 : Math.min(warm.tokens, knownTokens(facts.request.inputTokens))
}

/** What this request is expected to cost here with what is cached priced as cached. */
export const likelyCost = (candidate: Candidate, facts: Facts): number | undefined =>
  expectedCost(candidate, facts.request, facts.now, cachedTokens(candidate, facts))

/** How good a candidate is, with the lower bound at 90 % confidence. */
export interface Quality {
  readonly mean: number
  readonly low: number
}

const configuredQuality = (candidate: Candidate, facts: Facts): number | undefined => {
  const scores = candidate.quality
  const task = signalOf(facts, 'request.task')
  const own = task !== undefined && Object.hasOwn(scores, task) ? scores[task] : undefined
  const any = scores['*']
  if (isKnown(own)) return own
  if (isKnown(any)) return any
  // The lowest of all holds whatever the task turns out to be; another task's score says nothing of a task that was named.
  const isNamed = task !== undefined && !isKnown(signalOf(facts, 'request.confidence'))
  const known = isNamed ? [] : Object.values(scores).filter(isKnown)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** Learned quality where there is some, else the configured score for the request's task, or the lowest of all where nobody named a task and there is none for what was predicted; it counts as certain. */
export const qualityOf = (candidate: Candidate, facts: Facts): Quality | undefined => {
  const learned = candidateSignal(facts, 'candidate.quality', candidate)
  if (isKnown(learned?.mean)) return { mean: learned.mean, low: isKnown(learned.low) ? learned.low : learned.mean }
  const configured = configuredQuality(candidate, facts)
  return configured === undefined ? undefined : { mean: configured, low: configured }
}

/** Samples in the window from which a latency is believed. */
export const provenFrom = 20

/** The p95 of a candidate with enough samples; undefined while it is unproven. */
export const provenLatency = (candidate: Candidate, facts: Facts): number | undefined => {
  const latency = candidateSignal(facts, 'candidate.latency', candidate)
  if (!isKnown(latency?.p95) || !isKnown(latency.samples)) return undefined
  return latency.p95 >= 0 && latency.samples >= provenFrom ? latency.p95 : undefined
}
