/** What listeners read from a settled request: who served, what the client was told, why somebody else was asked. */
import { reasonOf, statusOf } from '../domain/failure.ts'
import type { Settled } from '../domain/gateway-event.ts'
import type { SpanId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Millis } from '../domain/units.ts'
import { millis } from '../domain/units.ts'

/** The attempt whose answer the client got. */
export const servedOf = ({ attempts, served }: Settled): Attempt | undefined =>
  served === undefined ? undefined : attempts.find(({ index }) => index === served)

/** The span that feedback refers to: of the attempt that served, else of the last one, else of the request. */
export const feedbackSpanOf = (settled: Settled): SpanId =>
  (servedOf(settled) ?? settled.attempts.at(-1))?.spanId ?? settled.serverSpan

/** The HTTP status that the client was told. A stream that broke after its first content had been told 200. */
export const statusToldOf = (settled: Settled): number => {
  const { failure } = settled
  if (failure === undefined || (settled.streamed && servedOf(settled)?.committed === true)) return 200
  return statusOf(failure)
}

/** Did it fail for a reason that is not the caller's: told as 5xx, or broken after 200 had been told. */
export const isOurFault = (settled: Settled): boolean => {
  if (settled.failure === undefined || settled.failure.kind === 'cancelled') return false
  const status = statusToldOf(settled)
  return status >= 500 || status === 200
}

/** In a word, e.g. `upstream_5xx`, why the last candidate that failed was left for another; undefined if none was. */
export const fallbackOf = (settled: Settled): string | undefined => {
  const serving = servedOf(settled) ?? settled.attempts.at(-1)
  const left = settled.attempts.findLast(
    ({ failure, candidate }) =>
      failure !== undefined && failure.kind !== 'cancelled' && candidate.id !== serving?.candidate.id,
  )
  return left?.failure === undefined ? undefined : reasonOf(left.failure)
}

/** Kinds of attempts that are made because one before was not good enough. */
const downward: ReadonlySet<Attempt['kind']> = new Set(['fallback', 'cascade', 'continue'])

/** Attempts at another candidate because one before had failed; also the lane of a race or hedge that served in place of it. */
export const stepsDownOf = (settled: Settled): readonly Attempt[] => {
  const { attempts, served } = settled
  const isRescue = ({ index, kind }: Attempt): boolean => index === served && (kind === 'hedge' || kind === 'race')
  return attempts.filter(one => downward.has(one.kind) || (isRescue(one) && fallbackOf(settled) !== undefined))
}

/** From when the request came until the client got its first content; undefined if it got none. */
export const firstContentOf = (settled: Settled): Millis | undefined => {
  const at = servedOf(settled)?.firstTokenAt
  return at === undefined ? undefined : millis(Math.max(0, at - settled.receivedAt))
}

/** The whole time that the request took. */
export const durationOf = ({ receivedAt, endedAt }: Settled): Millis => millis(Math.max(0, endedAt - receivedAt))
