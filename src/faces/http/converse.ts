/** Chat in any dialect: the same dialect out as came in. */
import { serverSentEvents } from '../../dialects/framing.ts'
import type { Address, ChatBody } from '../../domain/request.ts'
import type { Dialect, Framing } from '../../ports/dialect.ts'
import type { Front } from './front.ts'
import { ResponseSink } from './response-sink.ts'
import { whenUnderstood } from './understand.ts'
import type { Spoken } from './understand.ts'
import type { Visit } from './visit.ts'

/** A dialect as clients come with it. */
export interface Tongue extends Spoken<ChatBody> {
  readonly dialect: Dialect
  /** How this client takes streams, where it is not as the dialect says. */
  readonly framing?: (address: Address | undefined) => Framing
}

/** Sends the request through the gateway and its answer to the client. */
export const converse =
  (tongue: Tongue) =>
  (front: Front, visit: Visit): void =>
    whenUnderstood(front, visit, tongue, ({ incoming, losses }) => {
      if (visit.response.destroyed) return
      const { target, stream, streamUsage } = incoming.body
      const sink = new ResponseSink(front, visit, {
        model: target,
        stream,
        streamUsage,
        framing: tongue.framing?.(visit.address) ?? tongue.dialect.framing ?? serverSentEvents,
        explain: incoming.wishes?.explain === true,
        losses,
        sampled: incoming.trace?.sampled ?? true,
      })
      sink.bind(front.gateway.handle(incoming, sink))
    })
