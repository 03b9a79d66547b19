/** What a drill is: a world with its weather, traffic, the strategies that face it, and what is measured of them. */
import type { PeerMaker } from './peer.ts'
import type { Place } from './simulated-provider.ts'
import type { Tenant } from './traffic.ts'
import type { Spell } from './weather.ts'

/** A policy of ours as a user writes it, or an algorithm of others. */
export type Contender =
  | {
      readonly name: string
      /** Members of a policy, as YAML. */
      readonly policy: string
      /** Scores of answers are told to it, and its configured scores follow them. */
      readonly isTold?: boolean
    }
  | { readonly name: string; readonly peer: PeerMaker }

/** What stands in a column of a drill's table. */
export type Column =
  | 'errors'
  | 'errorsAfter'
  | 'rescued'
  | 'firstP50'
  | 'firstP95'
  | 'firstP99'
  | 'wholeP99'
  | 'cost'
  | 'quality'
  | 'switches'
  | 'evacuated'
  | 'returned'
  | 'peakLoad'
  | 'calls'
  | 'callsWorst'
  | 'extra'
  | 'qualityAfter'
  | 'othersFirstP99'
  | 'othersErrors'
  | 'noisyFirstP99'
  | 'noisyTop'
  | 'kept'

export interface Drill {
  readonly name: string
  readonly title: string
  /** What it is about, and what would be good, in words for its page. */
  readonly about: string
  /** In seconds. */
  readonly lasts: number
  readonly places: readonly Place[]
  readonly tenants: readonly Tenant[]
  readonly spells: readonly Spell[]
  /** Who is ill, and from when to when, in seconds: what evacuation and return are measured by. */
  readonly ill?: { readonly id: string; readonly from: number; readonly to: number }
  /** The tenant that asks too much. */
  readonly noisy?: string
  readonly contenders: readonly Contender[]
  readonly columns: readonly Column[]
  /** Shares of traffic over time are drawn for these contenders. */
  readonly pictures?: readonly string[]
}

/** Ten minutes. */
export const tenMinutes = 600

/** What all policies of ours are given beside their steps: the same patience as the peers'. */
export const patience = 'patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 8s, idle: 20s, total: 600s }'

/** A policy of ours: its steps as a list in YAML's short form, and further members. */
export const policy = (steps: string, ...more: readonly string[]): string =>
  [`steps: [${steps}]`, ...(more.some(one => one.startsWith('patience')) ? [] : [patience]), ...more].join('\n')
