/** What processes of one house tell each other at once: changes of keys and settings, and what each learns of providers. */
import type { PartHealth } from './part-health.ts'

export interface Channel {
  /** Who says it; no two processes have the same name. */
  readonly me: string
  /** Tells every other process that listens now. Never waits, never fails: what cannot be told is counted. */
  publish(topic: string, message: unknown): void
  /** Hears what others tell, never its own; until the returned function is called. */
  subscribe(topic: string, listener: (message: unknown, from: string) => void): () => void
  /** Told after others could not be heard for a while: whatever was said meanwhile is lost, so look for yourself. */
  onHealed(listener: () => void): () => void
  health(): PartHealth
  close(): Promise<void>
}
