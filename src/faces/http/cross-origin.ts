/** Browsers of other origins: what they may send, what they may read, and who is kept out. */
import type { IncomingHttpHeaders } from 'node:http'

/** Every header of ours that a script may read. */
const exposed = [
  'x-request-id',
  'request-id',
  ...'span-id decision policy strategy provider model attempts fallback confidence cost-usd cache losses overhead-us'
    .split(' ')
    .map(name => `x-signalbox-${name}`),
  'traceresponse',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
].join(', ')

const none: readonly string[] = []

const isLoopback = (origin: string): boolean =>
  /^https?:\/\/(?:localhost|[a-z\d-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(origin)

/** Who may call from a browser. */
export interface Origins {
  readonly allowed: readonly string[]
  /** True if no key is asked for: then the wildcard covers loopback origins alone, or any page could spend from here. */
  readonly isOpen: boolean
}

/** May a page of this origin call. */
export const mayCall = ({ allowed, isOpen }: Origins, origin: string): boolean =>
  allowed.includes(origin) || (allowed.includes('*') && (!isOpen || isLoopback(origin)))

/** The headers that let the page at this origin read the answer, flat. Keys are bearer and cookies are not used, so `*` gives nothing away. */
export const allowOrigin = (origins: Origins, origin: string | undefined): readonly string[] => {
  if (origin === undefined) return none
  if (!mayCall(origins, origin)) return ['vary', 'origin']
  const wildcard = origins.allowed.includes('*') && !origins.isOpen
  const named = wildcard
    ? ['access-control-allow-origin', '*']
    : ['access-control-allow-origin', origin, 'vary', 'origin']
  return [...named, 'access-control-expose-headers', exposed]
}

const headerNames = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/** What a preflight is answered with, beside `allowOrigin`, flat. */
export const preflight = (headers: IncomingHttpHeaders, methods: readonly string[]): readonly string[] => {
  const asked = headers['access-control-request-headers']
  const isNamed = asked !== undefined && headerNames.test(asked)
  const isPrivate = headers['access-control-request-private-network'] === 'true'
  return [
    'access-control-allow-methods',
    methods.join(', '),
    // Official clients send dozens of x-stainless-* headers, and a wildcard would not cover `authorization`.
    ...(isNamed ? ['access-control-allow-headers', asked] : none),
    'access-control-max-age',
    '86400',
    ...(isPrivate ? ['access-control-allow-private-network', 'true'] : none),
  ]
}
