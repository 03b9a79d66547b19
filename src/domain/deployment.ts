/** Provider, model, deployment, pool, price; Candidate. */
import type { DeploymentId, DialectId, ModelId, PoolId, ProviderId } from './ids.ts'
import type { Instant, MicroUsd, Millis, Tokens, Unit } from './units.ts'

/**
 * What a request may need and a deployment may accept. The first group is of chats; `image`, `audio` and `file` are
 * taken in, `image-output` and `audio-output` given. The second group has one ability for each other operation.
 */
export const abilities = [
  'text',
  'image',
  'audio',
  'file',
  'tools',
  'json-schema',
  'reasoning',
  'logprobs',
  'choices',
  'image-output',
  'audio-output',
  'completions',
  'embeddings',
  'rerank',
  'moderations',
  'images',
  'image-edits',
  'speech',
  'transcription',
  'translation',
  'realtime',
] as const
export type Ability = (typeof abilities)[number]

const byOperation: ReadonlyMap<string, Ability> = new Map([
  ['chat', 'text'],
  ['completions', 'completions'],
  ['embeddings', 'embeddings'],
  ['rerank', 'rerank'],
  ['moderations', 'moderations'],
  ['images', 'images'],
  ['image-edits', 'image-edits'],
  ['speech', 'speech'],
  ['transcriptions', 'transcription'],
  ['translations', 'translation'],
  ['realtime', 'realtime'],
])

/** What an operation needs whatever is asked in it; undefined where it needs nothing of its own, as `passthrough`. */
export const abilityFor = (operation: string): Ability | undefined => byOperation.get(operation)

/** Millionths of a dollar for a million: of tokens, or of the pieces that a member names. */
export interface Rates {
  readonly inputPerMillion: MicroUsd
  readonly outputPerMillion: MicroUsd
  /** Absent: as other input, as all further rates of tokens are as their kind where they are absent. */
  readonly cachedInputPerMillion?: MicroUsd
  readonly cacheWritePerMillion?: MicroUsd
  /** For what is kept for an hour. */
  readonly longCacheWritePerMillion?: MicroUsd
  readonly reasoningPerMillion?: MicroUsd
  readonly inputAudioPerMillion?: MicroUsd
  readonly cachedInputAudioPerMillion?: MicroUsd
  readonly outputAudioPerMillion?: MicroUsd
  readonly inputImagePerMillion?: MicroUsd
  readonly outputImagePerMillion?: MicroUsd
  /** Of pieces. Absent: they cost nothing beside their tokens. */
  readonly imagePerMillion?: MicroUsd
  /** Of audio, heard or spoken. */
  readonly secondPerMillion?: MicroUsd
  readonly characterPerMillion?: MicroUsd
  readonly searchPerMillion?: MicroUsd
  readonly requestPerMillion?: MicroUsd
}

/** What all of a request costs whose input is longer than so many tokens; what is absent costs as below. */
export interface Tier extends Partial<Rates> {
  readonly above: Tokens
}
/** What another class of service costs. */
export interface ServiceRates extends Partial<Rates> {
  /** Of every rate that is not given here, in thousandths: 500 is half price. Absent: the whole. */
  readonly share?: number
}
/** What a model costs where only length and class of service count. */
export interface PlainPrice extends Rates {
  /** Shortest first. */
  readonly tiers?: readonly Tier[]
  /** By the provider's word for the class of service: `batch`, `flex`, `priority`. */
  readonly services?: Readonly<Record<string, ServiceRates>>
}
/** Another price from a day on, or at some hours of each day. */
export interface PriceChange {
  readonly since?: Instant
  /** Milliseconds of the day in UTC, the first that counts and the first that does not; `to` may be on the next day. */
  readonly from?: Millis
  readonly to?: Millis
  readonly price: PlainPrice
}
/** What a model costs. */
export interface Price extends PlainPrice {
  /** The last that is in force replaces the whole price. */
  readonly changes?: readonly PriceChange[]
}

export interface Limits {
  readonly rpm?: number
  readonly tpm?: number
  readonly concurrent?: number
}

/** One callable instance of a model, with limits and price. Plain JSON. */
export interface Deployment {
  readonly id: DeploymentId
  readonly provider: ProviderId
  readonly model: ModelId
  readonly dialect: DialectId
  /** Undefined where nobody told. */
  readonly contextWindow?: Tokens
  readonly maxOutput?: Tokens
  readonly accepts: readonly Ability[]
  /** Undefined means unpriced, which is not free. */
  readonly price?: Price
  readonly weight: number
  /** Lower comes first. Absent: by its place in the pool. */
  readonly priority?: number
  readonly limits: Limits
  readonly tags: Readonly<Record<string, string>>
  /** Configured quality by task; `*` for any. */
  readonly quality: Readonly<Record<string, Unit>>
}
/** One deployment, as a choice for one request. */
export type Candidate = Deployment

export interface Pool {
  readonly id: PoolId
  readonly candidates: readonly DeploymentId[]
  readonly policy: string
  readonly task?: string
}
