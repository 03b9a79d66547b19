/** What a provider's way to talk over a WebSocket must be able to do. */
import type { Ground } from '../ground.ts'
import type { Complaint, Headers, Voice } from '../speech.ts'
import type { Line } from './line.ts'

/** What was known when the line opened. */
export interface Opening {
  /** The model, where the address names it. */
  readonly model: string | undefined
  readonly seed: string
  /** What was wrong already, for those who say so only on the line. */
  readonly complaint: Complaint | undefined
}

/** Hears what the client says on one line. */
export interface Listener {
  hear(data: Buffer): void
}

export interface Talk {
  readonly voice: Voice
  /** What an address asks for; undefined if it is none of this. */
  route(path: string, query: URLSearchParams): { readonly model?: string } | undefined
  /** The key where it may also come as the name of a protocol, as browsers must send it. */
  keyIn?(headers: Headers): string | undefined
  /** Refuses on the line and not before it. */
  readonly refusesInside: boolean
  open(line: Line, ground: Ground, opening: Opening): Listener
}
