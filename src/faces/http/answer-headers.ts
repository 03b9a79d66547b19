/** Headers of an answer: who served it, why, and what it came to. */
import type { RoutingDecision } from '../../domain/decision.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { RateStanding } from '../../domain/limit.ts'
import type { Cost, Loss } from '../../domain/outcome.ts'
import type { Instant } from '../../domain/units.ts'
import type { Call } from '../../ports/gateway.ts'
import type { Ending, Served } from '../../ports/sink.ts'
import { traceResponse } from './trace-context.ts'

/** Longer lists are cut: a head has to stay a head. */
const longest = 2_000

/** A header's value may hold printable ASCII alone, and names come from configurations, providers and clients. */
export const headerText = (text: string): string => {
  const short = text.length > longest ? `${text.slice(0, longest)}...` : text
  if (!/[^\u0020-\u007e]/.test(short)) return short
  return short.toWellFormed().replace(/[^\u0020-\u007e]+/g, found => encodeURIComponent(found))
}

/** The fields that were lost, each once, in order. */
export const lossNames = (losses: readonly Loss[]): string =>
  [...new Set(losses.map(({ field }) => field.replaceAll(',', '%2C')))].join(', ')

/** US dollars without trailing zeros. */
const dollars = (cost: Cost): string => (cost.amount / 1_000_000).toFixed(6).replace(/\.?0+$/, '')

/** What is known when the head is written. */
export interface Known {
  readonly call: Call | undefined
  readonly served: Served | undefined
  /** On streams, whose head leaves before the end, nothing. */
  readonly ending: Partial<Ending>
  readonly losses: readonly Loss[]
  readonly receivedAt: Instant
  readonly isSampled: boolean
}

const ofDecision = (headers: string[], { id, policy, decidedBy, confidence }: RoutingDecision): void => {
  headers.push('x-signalbox-decision', headerText(id))
  headers.push('x-signalbox-policy', headerText(`${policy.name}@${policy.version}`))
  headers.push('x-signalbox-strategy', headerText(decidedBy))
  headers.push('x-signalbox-confidence', String(Math.round(confidence * 10_000) / 10_000))
}

const ofServed = (headers: string[], { candidate, askedAt }: Served, receivedAt: Instant): void => {
  headers.push('x-signalbox-provider', headerText(candidate.provider))
  headers.push('x-signalbox-model', headerText(candidate.model))
  headers.push('x-signalbox-overhead-us', String(Math.max(0, Math.round((askedAt - receivedAt) * 1000))))
}

/** As OpenAI writes it: `6m0s`, `1.5s`, `20ms`. */
const duration = (millis: number): string => {
  if (millis < 1000) return `${Math.max(0, Math.ceil(millis))}ms`
  const seconds = Math.ceil(millis / 100) / 10
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const rest = `${Math.round((seconds % 60) * 10) / 10}s`
  if (minutes === 0) return rest
  return hours === 0 ? `${minutes}m${rest}` : `${hours}h${minutes % 60}m${rest}`
}

/** What clients pace themselves by. */
const ofRates = (headers: string[], rates: readonly RateStanding[] | undefined, now: Instant): void => {
  for (const { measure, limit, left, resetsAt } of rates ?? []) {
    headers.push(`x-ratelimit-limit-${measure}`, String(limit), `x-ratelimit-remaining-${measure}`, String(left))
    if (resetsAt !== undefined) headers.push(`x-ratelimit-reset-${measure}`, duration(resetsAt - now))
  }
}

const ofEnding = (
  headers: string[],
  { fallback, cost, rates }: { readonly [Name in keyof Ending]?: Ending[Name] | undefined },
  now: Instant,
): void => {
  if (fallback !== undefined) headers.push('x-signalbox-fallback', fallback)
  if (cost !== undefined && cost.source !== 'unpriced') headers.push('x-signalbox-cost-usd', dollars(cost))
  ofRates(headers, rates, now)
}

const ofSpan = (headers: string[], { call, served, ending, isSampled }: Known): void => {
  const span = served?.span ?? ending.span ?? call?.span
  if (span === undefined) return
  headers.push('x-signalbox-span-id', span)
  if (call !== undefined) headers.push('traceresponse', traceResponse(call.trace, span, isSampled))
}

/** Where an answer goes on by another candidate, as a comment of the stream, which clients skip. */
export const seamComment = ({ candidate, overlap }: NonNullable<Delivery['seam']>): string =>
  `: x-signalbox-continued: ${headerText(`${candidate.provider}/${candidate.model}`)}; overlap=${overlap}\n\n`

/** The headers, flat. */
export const answerHeaders = (known: Known): string[] => {
  const { served, ending, losses, receivedAt } = known
  const headers: string[] = []
  ofSpan(headers, known)
  const decision = served?.decision ?? ending.decision
  if (decision !== undefined) ofDecision(headers, decision)
  if (served !== undefined) ofServed(headers, served, receivedAt)
  headers.push('x-signalbox-attempts', String(ending.attempts ?? served?.attempts ?? 0))
  ofEnding(headers, { fallback: served?.fallback, rates: served?.rates, ...ending }, receivedAt)
  const all = served === undefined ? losses : [...served.losses, ...losses]
  if (all.length > 0) headers.push('x-signalbox-losses', headerText(lossNames(all)))
  headers.push('x-signalbox-cache', 'off')
  return headers
}
