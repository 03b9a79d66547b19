/** What a piece of an answer, its end, or a broken connection means for an attempt. */
import type { Delivery } from '../domain/delivery.ts'
import { consequences } from '../domain/failure.ts'
import type { Failure } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Asked } from '../ports/provider.ts'
import type { WireError, WireHead } from '../ports/transport.ts'
import type { AnswerForm } from './deadlines.ts'
import type { Hands } from './hands.ts'

/** How the answer to this request comes. */
export const answerForm = ({ operation, stream }: ModelRequest): AnswerForm => {
  if (operation === 'realtime') return 'conversation'
  return stream ? 'stream' : 'whole'
}

/** What was asked, as far as its answer needs it. */
export type Unsent = Pick<Asked, 'read' | 'readsAll' | 'mayRepeat' | 'goesOn'>

/** Without what was sent: a body must not stay for as long as its answer. */
export const unsent = ({ read, readsAll, mayRepeat, goesOn }: Asked, secret: string): Unsent => ({
  read: head => read(head, secret),
  ...(readsAll !== undefined && { readsAll }),
  ...(mayRepeat !== undefined && { mayRepeat }),
  ...(goesOn !== undefined && { goesOn }),
})

/** True for the head of an answer, or of an open line. */
export const isGood = ({ status }: WireHead): boolean => status === 101 || (status >= 200 && status < 300)

/** True for the head of an error. */
export const isError = (head: WireHead | undefined): boolean => head !== undefined && head.status >= 400

/**
 * What an error means that the client has got as it was. Anything may be asked for in such a way, so that what is not
 * there says nothing of the provider.
 */
export const passedFailure = (failure: Failure): Failure => {
  const { status = 500 } = failure.upstream ?? {}
  const isMissing = status < 500 && status !== 408 && consequences[failure.kind].blames === 'deployment'
  return isMissing ? { ...failure, kind: 'upstream-invalid' } : failure
}

/** Is there anything in it that the client is to get, beside events. */
const holdsAnything = ({ bytes, answer, head, isWhole, closing }: Delivery): boolean =>
  [bytes, answer, head, isWhole, closing].some(one => one !== undefined)

/** What of a delivery is the client's; undefined if nothing is. A failure is not: how the answer ends is told apart from it. */
export const passedOn = (delivery: Delivery): Delivery | undefined => {
  const { events, failure } = delivery
  const holds = holdsAnything(delivery)
  if (failure === undefined) return holds || events !== undefined ? delivery : undefined
  const rest = events?.filter(event => event.type !== 'response-failed') ?? []
  if (!holds && rest.length === 0) return undefined
  const { failure: _failure, ended: _ended, ...said } = delivery
  return { ...said, ...(events !== undefined && { events: rest }) }
}

/** A failure if this piece ends an answer that had no content, and nothing tells why. */
export const emptyAnswer = (piece: Delivery, { finish, usage }: Attempt, provider: string): Failure | undefined => {
  if (piece.ended !== true || piece.failure !== undefined) return undefined
  // Cut by a limit, refused, or counted as tokens that show nothing: the model did answer.
  if (finish !== undefined && finish !== 'stop') return undefined
  if (usage !== undefined && usage.output > 0) return undefined
  return { kind: 'upstream-garbled', message: `${provider} ended its answer without having said anything` }
}

/** The word for an answer that a guardrail of the provider stopped. */
const guarded = 'guardrail_intervened'

/** What a refusal means that the policy sends on, seen before anything was shown. */
export const refusalIn = (
  { finish, events = [] }: Delivery,
  { refusalFails, guardrailFails }: Pick<Hands, 'refusalFails' | 'guardrailFails'>,
  isShown = false,
): Pick<Failure, 'kind' | 'message'> | undefined => {
  if (finish !== 'refused' || isShown) return undefined
  const isGuarded = events.some(event => event.type === 'choice-end' && event.raw === guarded)
  if (isGuarded && guardrailFails === true) return { kind: 'blocked', message: 'stopped its answer by a guardrail' }
  return refusalFails ? { kind: 'content-refused', message: 'refused to answer' } : undefined
}

/** What a broken connection means. */
export const failureOf = ({ kind, message }: WireError, provider: string, hasContent: boolean): Failure => {
  const said = `${provider}: ${message}`
  switch (kind) {
    case 'connect':
      return { kind: 'upstream-unreachable', message: said }
    case 'connect-timeout':
      return { kind: 'upstream-timeout', message: said }
    case 'unsigned':
      return { kind: 'upstream-credential', message: said }
    case 'aborted':
      return { kind: 'cancelled', message: said }
    case 'protocol':
      return { kind: hasContent ? 'stream-broken' : 'upstream-garbled', message: said }
    case 'closed':
      return { kind: hasContent ? 'stream-broken' : 'upstream-unreachable', message: said }
  }
}
