/** How long a request is: what the provider itself counts, else an estimate, which is told as one. */
import type { Failure } from '../../domain/failure.ts'
import type { ChatBody } from '../../domain/request.ts'
import type { Tokens } from '../../domain/units.ts'
import type { Call } from '../../ports/gateway.ts'
import type { Served, Sink } from '../../ports/sink.ts'
import { answerHeaders } from './answer-headers.ts'
import type { Tongue } from './converse.ts'
import type { Front } from './front.ts'
import { Outgoing } from './outgoing.ts'
import { refuse, send } from './reply.ts'
import { whenUnderstood } from './understand.ts'
import type { Asked } from './understand.ts'
import type { Visit } from './visit.ts'

/** Failures that are the client's own: an estimate would hide them. */
const own: readonly Failure['kind'][] = [
  'invalid-request',
  'forbidden',
  'target-unknown',
  'over-budget',
  'rate-limited',
]

const estimated = { field: 'count', why: 'estimated: nobody who serves this model could be asked' }

const count = (
  front: Front,
  visit: Visit,
  { incoming, losses }: Asked<ChatBody>,
  write: (tokens: Tokens) => unknown,
): void => {
  const under: { call?: Call } = {}
  let served: Served | undefined
  let counted: Tokens | undefined
  const outgoing = new Outgoing(front, visit, {
    left: () => under.call?.abort(),
    cut: failure => {
      outgoing.close()
      refuse(front, visit, failure)
      under.call?.abort()
    },
  })
  const sink: Sink = {
    begin: told => void (served = told),
    deliver: ({ answer }) => {
      if (answer?.result.type === 'token-count') counted = answer.result.input
      return true
    },
    end: ending => {
      outgoing.letGo()
      if (outgoing.isOver) return
      outgoing.close()
      const { failure } = ending
      if (failure !== undefined && own.includes(failure.kind)) return refuse(front, visit, failure)
      const tokens = counted ?? front.gateway.countTokens(incoming.body)
      const isSampled = incoming.trace?.sampled ?? true
      const told = counted === undefined ? [...losses, estimated] : losses
      const headers = answerHeaders({
        call: under.call,
        served,
        ending,
        losses: told,
        receivedAt: visit.receivedAt,
        isSampled,
      })
      send(front, visit, { status: 200, type: 'application/json', body: JSON.stringify(write(tokens)), headers })
    },
  }
  const body = { ...incoming.body, operation: 'count-tokens' as const, stream: false }
  under.call = front.gateway.handle({ ...incoming, body }, sink)
  visit.id = under.call.id
}

/** Answers with the number as this dialect tells it. */
export const countTokens =
  (tongue: Tongue | ((bytes: Buffer) => Tongue), write: (tokens: Tokens) => unknown) =>
  (front: Front, visit: Visit): void =>
    whenUnderstood(front, visit, tongue, asked => count(front, visit, asked, write))
