/** Encode, authorize, read, classify; pure. */
import type { Closing, MessageForm } from '../domain/conversation.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { RateReport } from '../domain/gateway-event.ts'
import type { CredentialId, DialectId, ProviderId } from '../domain/ids.ts'
import type { Continuation, Loss } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Instant } from '../domain/units.ts'
import type { WireError, WireHead, WireRequest } from './transport.ts'

/** A provider's secret, by reference. */
export interface Credential {
  readonly id: CredentialId
  /** `${NAME}`, `file:PATH` or text. */
  readonly reference: string
  readonly weight: number
}

/** Bytes in, deliveries out, wherever the bytes happen to be cut. Never throws. */
export interface AnswerReader {
  readonly lane: 'express' | 'translated'
  /** What is passed on before any byte of the body has come; absent: nothing is. */
  begin?(): Delivery
  push(chunk: Uint8Array, form?: MessageForm): Delivery
  end(closing?: Closing): Delivery
}

export interface FailedAnswer {
  readonly status: number
  readonly headers: WireHead['headers']
  readonly body: string
  readonly now: Instant
}

/** One request to one deployment: what is sent, and how its answer is read. */
export interface Asked {
  readonly lane: 'express' | 'translated'
  readonly wire: WireRequest
  readonly losses: readonly Loss[]
  /** A reader for an answer with a 2xx head; with `readsAll`, for any. `secret` is what the request was signed with. */
  read(head: WireHead, secret?: string): AnswerReader
  /** The client gets whatever the provider says, errors too. */
  readonly readsAll?: boolean
  /** Where an answer that broke off goes on: how it is asked for, and whether what was shown comes again in front of it. */
  readonly goesOn?: { readonly by: Continuation['by']; readonly repeats: boolean }
  /** May it be sent again after its connection went wrong like this. Absent: yes. */
  mayRepeat?(error: WireError['kind']): boolean
}

/** Dialects at an address with a credential and quirks. */
export interface ProviderAdapter {
  readonly id: ProviderId
  /** Its name in telemetry, e.g. `openai`, `anthropic`. */
  readonly system: string
  /** In which it is asked unless the client speaks another that it knows. */
  readonly dialect: DialectId
  readonly credentials: readonly Credential[]
  /** The request as it is sent to this deployment, or why this provider cannot be asked for it. */
  ask(
    request: ModelRequest,
    deployment: Deployment,
  ): { readonly ok: true; readonly asked: Asked } | { readonly ok: false; readonly failure: Failure }
  /** Does it speak this dialect itself, for this model. */
  speaks(dialect: DialectId, model: string): boolean
  /** Adds the credential. Pure: a signature's time comes in as `now`. */
  authorize(wire: WireRequest, secret: string, now: Instant): WireRequest
  classify(failed: FailedAnswer): Failure
  /** What the headers tell of the provider's limits. */
  rates(headers: WireHead['headers'], now: Instant): RateReport | undefined
}
