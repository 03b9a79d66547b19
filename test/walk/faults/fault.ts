/** What a fault of an upstream is, and what must become of it. */
import type { Script, TongueName } from './answers.ts'
import type { Call } from './upstream.ts'

/**
 * What must become of it. `rescued`: nothing was shown, so the other candidate answers; `broken`: it ends with an error
 * after what was shown; `own`: the caller is told that the request is at fault; `served`: it is no fault, and the
 * answer is whole.
 */
export type Fate = 'rescued' | 'broken' | 'own' | 'served'
export interface Way {
  readonly primary: 'openai' | 'anthropic' | 'gemini'
  /** What it is spoken to in. */
  readonly tongue: TongueName
  readonly streamed: boolean
}

/** Where an upstream is that cannot be reached at all. */
export type Place = 'refused' | 'nowhere' | 'stranger' | 'no-tls' | 'mute'

export interface Fault {
  readonly name: string
  readonly fate: (way: Way, script: Script) => Fate
  /** True where there is no such thing. */
  readonly isNone?: (way: Way) => boolean
  /** A connection breaks so early that the transport may take it for one that had gone stale, and opens another. */
  readonly isStale?: boolean
  /** It shows only by its silence or its length, so that deadlines have to be short. */
  readonly hasty?: boolean
  /** It takes so much memory that its cells have to wait for each other. */
  readonly heavy?: boolean
  readonly at?: Place
  readonly act: (call: Call, script: Script) => void | Promise<void>
}
