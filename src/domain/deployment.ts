/** Provider, model, deployment, pool, price; Candidate. */
import type { DeploymentId, DialectId, ModelId, PoolId, ProviderId } from './ids.ts'
import type { MicroUsd, Tokens, Unit } from './units.ts'

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

/** Millionths of a dollar per million tokens. */
export interface Price {
  readonly inputPerMillion: MicroUsd
  readonly outputPerMillion: MicroUsd
  readonly cachedInputPerMillion?: MicroUsd
  readonly cacheWritePerMillion?: MicroUsd
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
  /** Lower comes first. */
  readonly priority: number
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
