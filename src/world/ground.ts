/** What every request of one world stands on. */
import type { WorldModel } from './models.ts'
import type { Pace } from './pace.ts'
import type { Recordings } from './recordings.ts'
import type { Script } from './reply.ts'
import type { SightingLog } from './sighting.ts'
import type { Speech } from './speech.ts'
import type { Switchboard } from './switches.ts'

export interface Ground {
  readonly models: readonly WorldModel[]
  readonly speeches: readonly Speech[]
  readonly recordings: Recordings
  readonly switches: Switchboard
  readonly log: SightingLog
  readonly pace: Pace
  readonly seed: string
  /** The only key that is taken; absent: any. */
  readonly key?: string
  readonly script?: Script
  /** How many requests each model has had. */
  readonly turns: Map<string, number>
}
