/** Bearer and header keys: how a secret is put on a wire, never into its address. */
import type { Instant } from '../domain/units.ts'
import type { WireRequest } from '../ports/transport.ts'

/** Adds a secret to a request. Without a secret the request stays as it is, for servers that ask for none. */
export type Authorize = (wire: WireRequest, secret: string, now: Instant) => WireRequest

/** A copy of the wire on which `name` has this value and no other. */
const withHeader = (wire: WireRequest, name: string, value: string): WireRequest => {
  const headers: string[] = []
  for (let place = 0; place + 1 < wire.headers.length; place += 2) {
    if (wire.headers[place] !== name) headers.push(wire.headers[place] ?? '', wire.headers[place + 1] ?? '')
  }
  headers.push(name, value)
  return { ...wire, headers }
}

/** `authorization: Bearer …`, as OpenAI and its look-alikes take it. */
export const bearer: Authorize = (wire, secret) => {
  // A key read from a file often ends with a newline, which no header may hold.
  const key = secret.trim()
  return key === '' ? wire : withHeader(wire, 'authorization', `Bearer ${key}`)
}

/** The key alone, in a header of this name, e.g. Anthropic's `x-api-key`. */
export const headerKey =
  (name: string): Authorize =>
  (wire, secret) => {
    const key = secret.trim()
    return key === '' ? wire : withHeader(wire, name, key)
  }
