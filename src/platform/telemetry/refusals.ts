/** Hands what was refused of requests to the audit log: forbidden models, budgets without room, keys that nobody knows. */
import type { FailureKind } from '../../domain/failure.ts'
import type { GatewayEvent, Settled } from '../../domain/gateway-event.ts'
import type { RequestId } from '../../domain/ids.ts'
import type { Listener } from '../listener.ts'
import { onceAMinute } from '../complaints.ts'
import { refusalEntries } from '../refusal-entries.ts'
import type { Refusal, RefusalEntriesOptions } from '../refusal-entries.ts'

export interface RefusalListener extends Listener {
  /** Told by the door of those whom it does not let in at all; never with the secret. */
  refuse(refusal: Refusal): void
}

/** What is refused by rule, whenever that is seen. */
const byRule: ReadonlySet<FailureKind> = new Set([
  'unauthenticated',
  'forbidden',
  'over-budget',
  'rate-limited',
  'limits-unknown',
  'blocked',
])

/** What is nobody's refusal though nothing was decided: the client left, or we broke. */
const noRefusal: ReadonlySet<FailureKind> = new Set(['cancelled', 'internal'])

const refusalOf = (request: RequestId, settled: Settled): Refusal | undefined => {
  const { failure, decision, caller, endedAt, operation, target } = settled
  if (failure === undefined || noRefusal.has(failure.kind)) return undefined
  // What is refused before anything is decided asked for what is not there, or not for this key.
  if (decision !== undefined && !byRule.has(failure.kind)) return undefined
  return {
    at: endedAt,
    who: { key: caller.key, ...(caller.user !== undefined && { user: caller.user }) },
    kind: failure.kind,
    object: `${operation} ${target}`,
    why: failure.message,
    request,
  }
}

/** Listens for settled requests that were refused. `append` is the audit log's, which cuts out secrets. */
export const refusalListener = (options: RefusalEntriesOptions): RefusalListener => {
  const complain = onceAMinute(options.clock, options.complain)
  const entries = refusalEntries({ ...options, append: entry => options.append(entry), complain })
  return {
    hear(event: GatewayEvent) {
      if (event.type !== 'request-settled') return
      const refusal = refusalOf(event.request, event.settled)
      if (refusal !== undefined) entries.add(refusal)
    },
    refuse: refusal => entries.add(refusal),
    flush: () => entries.flush(),
    close: () => entries.close(),
    dropped: () => entries.lost(),
  }
}
