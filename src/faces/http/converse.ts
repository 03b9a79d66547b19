/** Chat in any dialect: the same dialect out as came in. */
import type { IncomingHttpHeaders } from 'node:http'
import type { DialectId } from '../../domain/ids.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Address, ChatBody, RawBody, Wishes } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import { serverSentEvents } from '../../dialects/framing.ts'
import type { Dialect, Framing } from '../../ports/dialect.ts'
import type { Incoming, TraceParent } from '../../ports/gateway.ts'
import type { Front } from './front.ts'
import { parseBody } from './parse-body.ts'
import { readBody } from './read-body.ts'
import { invalid, refuse } from './reply.ts'
import { ResponseSink } from './response-sink.ts'
import { joinWishes, steer } from './steering.ts'
import { traceParentOf } from './trace-context.ts'
import type { Visit } from './visit.ts'
import { readWishes } from './wishes.ts'

/** A dialect as clients come with it. */
export interface Tongue {
  readonly dialect: Dialect
  /** Protocol headers of this dialect that go along to upstreams that speak it too. */
  readonly passes: readonly string[]
  /** May the body hold `metadata`, `provider` and `models` that say how to route. */
  readonly isSteered: boolean
  /** How this client takes streams, where it is not as the dialect says. */
  readonly framing?: (address: Address | undefined) => Framing
}

/** All that a request asks, before the gateway has seen it. */
export interface Asked {
  readonly incoming: Incoming
  readonly losses: readonly Loss[]
}

const passing = (headers: IncomingHttpHeaders, names: readonly string[]): readonly string[] | undefined => {
  let flat: string[] | undefined
  for (const name of names) {
    const value = headers[name]
    if (value !== undefined) (flat ??= []).push(name, typeof value === 'string' ? value : value.join(','))
  }
  return flat
}

const rawOf = (
  dialect: DialectId,
  { json, bytes }: Pick<RawBody, 'json' | 'bytes'>,
  headers: readonly string[] | undefined,
  address: Address | undefined,
): RawBody => ({
  dialect,
  json,
  bytes,
  ...(headers !== undefined && { headers }),
  ...(address !== undefined && { address }),
})

/** What the headers and these bytes ask, or what is wrong with them and where. */
export const understand = (visit: Visit, tongue: Tongue, bytes: Buffer, wished: Wishes): Checked<Asked> => {
  const parsed = parseBody(bytes)
  if (!parsed.ok) return parsed
  const steered = tongue.isSteered ? steer(parsed.value) : undefined
  if (steered?.ok === false) return steered
  const { json, bytes: kept } = steered?.value.body ?? parsed.value
  const decoded: Checked<ChatBody> = tongue.dialect.decodeRequest(json, visit.address)
  if (!decoded.ok) return decoded
  const { headers } = visit.request
  const trace: TraceParent | undefined = traceParentOf(headers)
  return {
    ok: true,
    value: {
      incoming: {
        body: decoded.value,
        caller: visit.caller,
        wishes: steered === undefined ? wished : joinWishes(steered.value.wishes, wished),
        ...(trace !== undefined && { trace }),
        raw: rawOf(tongue.dialect.id, { json, bytes: kept }, passing(headers, tongue.passes), visit.address),
        receivedAt: visit.receivedAt,
      },
      losses: steered?.value.losses ?? [],
    },
  }
}

/** Refuses a request that makes no sense, with the place where it goes wrong as `param`. */
export const refuseFor = (
  front: Front,
  visit: Visit,
  { why, at }: { readonly why: string; readonly at?: string },
): void => refuse(front, visit, invalid(why, at === undefined ? {} : { param: at }))

/** Reads wishes and body, and hands on what they ask; refuses what makes no sense. */
export const whenUnderstood = (
  front: Front,
  visit: Visit,
  tongueOf: Tongue | ((bytes: Buffer) => Tongue),
  go: (asked: Asked) => void,
): void => {
  const wished = readWishes(visit.request.headers)
  if (!wished.ok) return refuseFor(front, visit, wished)
  readBody(front, visit, bytes => {
    const tongue = typeof tongueOf === 'function' ? tongueOf(bytes) : tongueOf
    const asked = understand(visit, tongue, bytes, wished.value)
    if (asked.ok) go(asked.value)
    else refuseFor(front, visit, asked)
  })
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
