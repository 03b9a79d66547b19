/** A breaker as it is saved, and as it is found again after a restart. */
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Breaker, BreakerSettings } from './breaker.ts'
import { countIn, flagIn, momentIn, pastIn, textIn } from './saved.ts'
import type { Restoring } from './saved.ts'

/** Undefined for one that says no more than a new one. */
export const savedBreaker = (breaker: Breaker): unknown => {
  if (breaker.state !== 'closed') return breaker
  if (breaker.inRow === 0 && breaker.openings === 0) return undefined
  // JSON has no infinity; who never opened closed at no time.
  const { since, ...rest } = breaker
  return since === -Infinity ? rest : { ...rest, since }
}

/** Longer words than any reason. */
const mostWords = 300

/** A probe that was out ended with the process, so the next may go. Undefined if nothing sound was saved. */
export const breakerIn = (saved: unknown, restoring: Restoring, settings: BreakerSettings): Breaker | undefined => {
  const { now } = restoring
  const state = textIn(saved, 'state')
  const openings = countIn(saved, 'openings') ?? 0
  const since = pastIn(saved, 'since', restoring)
  const why = (textIn(saved, 'why') ?? 'it failed before the restart').slice(0, mostWords)
  if (state === 'closed')
    return { state, since: since ?? (-Infinity as Instant), inRow: countIn(saved, 'inRow') ?? 0, openings }
  if (since === undefined) return undefined
  if (state === 'half-open') {
    const good = Math.min(countIn(saved, 'good') ?? 0, settings.probesToClose - 1)
    // Whoever was asked while it was open has ended with the process too.
    return { state, since, opened: since, openings, why, good }
  }
  const until = momentIn(saved, 'until', restoring)
  if (state !== 'open' || until === undefined) return undefined
  const longest = millis(Math.max(settings.longestRest, settings.longestToldRest))
  return {
    state,
    since,
    until: Math.min(until, now + longest) as Instant,
    isTold: flagIn(saved, 'isTold'),
    openings,
    why,
  }
}
