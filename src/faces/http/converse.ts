/** Chat in any dialect: the same dialect out as came in. */
import { serverSentEvents } from '../../dialects/framing.ts'
import type { Address, ChatBody } from '../../domain/request.ts'
import type { Dialect, Framing } from '../../ports/dialect.ts'
import type { Front } from './front.ts'
import { ResponseSink } from './response-sink.ts'
import { whenUnderstood } from './understand.ts'
import type { Asked, Spoken } from './understand.ts'
import type { Visit } from './visit.ts'

/** A dialect as clients come with it. */
export interface Tongue extends Spoken<ChatBody> {
  readonly dialect: Dialect
  /** How this client takes streams, where it is not as the dialect says. */
  readonly framing?: (address: Address | undefined) => Framing
  /** Told of a translated answer: the whole, or each frame's data that a stream ends with. */
  readonly keep?: (front: Front, visit: Visit, told: unknown) => void
}

/** Sends what was understood through the gateway and its answer to the client. */
export const talk = (front: Front, visit: Visit, tongue: Tongue, { incoming, losses }: Asked<ChatBody>): void => {
  if (visit.response.destroyed) return
  const { body } = incoming
  const { target, stream, streamUsage } = body
  const { keep } = tongue
  const sink = new ResponseSink(front, visit, {
    asked: body,
    model: target,
    stream,
    streamUsage,
    framing: tongue.framing?.(visit.address) ?? tongue.dialect.framing ?? serverSentEvents,
    explain: incoming.wishes?.explain === true,
    losses,
    sampled: incoming.trace?.sampled ?? true,
    ...(keep !== undefined && incoming.memory?.keeps === true && { keep: told => keep(front, visit, told) }),
  })
  sink.bind(front.gateway.handle(incoming, sink))
}

/** Answers a chat in this dialect. */
export const converse =
  (tongue: Tongue) =>
  (front: Front, visit: Visit): void =>
    whenUnderstood(front, visit, tongue, asked => talk(front, visit, tongue, asked))
