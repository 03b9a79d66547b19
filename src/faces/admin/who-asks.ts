/** Who asks the admin API: the holder of an admin key, or a person who signed in. */
import type { IncomingMessage } from 'node:http'
import { AdminRefusal } from '../../admin/refusal.ts'
import type { Actor } from '../../admin/house.ts'
import type { Caller, Duty } from '../../domain/caller.ts'
import type { Session, Sessions } from './sessions.ts'

/** Finds whose secret it is: a key's, or an issuer's token. */
export type FindCaller = (
  secret: string,
  address: string | undefined,
) => Caller | undefined | Promise<Caller | undefined>

/** Somebody who may come in, and the session, where that is why. */
export interface Visitor {
  readonly actor: Actor
  readonly session?: Session
}

const longest = 16_384

/** `admin: true` is an owner. */
const dutyOf = ({ duty, admin }: Caller): Duty | undefined => duty ?? (admin === true ? { role: 'owner' } : undefined)

/** The address of the other end of the connection; what headers say of it anybody can write. */
export const addressOf = ({ socket }: IncomingMessage): string | undefined => socket.remoteAddress

/** A refusal of somebody who is known, for the audit. */
export class KnownRefusal extends AdminRefusal {
  readonly key: string

  constructor(message: string, key: string) {
    super('forbidden', message)
    this.key = key
  }
}

const byKey = async (secret: string, request: IncomingMessage, find: FindCaller): Promise<Visitor> => {
  const address = addressOf(request)
  const caller = secret === '' || secret.length > longest ? undefined : await find(secret, address)
  if (caller === undefined)
    throw new AdminRefusal(
      'unauthenticated',
      'the key is not known here, is no longer good, or may not be used from here',
    )
  const duty = dutyOf(caller)
  if (duty === undefined) {
    throw new KnownRefusal('this is a key for models; an admin key, sk-sb-admin-…, would be right', caller.key)
  }
  const { key, user } = caller
  return { actor: { key, duty, ...(user !== undefined && { user }), ...(address !== undefined && { address }) } }
}

const bySession = async (request: IncomingMessage, sessions: Sessions): Promise<Visitor> => {
  const session = await sessions.of(request)
  if (session === undefined) {
    throw new AdminRefusal(
      'unauthenticated',
      'send an admin key as "authorization: Bearer sk-sb-admin-…", or sign in at /admin/login',
    )
  }
  const address = addressOf(request)
  const { user, duty } = session
  return { session, actor: { user, duty, ...(address !== undefined && { address }) } }
}

/** Whoever asks; refuses whoever may not come in. A key counts before a session. */
export const whoAsks = async (request: IncomingMessage, find: FindCaller, sessions: Sessions): Promise<Visitor> => {
  const { authorization } = request.headers
  if (authorization === undefined) return bySession(request, sessions)
  const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (secret === undefined) {
    throw new AdminRefusal(
      'unauthenticated',
      'the authorization header is no bearer key; "Bearer sk-sb-admin-…" would be right',
    )
  }
  return byKey(secret, request, find)
}
