/** What a request asks: its headers and its JSON body, read together, or what is wrong with them and where. */
import type { IncomingHttpHeaders } from 'node:http'
import type { DialectId } from '../../domain/ids.ts'
import type { Memory } from '../../domain/memory.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Address, ModelBody, RawBody, Wishes } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { Incoming } from '../../ports/gateway.ts'
import type { Front } from './front.ts'
import { parseBody } from './parse-body.ts'
import type { Body } from './parse-body.ts'
import { readBody } from './read-body.ts'
import { invalid, refuse } from './reply.ts'
import { joinWishes, steer } from './steering.ts'
import { traceParentOf } from './trace-context.ts'
import { targetOf } from './visit.ts'
import type { Visit } from './visit.ts'
import { readWishes } from './wishes.ts'

/** A format as clients come with it. */
export interface Spoken<Asks extends ModelBody> {
  readonly dialect: {
    readonly id: DialectId
    decodeRequest(body: unknown, address?: Address): Checked<Asks>
  }
  /** Protocol headers of this format that go along to upstreams that speak it too. */
  readonly passes?: readonly string[]
  /** May the body hold `metadata`, `provider` and `models` that say how to route. */
  readonly isSteered?: boolean
  /** What a request has to do with what its provider keeps. */
  memory?(asks: Asks, raw: RawBody): Memory | undefined
  /** The body with what is known here of things that it only names. */
  readonly complete?: (front: Front, visit: Visit, body: Body) => Body
  /** The body as others who speak the dialect take it, where this door has another form of it. */
  readonly native?: (raw: RawBody) => RawBody
}

/** All that a request asks, before the gateway has seen it. */
export interface Asked<Asks extends ModelBody> {
  readonly incoming: Incoming<Asks>
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

const rawOf = (visit: Visit, { dialect, passes = [], native }: Spoken<ModelBody>, { json, bytes }: Body): RawBody => {
  const headers = passing(visit.request.headers, passes)
  const { address } = visit
  const raw = {
    dialect: dialect.id,
    json,
    bytes,
    ...(headers !== undefined && { headers }),
    ...(address !== undefined && { address }),
  }
  return native?.(raw) ?? raw
}

/** Longer ones are cut: a condition needs no more of them, and facts are kept. */
const longestPath = 256

/** The request around a body that is understood. */
export const incomingOf = <Asks extends ModelBody>(
  visit: Pick<Visit, 'request' | 'caller' | 'receivedAt'>,
  body: Asks,
  wishes: Partial<Wishes>,
  raw?: RawBody,
): Incoming<Asks> => {
  const trace = traceParentOf(visit.request.headers)
  const path = targetOf(visit.request.url ?? '')?.path.slice(0, longestPath)
  return {
    body,
    caller: visit.caller,
    wishes: path === undefined ? wishes : { ...wishes, path },
    ...(trace !== undefined && { trace }),
    ...(raw !== undefined && { raw }),
    receivedAt: visit.receivedAt,
  }
}

/** The request with what it has to do with what its provider keeps. */
const remembering = <Asks extends ModelBody>(spoken: Spoken<Asks>, incoming: Incoming<Asks>): Incoming<Asks> => {
  const memory = incoming.raw && spoken.memory?.(incoming.body, incoming.raw)
  return memory === undefined ? incoming : { ...incoming, memory }
}

const completed = (front: Front, visit: Visit, { complete }: Spoken<ModelBody>, body: Body): Body =>
  complete === undefined ? body : complete(front, visit, body)

/** What the headers and these bytes ask, or what is wrong with them and where. */
const understand = <Asks extends ModelBody>(
  front: Front,
  visit: Visit,
  { spoken, bytes, wished }: { readonly spoken: Spoken<Asks>; readonly bytes: Buffer; readonly wished: Wishes },
): Checked<Asked<Asks>> => {
  const parsed = parseBody(bytes)
  if (!parsed.ok) return parsed
  const steered = spoken.isSteered === true ? steer(parsed.value) : undefined
  if (steered?.ok === false) return steered
  const kept = completed(front, visit, spoken, steered?.value.body ?? parsed.value)
  const decoded = spoken.dialect.decodeRequest(kept.json, visit.address)
  if (!decoded.ok) return decoded
  const wishes = steered === undefined ? wished : joinWishes(steered.value.wishes, wished)
  const incoming = remembering(spoken, incomingOf(visit, decoded.value, wishes, rawOf(visit, spoken, kept)))
  return { ok: true, value: { incoming, losses: steered?.value.losses ?? [] } }
}

/** Refuses a request that makes no sense, with the place where it goes wrong as `param`. */
export const refuseFor = (
  front: Front,
  visit: Visit,
  { why, at }: { readonly why: string; readonly at?: string },
): void => refuse(front, visit, invalid(why, at === undefined ? {} : { param: at }))

/** Reads wishes and body, and hands on what they ask; refuses what makes no sense. */
export const whenUnderstood = <Asks extends ModelBody>(
  front: Front,
  visit: Visit,
  spokenBy: Spoken<Asks> | ((bytes: Buffer) => Spoken<Asks>),
  go: (asked: Asked<Asks>) => void,
): void => {
  const wished = readWishes(visit.request.headers)
  if (!wished.ok) return refuseFor(front, visit, wished)
  readBody(front, visit, bytes => {
    const spoken = typeof spokenBy === 'function' ? spokenBy(bytes) : spokenBy
    const asked = understand(front, visit, { spoken, bytes, wished: wished.value })
    if (asked.ok) go(asked.value)
    else refuseFor(front, visit, asked)
  })
}
