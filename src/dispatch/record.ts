/** The record of an attempt while it is made: what is known at its start, and what each piece of its answer adds. */
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { GatewayEvent, RateReport, RequestEvent } from '../domain/gateway-event.ts'
import type { CredentialId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Instant } from '../domain/units.ts'
import type { AnswerReader, ProviderAdapter } from '../ports/provider.ts'
import type { Errand, Hands } from './hands.ts'

/** An attempt while it is made. */
export type Growing = { -readonly [Key in keyof Attempt]: Attempt[Key] }

/** Nothing has been sent yet. */
export const startRecord = (errand: Errand & Pick<Attempt, 'kind' | 'trigger'>, hands: Hands): Growing => {
  const { candidate, index, kind, trigger } = errand
  const startedAt = hands.clock.now()
  return {
    index,
    candidate,
    credentialsLeft: 0,
    kind: hands.madeAs ?? kind,
    ...(trigger !== undefined && { trigger }),
    spanId: hands.span(),
    lane: 'translated',
    startedAt,
    endedAt: startedAt,
    committed: false,
    size: 0,
    losses: [],
  }
}

/** How many other keys would do for this candidate, now that the attempt is over. */
export const countKeysLeft = (
  made: Growing,
  adapter: ProviderAdapter,
  except: readonly CredentialId[],
  { credentialsLeft }: Hands,
): void => {
  const used = made.credential === undefined ? [] : [made.credential]
  made.credentialsLeft = credentialsLeft(adapter, made.candidate, [...except, ...used])
}

/** Who names no model has no price until the answer names one. */
const noteModel = (made: Growing, model: string, { request, priceOf }: Hands): void => {
  made.upstreamModel = model
  if (made.candidate.price !== undefined || request.operation !== 'passthrough') return
  const price = priceOf(made.candidate.provider, model)
  if (price !== undefined) made.price = price
}

/** What this piece tells of the attempt. */
export const note = (made: Growing, delivery: Delivery, hands: Hands): void => {
  if (delivery.model !== undefined) noteModel(made, delivery.model, hands)
  if (delivery.upstreamId !== undefined) made.upstreamId = delivery.upstreamId
  if (delivery.serviceTier !== undefined) made.serviceTier = delivery.serviceTier
  if (delivery.usage !== undefined) made.usage = delivery.usage
  if (delivery.finish !== undefined) made.finish = delivery.finish
  made.size += delivery.size
}

/**
 * What a provider had counted by when its answer was broken off. Dialects tell usage at the end, and some providers count
 * the request at the beginning: that much is billed, whoever broke it off.
 */
export const noteToldUsage = (made: Growing, reader: AnswerReader | undefined): void => {
  try {
    const usage = reader?.end().usage
    if (usage !== undefined) made.usage = usage
  } catch {
    // A codec that breaks on half an answer knows of no count; why the attempt is over has been told already.
  }
}

/** Why it is over: what stopped before it had said anything did not break off, it was no answer. */
export const whyOver = ({ firstTokenAt }: Growing, failure: Failure): Failure =>
  failure.kind === 'stream-broken' && firstTokenAt === undefined ? { ...failure, kind: 'upstream-garbled' } : failure

/** What every event of an attempt tells. */
export const told = (
  { candidate, credential }: Growing,
  { id }: ModelRequest,
  at: Instant,
): RequestEvent & { readonly candidate: Candidate; readonly credential?: CredentialId } => ({
  at,
  request: id,
  candidate,
  ...(credential !== undefined && { credential }),
})

/** The head of its answer, as an event. */
export const headOf = (
  made: Growing,
  rates: RateReport | undefined,
  at: Instant,
  { request }: Hands,
): GatewayEvent => ({
  ...told(made, request, at),
  type: 'attempt-answered',
  operation: request.operation,
  ...(rates !== undefined && { rates }),
})

/** Its end: what it came to takes the place of what was held for it, and everybody hears. */
export const tellEnd = (made: Growing, { request: { id, stream, operation }, settle, tell }: Hands): void => {
  settle?.(made)
  tell({ type: 'attempt-ended', at: made.endedAt, request: id, attempt: made, streamed: stream, operation })
}

/** If this piece ends a turn of a conversation, it is told; where there can be no other, the conversation is stopped. */
export const noteTurn = (made: Growing, { turn }: Delivery, hands: Hands, stop: (failure: Failure) => void): void => {
  if (turn === undefined) return
  hands.tell({ ...told(made, hands.request, hands.clock.now()), type: 'turn-ended', usage: turn })
  hands.turned?.(made, stop)
}
