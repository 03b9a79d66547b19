/** Headers that go along where a request or an answer is passed on as it comes: all but those of one connection, keys, cookies and our own. */
import type { WireHead } from '../ports/transport.ts'

/** What belongs to one connection (RFC 9110, 7.6.1), or is written anew for each. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** Of requests: whom it was sent to, whose it is, and what is said to us alone. */
const notForProviders: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'expect',
  // Answers are read as they come, which packed ones cannot be.
  'accept-encoding',
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'cookie',
  // AWS's clients sign with a virtual key; the signature is made anew.
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'traceparent',
  'tracestate',
  'forwarded',
  'via',
  'x-real-ip',
  'origin',
  'referer',
  'x-tenant-id',
  'x-budget-cap',
  'x-portkey-metadata',
  'x-fagi-route-policy',
  // The method that was admitted is the one that counts.
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
])
/** Keys have many names; whichever a client sends, it is not the provider's. */
const nameOfKey = /(?:^|[-_])(?:api[-_]?key|subscription[-_]key|private[-_]token|auth[-_]token|access[-_]token)$/
const ourPrefixes: readonly string[] = ['x-signalbox-', 'x-forwarded-', 'proxy-', 'sec-']

/** The names in all `connection` headers: they belong to the connection too. */
const namedBy = (connections: readonly string[]): readonly string[] =>
  connections
    .join(',')
    .split(',')
    .map(name => name.trim().toLowerCase())

const pairsOf = (flat: readonly string[]): readonly (readonly [string, string])[] =>
  Array.from({ length: flat.length >> 1 }, (_, at) => [(flat[2 * at] ?? '').toLowerCase(), flat[2 * at + 1] ?? ''])

/** The headers of a client that its provider may see, flat. */
export const passedRequest = (given: readonly string[]): readonly string[] => {
  const pairs = pairsOf(given)
  const named = namedBy(pairs.filter(([name]) => name === 'connection').map(([, value]) => value))
  const isPassed = ([name]: readonly [string, string]): boolean =>
    !ofConnection.has(name) &&
    !notForProviders.has(name) &&
    !named.includes(name) &&
    !nameOfKey.test(name) &&
    !ourPrefixes.some(prefix => name.startsWith(prefix))
  return pairs.filter(isPassed).flat()
}

/** Of answers: cookies, which would be ours to the client, and names that only we may use. */
const isOurs = (name: string): boolean =>
  name === 'set-cookie' ||
  name === 'traceresponse' ||
  name === 'alt-svc' ||
  name === 'strict-transport-security' ||
  name.startsWith('x-signalbox-') ||
  name.startsWith('access-control-')

/** The headers of a provider that the client may see, flat. */
export const passedAnswer = ({ headers }: WireHead): readonly string[] => {
  const named = namedBy([headers['connection'] ?? ''].flat())
  const passed: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (ofConnection.has(name) || isOurs(name) || named.includes(name)) continue
    for (const one of [value].flat()) if (one !== undefined) passed.push(name, one)
  }
  return passed
}
