/** What the dispatcher works with: the machine's gifts, the providers, and those who want to hear of it. */
import type { Candidate, Price } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { CredentialId, ProviderId, SpanId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ExtraCap, Patience } from '../domain/policy.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Usage } from '../domain/stream-event.ts'
import type { Tokens } from '../domain/units.ts'
import type { AnswerCheck } from '../ports/check.ts'
import type { Clock } from '../ports/clock.ts'
import type { Credential, ProviderAdapter } from '../ports/provider.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Transport } from '../ports/transport.ts'
import type { Examine, Judge } from './examine.ts'

/** What an attempt may do of what it wants: all, no more output than this, or nothing. */
export type Held =
  | { readonly ok: true; readonly maxOutput?: Tokens }
  | { readonly ok: false; readonly failure: Failure }

export interface Hands {
  readonly request: ModelRequest
  readonly clock: Clock
  readonly transport: Transport
  readonly secrets: Secrets
  /** The policy's patience, shortened by the request's own wishes. */
  readonly patience: Patience
  /** True if a refusal before any content sends the request on. */
  readonly refusalFails: boolean
  /** True if what a guardrail of the provider stopped before any content sends the request on. */
  readonly guardrailFails?: boolean
  /** What a whole answer must pass before it is shown. */
  readonly checks?: readonly AnswerCheck[]
  /** What these attempts are made for, where it is none of the usual reasons. */
  readonly madeAs?: Attempt['kind']
  /** Nobody else is asked than the first. */
  readonly staysWithFirst: boolean
  adapter(provider: ProviderId): ProviderAdapter | undefined
  /** A credential that is fit for this candidate, not one of `except`; undefined if none is. */
  credential(adapter: ProviderAdapter, candidate: Candidate, except: readonly CredentialId[]): Credential | undefined
  /** How many of the adapter's credentials, these apart, are fit for this candidate now. */
  credentialsLeft(adapter: ProviderAdapter, candidate: Candidate, except: readonly CredentialId[]): number
  /** Why none of the adapter's credentials is fit for this candidate, and until when. */
  resting(adapter: ProviderAdapter, candidate: Candidate): Failure
  /** True if this candidate's circuit has opened since the decision, and the policy heeds circuits. */
  isOpen(candidate: Candidate): boolean
  /** True if this candidate may be asked after others, or again: its last answer was good, or the pool's retries have room. */
  mayRetry(candidate: Candidate): boolean
  /** True if this request may be asked of several at once now: nothing is done twice by it, and the cap has room. */
  mayAskSeveral(cap: ExtraCap | undefined): boolean
  /** Has a whole answer judged. Absent: nobody does. */
  readonly judge?: Judge
  /** What an attempt that broke off has used, as far as is known. Absent: nothing is. */
  usageOf?(attempt: Attempt): Usage
  /** What a model costs that only the answer named. */
  priceOf(provider: ProviderId, model: string): Price | undefined
  /** Holds what this attempt can come to at most of every limit, before it is sent. Absent: nothing is limited. */
  reserve?(attempt: Attempt): Held | Promise<Held>
  /** A turn of a conversation is over; it is stopped where there is nothing left for another. */
  turned?(attempt: Attempt, stop: (failure: Failure) => void): void
  /** It is over: what it came to takes the place of what was held. */
  settle?(attempt: Attempt): void
  span(): SpanId
  /** A number in (0, 1) that depends on the request and this label alone. */
  draw(label: string): number
  tell(event: GatewayEvent): void
}

/** What an attempt is made for. */
export interface Errand {
  readonly candidate: Candidate
  readonly index: number
  /** Credentials that failed for this candidate before. */
  readonly except: readonly CredentialId[]
  /** Judges the answer once it is whole, unless something of it was shown. */
  readonly examine?: Examine | undefined
}
