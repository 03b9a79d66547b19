/** One line of JSON for each settled request, and whatever else has to be told; no prompts, no secrets. */
import { destination as openDestination, pino } from 'pino'
import { codeOf } from '../../domain/failure.ts'
import type { Settled } from '../../domain/gateway-event.ts'
import type { RequestId } from '../../domain/ids.ts'
import type { Attempt } from '../../domain/outcome.ts'
import { millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Listener } from '../listener.ts'
import { redact } from '../redact.ts'
import { durationOf, fallbackOf, feedbackSpanOf, firstContentOf, isOurFault, servedOf, statusToldOf } from '../story.ts'

export interface LogOptions {
  readonly clock: Clock
  /** `error`: only what failed on our side or the provider's; `info`: every request; `off`: nothing. */
  readonly level: 'off' | 'error' | 'info'
  /** A file descriptor or the path of a file; standard output if not told. */
  readonly to?: number | string
  /** How many bytes may wait to be written; what comes beyond is dropped and counted. 4 MiB if not told. */
  readonly room?: number
}

export interface LogListener extends Listener {
  /** Writes a line of its own; credentials are cut out of it. */
  tell(level: 'info' | 'error', message: string, error?: unknown): void
}

/** To a thousandth: enough for people, and short. */
const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 1000) / 1000

const cleaned = (text: string | undefined): string | undefined => (text === undefined ? undefined : redact(text))

/** Who asked for what. Whatever a caller chose is cleaned. */
const askedOf = ({ caller, target, pool, streamed, decision }: Settled) => ({
  key: cleaned(caller.key),
  team: cleaned(caller.team),
  target: cleaned(target),
  pool,
  streamed,
  decision: decision?.decision.id,
  policy: decision?.decision.policy.name,
})

/** Who served, or was asked last. */
const servedBy = ({ candidate, lane, usage }: Attempt) => ({
  deployment: candidate.id,
  provider: candidate.provider,
  model: candidate.model,
  lane,
  input_tokens: usage?.input,
  output_tokens: usage?.output,
})

/** How it ended. */
const endingOf = (settled: Settled) => ({
  attempts: settled.attempts.length,
  fallback: fallbackOf(settled),
  status: statusToldOf(settled),
  failure: settled.failure && codeOf(settled.failure),
  upstream_status: settled.failure?.upstream?.status,
  ms: rounded(durationOf(settled)),
  first_ms: rounded(firstContentOf(settled)),
  overhead_ms: rounded(settled.overhead),
  cost_usd: settled.cost.amount / 1e6,
  cost_source: settled.cost.source,
})

/** Members that are undefined are left out of the line. */
const lineOf = (request: RequestId, settled: Settled) => {
  const attempt = servedOf(settled) ?? settled.attempts.at(-1)
  return {
    request,
    trace: settled.trace.traceId,
    span: feedbackSpanOf(settled),
    ...askedOf(settled),
    ...(attempt && servedBy(attempt)),
    ...endingOf(settled),
  }
}

const describe = (error: unknown): Record<string, string | undefined> => {
  if (!(error instanceof Error)) return { error: redact(String(error)) }
  return { error: redact(error.message), stack: error.stack === undefined ? undefined : redact(error.stack) }
}

/** How long closing waits for the lines to be taken. */
const longestFlush = millis(2000)

/** A log that writes beside the requests: lines wait in memory, bounded, until the file takes them. */
export const logListener = ({ clock, level, to = 1, room = 4 * 1024 * 1024 }: LogOptions): LogListener => {
  let dropped = 0
  const destination = openDestination({ dest: to, sync: false, minLength: 4096, maxLength: room, periodicFlush: 200 })
  destination.on('drop', () => (dropped += 1))
  // A full disk or a closed pipe must not end the process: the lines are lost, and counted.
  destination.on('error', () => (dropped += 1))
  const logger = pino(
    {
      level: level === 'off' ? 'silent' : level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
    },
    destination,
  )
  let isClosed = false
  const write = (at: 'info' | 'error', line: object, message: string): void => {
    if (isClosed) dropped += 1
    else logger[at](line, message)
  }
  const flush = (): Promise<void> =>
    new Promise(resolve => {
      if (isClosed) return resolve()
      // A reader that takes nothing must not keep the house from closing.
      const takeBack = clock.after(longestFlush, resolve)
      // Pipes cannot be synced to a disk, and say so; what matters is that the lines have been handed over.
      const done = (): void => {
        takeBack()
        resolve()
      }
      // The first is over when less than a full write is left, the second takes the rest.
      destination.flush(() => destination.flush(done))
    })
  return {
    hear(event) {
      if (level === 'off' || event.type !== 'request-settled') return
      const { settled, request } = event
      const isError = isOurFault(settled)
      // The line is not made where nobody would read it.
      if (!isError && level === 'error') return
      write(isError ? 'error' : 'info', lineOf(request, settled), settled.operation)
    },
    tell: (at, message, error) => write(at, error === undefined ? {} : describe(error), redact(message)),
    flush,
    async close() {
      await flush()
      if (isClosed) return
      isClosed = true
      destination.destroy()
    },
    dropped: () => dropped,
  }
}
