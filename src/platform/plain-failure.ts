/** A failure as it may be written down: without words that a provider or a client chose. */
import type { Failure, FailureKind } from '../domain/failure.ts'

/** Kinds whose message is always our own, made of names, numbers and addresses. */
const ownWords: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'forbidden',
  'over-budget',
  'rate-limited',
  'cancelled',
  'no-candidate',
  'upstream-unreachable',
  'upstream-timeout',
])

/** A word of a provider's own vocabulary, not a sentence. */
const word = /^[\w.:/-]{1,64}$/
const wordOrNothing = (text: string | undefined): string | undefined =>
  text !== undefined && word.test(text) ? text : undefined

const upstreamOf = ({ upstream }: Failure): Failure['upstream'] => {
  if (upstream === undefined) return undefined
  const code = wordOrNothing(upstream.code)
  const type = wordOrNothing(upstream.type)
  return {
    ...(upstream.status !== undefined && { status: upstream.status }),
    ...(code !== undefined && { code }),
    ...(type !== undefined && { type }),
  }
}

/** What it was, from its kind and the provider's own codes. */
const saidPlainly = (failure: Failure, upstream: Failure['upstream']): string => {
  const details = [upstream?.status, upstream?.type, upstream?.code].filter(one => one !== undefined)
  return details.length === 0 ? failure.kind : `${failure.kind} (${details.join(', ')})`
}

/** The same failure; a message that may quote a prompt, an answer or a provider is replaced by kind and codes. */
export const plainFailure = (failure: Failure): Failure => {
  const upstream = upstreamOf(failure)
  const isOwn = ownWords.has(failure.kind) && failure.upstream === undefined
  const param = wordOrNothing(failure.param?.replace(/[[\]]/g, '.'))
  return {
    kind: failure.kind,
    message: isOwn ? failure.message : saidPlainly(failure, upstream),
    ...(param !== undefined && failure.param !== undefined && { param: failure.param }),
    ...(failure.status !== undefined && { status: failure.status }),
    ...(upstream !== undefined && { upstream }),
    ...(failure.retryAfter !== undefined && { retryAfter: failure.retryAfter }),
    ...(failure.retriable !== undefined && { retriable: failure.retriable }),
  }
}
