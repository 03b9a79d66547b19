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
}

export interface Caller {
  readonly key: VirtualKeyId
  readonly organisation?: string
  readonly team?: string
  readonly user?: string
  readonly allow?: AllowList
  /** May this caller use the admin API. */
  readonly admin?: boolean
}

/** True if the list is absent, holds `*`, or names it. */
export const isAllowed = (list: readonly string[] | undefined, name: string): boolean =>
  list === undefined || list.includes('*') || list.includes(name)
