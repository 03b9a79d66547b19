/** Every signal a strategy may read, by key and type. */
import type { DeploymentId } from './ids.ts'
import type { Instant, MicroUsd, Millis, Tokens, Unit } from './units.ts'

/** Every signal a strategy may read. Add a key here, a source in signals/, and nothing else changes. */
export interface SignalTypes {
  /** What kind of work it is: chat, code, summarisation, … */
  'request.task': string
  /** How hard it is: 0 is easy, 1 is hard. */
  'request.difficulty': Unit
  /** Probability that the task was predicted rightly; absent where caller or pool named it. */
  'request.confidence': Unit
  /** ISO 639-1, as far as it is clear. */
  'request.language': string
  /** Turns taken in this pool so far; what round-robin counts by. */
  'pool.turn': number
  /** Who led for requests of this kind until now, so that a lead has to be real before anybody else gets it. */
  'pool.incumbent': DeploymentId
  /** What trying others for the sake of learning has cost today, UTC. */
  'pool.explored': MicroUsd
  /** The least that is left of any budget of whoever asks, without what requests under way hold; nothing where none applies. */
  'budget.left': MicroUsd
  /** The greatest share that is used or held of any of them. */
  'budget.used': Unit
  /** Absent or `open: false` = may be called. */
  'candidate.circuit': {
    readonly open: boolean
    readonly why: string
    /** `told`: by the provider's own word, which no policy overrules; `credential`: no credential is fit. Absent: by what was seen. */
    readonly by?: 'told' | 'credential'
    readonly until?: Instant
  }
  /** Over the window, for requests of this kind: time to first token when streaming, else the whole answer. */
  'candidate.latency': {
    readonly p50?: Millis
    readonly p95: Millis
    readonly samples: number
    /** Until the last token of this request's answer, 19 times of 20; absent while the pace is not known. */
    readonly expected?: Millis
    /** Output tokens a second, half of the time at least. */
    readonly throughput?: number
  }
  /** Share of failures that it is to blame for, recent ones counting more (half as much every 30 s); in a row; since the last. */
  'candidate.errors': {
    readonly rate: Unit
    readonly inRow: number
    readonly samples: number
    readonly sinceLast?: Millis
  }
  /** Requests under way there. */
  'candidate.inflight': number
  /** Share of each limit that is left, and when it is whole again. */
  'candidate.headroom': {
    readonly requests: Unit
    readonly tokens: Unit
    readonly concurrent: Unit
    readonly resetAt?: Instant
    /** Nothing is left only by the provider's own word, which may be out of date: by our count there is room. */
    readonly told?: true
  }
  /** Tokens of this request's beginning that it is expected to have cached, and until when. */
  'candidate.warm': { readonly tokens: Tokens; readonly until: Instant }
  /** Of what it did in the last minute, how much was for the tenant who asks. */
  'candidate.tenantShare': Unit
  /** How good it is at this task; `low` is the lower confidence bound. */
  'candidate.quality': { readonly mean: Unit; readonly low: Unit; readonly samples: number; readonly source: string }
}
export type SignalKey = keyof SignalTypes

/** The values of one key: for the request or pool, or for each candidate. */
export interface Reading<Value> {
  readonly value?: Value
  readonly by?: Readonly<Record<DeploymentId, Value>>
}
/** What was measured before the decision. Read in O(1); plain JSON. */
export type Signals = { readonly [Key in SignalKey]?: Reading<SignalTypes[Key]> }
