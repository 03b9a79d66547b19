/** Bearer and header keys: how a secret is put on a wire, never into its address. */
import type { Instant } from '../domain/units.ts'
import type { WireRequest } from '../ports/transport.ts'
import { withHeader } from './headers.ts'

/** Adds a secret to a request. Without a secret the request stays as it is, for servers that ask for none. */
export type Authorize = (wire: WireRequest, secret: string, now: Instant) => WireRequest

/** `authorization: Bearer …`, as OpenAI and its look-alikes take it. */
export const bearer: Authorize = (wire, secret) => {
  // A key read from a file often ends with a newline, which no header may hold.
  const key = secret.trim()
  return key === '' ? wire : { ...wire, headers: withHeader(wire.headers, 'authorization', `Bearer ${key}`) }
}

/** The key alone, in a header of this name, e.g. Anthropic's `x-api-key`. */
export const headerKey =
  (name: string): Authorize =>
  (wire, secret) => {
    const key = secret.trim()
    return key === '' ? wire : { ...wire, headers: withHeader(wire.headers, name, key) }
  }
