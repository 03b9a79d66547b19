/** Rate-limit and retry headers, in every spelling that providers have. */
import type { RateReport } from '../domain/gateway-event.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import type { WireHead } from '../ports/transport.ts'

type Headers = WireHead['headers']
type Measure = NonNullable<RateReport['requests']>

/** The header's first value, trimmed; undefined where it is absent or empty. */
export const headerOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  const text = (typeof value === 'string' ? value : value?.[0])?.trim()
  return text === '' ? undefined : text
}

const numberOf = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^\d+(?:\.\d+)?$/.test(text)) return undefined
  return Number(text)
}

const milliseconds: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** `6ms`, `10.33s`, `1m30s`, `48s`: a duration as Go and Google write it. Undefined for anything else. */
export const durationOf = (text: string): Millis | undefined => {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    total += Number(amount) * (milliseconds[unit ?? ''] ?? 0)
  }
  return millis(total)
}

/** A point in time that names its zone: RFC 3339 or an HTTP date. */
const dateOf = (text: string): Instant | undefined => {
  const zoned = /^\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)$/i.test(text) || text.endsWith(' GMT')
  const time = zoned ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : (time as Instant)
}

/** When a limit is full again: a duration, seconds from now, seconds or milliseconds since the epoch, or a date. */
const resetOf = (text: string | undefined, now: Instant): Instant | undefined => {
  if (text === undefined) return undefined
  const number = numberOf(text)
  if (number !== undefined) {
    // OpenRouter gives the epoch in milliseconds, others in seconds; no window lasts thirty years.
    if (number > 1e11) return number as Instant
    return (number > 1e9 ? number * 1_000 : now + number * 1_000) as Instant
  }
  const duration = durationOf(text)
  return duration === undefined ? dateOf(text) : ((now + duration) as Instant)
}

/** Header names of one measure: limit, left, reset, and the length of its window where the provider tells it. */
type Names = readonly [limit: string, left: string, reset: string, period?: string]

/** `x-ratelimit-limit-requests` and so on. */
const spelled = (suffix: string): Names => [
  `x-ratelimit-limit-${suffix}`,
  `x-ratelimit-remaining-${suffix}`,
  `x-ratelimit-reset-${suffix}`,
  `x-ratelimit-renewalperiod-${suffix}`,
]
const anthropic = (measure: string): Names => [
  `anthropic-ratelimit-${measure}-limit`,
  `anthropic-ratelimit-${measure}-remaining`,
  `anthropic-ratelimit-${measure}-reset`,
]

interface Family {
  readonly requests: readonly Names[]
  readonly tokens: readonly Names[]
}
export type LimitFamily =
  | 'openai'
  | 'anthropic'
  | 'mistral'
  | 'cerebras'
  | 'fireworks'
  | 'together'
  | 'cohere'
  | 'plain'

/** How limits are spelt. All are read of everybody: what stands behind an address may speak as another. */
export const limitFamilies: Readonly<Record<LimitFamily, Family>> = {
  // OpenAI, Groq (durations), Azure (seconds, and the window's length), xAI (no reset), SambaNova (the epoch, and days), GitHub, Nebius.
  openai: { requests: ['requests', 'requests-day'].map(spelled), tokens: ['tokens', 'tokens-day'].map(spelled) },
  anthropic: {
    requests: ['requests'].map(anthropic),
    tokens: ['tokens', 'input-tokens', 'output-tokens'].map(anthropic),
  },
  mistral: {
    requests: ['req-minute', 'req-10-second', 'req-second'].map(spelled),
    tokens: ['tokens-minute', 'tokens-5-minute', 'tokens-month'].map(spelled),
  },
  cerebras: {
    requests: ['requests-minute', 'requests-hour', 'requests-day'].map(spelled),
    tokens: ['tokens-minute', 'tokens-hour', 'tokens-day'].map(spelled),
  },
  fireworks: { requests: ['requests'].map(spelled), tokens: ['tokens-prompt', 'tokens-generated'].map(spelled) },
  together: {
    requests: [['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']],
    tokens: [['x-tokenlimit-limit', 'x-tokenlimit-remaining', 'x-tokenlimit-reset']],
  },
  // Trial keys by the minute, all keys by the month.
  cohere: {
    requests: [
      ['x-trial-endpoint-call-limit', 'x-trial-endpoint-call-remaining', 'x-trial-endpoint-call-reset'],
      ['x-endpoint-monthly-call-limit', 'x-endpoint-monthly-call-remaining', 'x-endpoint-monthly-call-reset'],
    ],
    tokens: [],
  },
  // OpenRouter; then the names of the IETF's older drafts.
  plain: {
    requests: [
      ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
      ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
    ],
    tokens: [],
  },
}

/** Each spelling once: families share some. */
const allOf = (measure: keyof Family): readonly Names[] => [
  ...new Map(
    Object.values(limitFamilies)
      .flatMap(family => family[measure])
      .map(names => [names[0], names]),
  ).values(),
]
const requestNames = allOf('requests')
const tokenNames = allOf('tokens')

const measureOf = (
  headers: Headers,
  [limitName, leftName, resetName, periodName]: Names,
  now: Instant,
): Measure | undefined => {
  const limit = numberOf(headerOf(headers, limitName))
  const left = numberOf(headerOf(headers, leftName))
  if (limit === undefined && left === undefined) return undefined
  let resetAt = resetOf(headerOf(headers, resetName), now)
  const period = periodName === undefined ? undefined : numberOf(headerOf(headers, periodName))
  // Azure told a reset of 500 beside a window of 60 s (2026-08): no window lasts longer than it is.
  if (resetAt !== undefined && period !== undefined) resetAt = Math.min(resetAt, now + period * 1_000) as Instant
  return {
    ...(limit !== undefined && { limit }),
    ...(left !== undefined && { left }),
    ...(resetAt !== undefined && { resetAt }),
  }
}

const fullness = (measure: Measure): number =>
  measure.left === undefined || measure.limit === undefined ? 1 : measure.left / Math.max(measure.limit, 1)

/** Of all windows that the headers tell, the one that is nearest to empty. */
const tightest = (headers: Headers, names: readonly Names[], now: Instant): Measure | undefined => {
  let found: Measure | undefined
  for (const one of names) {
    const measure = measureOf(headers, one, now)
    if (measure !== undefined && (found === undefined || fullness(measure) < fullness(found))) found = measure
  }
  return found
}

/** The IETF's newer form in one header: `"hour";r=50;t=30`, or before that `limit=100, remaining=50, reset=30`. */
const inOneHeader = (headers: Headers, now: Instant): Measure | undefined => {
  const text = headerOf(headers, 'ratelimit')
  const left = numberOf(text && /(?:^|[;,\s])(?:r|remaining)=(\d+)/i.exec(text)?.[1])
  if (text === undefined || left === undefined) return undefined
  const limit = numberOf(/(?:^|[;,\s])limit=(\d+)/i.exec(text)?.[1])
  const resetAt = resetOf(/(?:^|[;,\s])(?:t|reset)=(\d+)/i.exec(text)?.[1], now)
  return { left, ...(limit !== undefined && { limit }), ...(resetAt !== undefined && { resetAt }) }
}

/** Every name above has one of these words in it; most answers have no such header, and need no further look. */
const tellsLimits = (headers: Headers): boolean => {
  for (const name in headers) {
    if (name.includes('ratelimit') || name.includes('tokenlimit') || name.includes('call-limit')) return true
  }
  return false
}

/** What the headers tell of the provider's limits; undefined if nothing. A `retry-after` says nothing here: providers send it on good answers too. */
export const ratesOf = (headers: Headers, now: Instant): RateReport | undefined => {
  if (!tellsLimits(headers)) return undefined
  const requests = tightest(headers, requestNames, now) ?? inOneHeader(headers, now)
  const tokens = tightest(headers, tokenNames, now)
  if (requests === undefined && tokens === undefined) return undefined
  return { ...(requests !== undefined && { requests }), ...(tokens !== undefined && { tokens }) }
}

/** Nobody means to be asked again in a longer time; what says so is a mistake, and must not be told on as a number without end. */
const longestWait = 366 * 86_400_000

const toldWait = (headers: Headers, now: Instant): number | undefined => {
  const exact = numberOf(headerOf(headers, 'retry-after-ms'))
  // Azure sends 0 here beside a whole second in `retry-after`.
  if (exact !== undefined && exact > 0) return exact
  // GitHub tells how long a limit still lasts beside what kind it is.
  const text = headerOf(headers, 'retry-after') ?? headerOf(headers, 'x-ratelimit-timeremaining')
  if (text === undefined) return exact
  const seconds = numberOf(text)
  if (seconds !== undefined) return seconds * 1_000
  const date = dateOf(text)
  return date === undefined ? durationOf(text) : Math.max(0, date - now)
}

/** How long a failed answer's headers ask us to wait. */
export const waitOf = (headers: Headers, now: Instant): Millis | undefined => {
  const wait = toldWait(headers, now)
  return wait === undefined ? undefined : millis(Math.min(wait, longestWait))
}

/** How long until a limit that is used up is full again. */
export const waitForReset = (headers: Headers, now: Instant): Millis | undefined => {
  const rates = ratesOf(headers, now)
  const empty = [rates?.requests, rates?.tokens].filter(one => one?.left === 0 && one.resetAt !== undefined)
  if (empty.length === 0) return undefined
  return millis(Math.max(0, ...empty.map(one => (one?.resetAt ?? now) - now)))
}
