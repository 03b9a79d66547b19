/** Organisations, teams, users and virtual keys as records: what a file says or the admin API makes. */
import type { AllowList, Duty } from './caller.ts'
import type { VirtualKeyId } from './ids.ts'
import type { Level, Limit } from './limit.ts'
import type { Instant } from './units.ts'

export interface Origin {
  /** `file`: it stands in the configuration and can be changed there alone; `api`: it was made through the admin API. */
  readonly origin: 'file' | 'api'
}

interface Record extends Origin {
  readonly id: string
  readonly name?: string
  readonly metadata?: Readonly<{ [name: string]: string }>
  readonly limits: readonly Limit[]
}

export interface Organisation extends Record {
  readonly allow?: AllowList
}
export interface Team extends Record {
  readonly organisation?: string
  readonly allow?: AllowList
}
export interface User extends Record {
  readonly organisation?: string
  readonly team?: string
  readonly allow?: AllowList
}

/** What opens the house: the keyed digest of a secret, never the secret. */
export interface KeyDigest {
  /** HMAC-SHA-256 of the secret, hex. */
  readonly digest: string
  /** Until when it is good; absent: for as long as the key. */
  readonly until?: Instant
}

export interface VirtualKey extends Record {
  readonly id: VirtualKeyId & string
  /** The first characters of the secret, which tell keys apart and say nothing of the rest. */
  readonly prefix: string
  /** The newest first; after a rotation the one before is good for a while. */
  readonly digests: readonly KeyDigest[]
  readonly organisation?: string
  readonly team?: string
  readonly user?: string
  readonly allow?: AllowList
  /** Addresses and CIDR ranges from which it may be used; absent: from everywhere. */
  readonly addresses?: readonly string[]
  readonly createdAt: Instant
  readonly expiresAt?: Instant
  readonly revokedAt?: Instant
  /** What its holder may do in the admin API; absent: it is a key for models alone. */
  readonly duty?: Duty
}

/** Everything that limits whoever asks, found by whose it is. */
export interface LimitBook {
  /** Nothing is limited. */
  readonly isEmpty: boolean
  /** The limits of this subject itself, then those that hold for each subject of the level (`*`), as this subject's own. */
  of(level: Level, name: string): readonly Limit[]
  /** The tags by name of which some value is limited. */
  readonly tags: ReadonlySet<string>
  /** Changes with every change of it. */
  readonly version: number
}
