/** What every telemetry listener of the machine offers. */
import type { Telemetry } from '../ports/telemetry.ts'

export interface Listener {
  readonly hear: Telemetry
  /** Resolves when what was heard so far has been written, or is lost and counted. Never rejects. */
  flush(): Promise<void>
  /** Flushes, then lets go of everything. Never rejects. */
  close(): Promise<void>
  /** How many entries never arrived. */
  dropped(): number
}
