/** Who asks: virtual key, team, user, and what they may use. */
import type { VirtualKeyId } from './ids.ts'

/** What a key may use; an absent list allows everything, `*` matches all. */
export interface AllowList {
  readonly pools?: readonly string[]
  readonly models?: readonly string[]
  readonly providers?: readonly string[]
  readonly policies?: readonly string[]
  /** What may be asked: `chat`, `embeddings`, `passthrough`, … */
  readonly operations?: readonly string[]
  /** Values of the tag `region` that a candidate may have. */
  readonly regions?: readonly string[]
}

/** What somebody with an admin key may do: `viewer` reads, `editor` changes keys, budgets and policies, `admin` also hierarchy and admin keys, `owner` everything. */
export type Role = 'owner' | 'admin' | 'editor' | 'viewer'

/** A role within one organisation or team; everywhere where neither is named. */
export interface Duty {
  readonly role: Role
  readonly organisation?: string
  readonly team?: string
}

export interface Caller {
  readonly key: VirtualKeyId
  readonly organisation?: string
  readonly team?: string
  readonly user?: string
  readonly allow?: AllowList
  /** May this caller use the admin API. */
  readonly admin?: boolean
  /** What exactly it may do there. */
  readonly duty?: Duty
  /** The guardrails that its requests pass through, by the name of their set. */
  readonly guardrails?: string
  /** What is known of it beside, which conditions may read as `key.*`. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** True if the list is absent, holds `*`, or names it. */
export const isAllowed = (list: readonly string[] | undefined, name: string): boolean =>
  list === undefined || list.includes('*') || list.includes(name)
