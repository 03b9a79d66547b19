/** What every request of one world stands on. */
import type { WorldModel } from './models.ts'
import type { Operation } from './operation.ts'
import type { Pace } from './pace.ts'
import type { ReadForm } from './read-form.ts'
import type { Recordings } from './recordings.ts'
import type { Script } from './reply.ts'
import type { SightingLog } from './sighting.ts'
import type { Headers, Json, KeptAnswer, Speech } from './speech.ts'
import type { Switchboard } from './switches.ts'

/** A request as a witness sees it, when its body was read. */
export interface Witnessed {
  readonly provider: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: string
  readonly headers: Headers
  /** Empty where a form came. */
  readonly body: Json
  readonly form?: ReadForm
}

/** Is shown every request to a provider, once its body was read. */
export type Witness = (came: Witnessed) => void

export interface Ground {
  readonly models: readonly WorldModel[]
  readonly speeches: readonly Speech[]
  readonly operations: readonly Operation[]
  readonly recordings: Recordings
  readonly switches: Switchboard
  readonly log: SightingLog
  readonly pace: Pace
  readonly seed: string
  /** The only key that is taken; absent: any. */
  readonly key?: string
  readonly script?: Script
  readonly witness?: Witness
  /** The largest file that a form may carry, in bytes. */
  readonly largestFile: number
  /** Answers that can be asked for again, by id. */
  readonly kept: Map<string, KeptAnswer>
  /** How many requests each model has had. */
  readonly turns: Map<string, number>
}
