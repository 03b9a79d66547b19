/** Whatever else a provider offers: sent as it came, answered as the provider answers, read only for what it costs. */
import { nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { PassthroughBody } from '../domain/operation.ts'
import { faultOfPassed } from '../domain/passed-path.ts'
import type { Checked } from '../domain/units.ts'
import type { AnswerReader, Asked } from '../ports/provider.ts'
import type { WireError, WireHead, WireRequest } from '../ports/transport.ts'
import { withHeader } from './headers.ts'
import { maskFor } from './mask.ts'
import { factReader } from './passed-facts.ts'
import type { Facts, FactReader } from './passed-facts.ts'
import { passedAnswer, passedRequest } from './passed-headers.ts'
import { headerOf } from './rates.ts'

/** What of a provider its passed-on requests need. */
export interface Passing {
  /** Its address, which may have a path and a query. */
  readonly base: string
  /** Its path and query as one address below the base. */
  readonly join: (base: string, path: string) => string
  /** Sent where the client does not say otherwise. */
  readonly usual: Readonly<Record<string, string>>
  /** Sent whatever the client says. */
  readonly fixed: Readonly<Record<string, string>>
}

/** What may be asked of a provider in this way. */
export const passedMethods: readonly WireRequest['method'][] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
/** Asking twice does no more than asking once (RFC 9110, 9.2.2). */
const repeatable: readonly string[] = ['GET', 'HEAD', 'PUT', 'DELETE']

/** The path without what the base has already: clients may write it with the version or without. */
const belowBase = (base: string, path: string): string => {
  const own = new URL(base).pathname.replace(/\/+$/, '')
  const version = /\/v\d[a-z\d]*$/.exec(own)?.[0] ?? ''
  const doubled = [own, version].find(start => start !== '' && path.startsWith(`${start}/`))
  return doubled === undefined ? path : path.slice(doubled.length)
}

/** The address that is asked, or why the path cannot be passed on. */
const addressOf = ({ base, join }: Passing, path: string): Checked<string> => {
  const fault = faultOfPassed(path)
  if (fault !== undefined) return { ok: false, why: fault, at: 'path' }
  const address = join(base, belowBase(base, path))
  const [from, to] = [new URL(base), URL.parse(address)]
  const isBelow = to !== null && to.origin === from.origin && to.pathname.startsWith(from.pathname.replace(/\/+$/, ''))
  return isBelow
    ? { ok: true, value: address }
    : { ok: false, why: 'the path does not lead to a place below the address of the provider', at: 'path' }
}

const headersOf = ({ usual, fixed }: Passing, given: readonly string[]): readonly string[] => {
  let headers = passedRequest(given)
  const isSent = (name: string): boolean => headers.some((one, at) => at % 2 === 0 && one === name)
  for (const [name, value] of Object.entries(usual)) if (!isSent(name)) headers = [...headers, name, value]
  for (const [name, value] of Object.entries(fixed)) headers = withHeader(headers, name.toLowerCase(), value)
  return withHeader(headers, 'accept-encoding', 'identity')
}

/** A whole answer of JSON that is no longer may be kept back until its cost is known. */
export const shortEnough = 256 * 1024

const mayWait = (reader: FactReader | undefined, type: string, head: WireHead): boolean => {
  if (reader === undefined || !type.startsWith('application/json') || head.status >= 400) return false
  return Number(headerOf(head.headers, 'content-length') ?? 0) <= shortEnough
}

/** Passes an answer on with its status and headers, and reads along. Servers echo what they were sent: the credential goes to nobody. */
const passingReader = (body: PassthroughBody, head: WireHead, secret?: string): AnswerReader => {
  const mask = maskFor(secret)
  const type = headerOf(head.headers, 'content-type') ?? ''
  const isPlain = (headerOf(head.headers, 'content-encoding') ?? 'identity') === 'identity'
  const isGood = head.status >= 200 && head.status < 300
  const reader = isGood && isPlain ? factReader(body, type) : undefined
  const told = (facts: Facts | undefined): Delivery => ({ ...nothing, ...facts })
  return {
    lane: 'express',
    begin: () => ({
      ...nothing,
      content: true,
      head: { status: head.status, headers: passedAnswer(head).map(mask.text), mayWait: mayWait(reader, type, head) },
    }),
    push: chunk => ({ ...told(reader?.push(chunk)), bytes: mask.push(chunk), content: true }),
    end: () => ({ ...told(reader?.end()), bytes: mask.rest(), isWhole: true, ended: true }),
  }
}

const bodyOf = ({ content }: PassthroughBody): WireRequest['body'] => (content === undefined ? '' : [content])

/** The request as it is sent, or why it cannot be. */
export const passOn = (passing: Passing, body: PassthroughBody): Checked<Asked> => {
  const method = passedMethods.find(one => one === body.method)
  if (method === undefined) {
    return { ok: false, why: `${body.method} is not passed on; ${passedMethods.join(', ')} are`, at: 'method' }
  }
  const url = addressOf(passing, body.path)
  if (!url.ok) return url
  const { content } = body
  const mayRepeat = (error: WireError['kind']): boolean => {
    if (content?.isSpent?.() === true) return false
    return error === 'connect' || error === 'connect-timeout' || repeatable.includes(method)
  }
  return {
    ok: true,
    value: {
      lane: 'express',
      wire: {
        method,
        url: url.value,
        headers: headersOf(passing, body.headers),
        body: bodyOf(body),
        ...(!repeatable.includes(method) && { once: true }),
      },
      losses: [],
      read: (head, secret) => passingReader(body, head, secret),
      readsAll: true,
      mayRepeat,
    },
  }
}
