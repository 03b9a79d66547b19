/** Why none of a provider's credentials can be used, as the failure of an attempt that was not made. */
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { ProviderAdapter } from '../ports/provider.ts'
import type { LiveState } from '../state/live-state.ts'

/** The failure that sent the credentials to rest, with the time that is left of it. */
export const resting = (
  { id, credentials }: ProviderAdapter,
  candidate: Candidate,
  live: LiveState,
  now: Instant,
): Failure => {
  const rest = live.credentialsRest(id, credentials, now, candidate.id)
  if (rest === undefined) {
    const why = credentials.length === 0 ? 'has no credential' : 'has no other credential to try'
    return { kind: 'upstream-credential', message: `${id} ${why}` }
  }
  const retryAfter = millis(Math.max(0, rest.until - now))
  const what = rest.kind === 'upstream-rate-limited' ? 'is rate limited' : 'was refused'
  const message = `every credential of ${id} ${what}; the first may be tried again in ${Math.ceil(retryAfter / 1000)} s`
  return { kind: rest.kind, message, retryAfter }
}
