/** How a provider is asked which models it has; pure, like an adapter. */
import type { Ability } from '../domain/deployment.ts'
import type { ProviderId } from '../domain/ids.ts'
import type { Checked, Instant, Tokens } from '../domain/units.ts'
import type { Credential } from './provider.ts'
import type { WireRequest } from './transport.ts'

/** A model as its provider tells of it. */
export interface ListedModel {
  readonly model: string
  /** Undefined where it is not told. */
  readonly contextWindow?: Tokens
  readonly accepts?: readonly Ability[]
}

export interface ModelList {
  readonly provider: ProviderId
  readonly credentials: readonly Credential[]
  readonly request: WireRequest
  authorize(wire: WireRequest, secret: string, now: Instant): WireRequest
  /** The models in the answer's body, or why it is no list. */
  read(body: string): Checked<readonly ListedModel[]>
  /** What is asked for one model, where the list alone does not tell its window. */
  about?(model: string): WireRequest
  /** The model with what that answer tells; unchanged where it tells nothing. */
  readAbout?(listed: ListedModel, body: string): ListedModel
}
