/** Who asks: a virtual key in any of the headers that providers' clients use, to a Caller. */
import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../../domain/caller.ts'
import type { Failure } from '../../domain/failure.ts'
import type { VirtualKeyId } from '../../domain/ids.ts'
import type { Checked } from '../../domain/units.ts'

/** A virtual key as it was configured or made, with its secret. */
export interface Key {
  readonly caller: Caller
  readonly secret: string
}

/** The keys that open the house, found by their digests. */
export interface Keyring {
  /** No keys at all: everybody who can reach the port is let in as the local caller. */
  readonly isOpen: boolean
  /** The caller whose key this is. The time it takes tells nothing of how much of a key was right. */
  find(secret: string): Caller | undefined
}

/** Shorter keys can be guessed. */
const shortest = 20
/** Longer ones are nobody's key and are not worth a digest. */
const longest = 512

/** Who asks where no keys are configured. */
export const localCaller: Caller = { key: 'local' as VirtualKeyId }

/** A key as node hands it on where a client sends it in UTF-8: a character for each byte. Only letters beyond ASCII differ. */
const onTheWire = (secret: string): string => Buffer.from(secret).toString('latin1')

/** A keyring, or which key cannot be on it. */
export const keyringOf = (keys: readonly Key[]): Checked<Keyring> => {
  const byDigest = new Map<string, Caller>()
  for (const { caller, secret } of keys) {
    if (secret.length < shortest || secret.length > longest) {
      const right = `from ${shortest} to ${longest} would be right`
      return { ok: false, why: `the value of key "${caller.key}" has ${secret.length} characters; ${right}` }
    }
    const digest = hash('sha256', secret)
    const other = byDigest.get(digest)
    if (other !== undefined) {
      return { ok: false, why: `keys "${other.key}" and "${caller.key}" have the same value; each needs its own` }
    }
    byDigest.set(digest, caller)
    byDigest.set(hash('sha256', onTheWire(secret)), caller)
  }
  // Only keys that were found are remembered, so a guesser cannot fill this; it spares a digest for each request.
  const known = new Map<string, Caller>()
  const find = (secret: string): Caller | undefined => {
    const before = known.get(secret)
    if (before !== undefined) return before
    if (secret.length < shortest || secret.length > longest) return undefined
    const caller = byDigest.get(hash('sha256', secret))
    if (caller !== undefined) known.set(secret, caller)
    return caller
  }
  return { ok: true, value: { isOpen: keys.length === 0, find } }
}

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

/** AWS's clients sign with a key pair: the key's id is then the virtual key. */
const signer = /^AWS4-HMAC-SHA256 +Credential=([^/, ]+)/

const bearer = (authorization: string | undefined): string | undefined => {
  if (authorization === undefined) return undefined
  const signed = signer.exec(authorization)?.[1]
  if (signed !== undefined) return signed
  const space = authorization.indexOf(' ')
  return authorization.slice(0, space).toLowerCase() === 'bearer' ? authorization.slice(space + 1).trim() : undefined
}

const howTo = 'send yours as "authorization: Bearer sk-sb-…", x-api-key, x-goog-api-key or api-key'

const refused = (headers: IncomingHttpHeaders, isSent: boolean): Failure => {
  if (isSent) return { kind: 'unauthenticated', message: `the virtual key is not known here; ${howTo}` }
  const { authorization } = headers
  const scheme = authorization === undefined ? '' : authorization.split(' ', 1)[0]
  if (scheme !== '' && scheme?.toLowerCase() !== 'bearer') {
    return { kind: 'unauthenticated', message: `the authorization header is no bearer key; ${howTo}` }
  }
  return { kind: 'unauthenticated', message: `no virtual key was sent; ${howTo}` }
}

/** The caller, or the failure that says what is missing; never repeats what was sent. */
export const authenticate = (keyring: Keyring, headers: IncomingHttpHeaders): Caller | Failure => {
  if (keyring.isOpen) return localCaller
  const sent = [
    bearer(headers.authorization),
    single(headers['x-api-key']),
    single(headers['x-goog-api-key']),
    single(headers['api-key']),
  ]
  let isSent = false
  for (const secret of sent) {
    if (secret === undefined || secret === '') continue
    isSent = true
    const caller = keyring.find(secret)
    if (caller !== undefined) return caller
  }
  return refused(headers, isSent)
}
