/** Sessions of people who signed in: a random name in a signed cookie, and what it stands for in the store. */
import type { IncomingMessage } from 'node:http'
import type { Duty } from '../../domain/caller.ts'
import type { Instant, Millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Records } from '../../ports/store.ts'
import { cookieIn, cookieText, digestOf, isSame, randomText } from './cookies.ts'
import type { Seal } from './cookies.ts'

export interface Session {
  readonly user: string
  readonly issuer: string
  readonly duty: Duty
  /** Sent as a header with every change, which a foreign page cannot do. */
  readonly csrf: string
  readonly until: Instant
}

const length = 8 * 3_600_000
const prefix = 'admin/session/'

export interface Sessions {
  /** The cookie that opens it. */
  begin(who: Pick<Session, 'user' | 'issuer' | 'duty'>, secure: boolean): Promise<string>
  of(request: IncomingMessage): Promise<Session | undefined>
  /** The cookie that takes it away. */
  end(request: IncomingMessage): Promise<string>
}

interface Needs {
  readonly records: Records
  readonly clock: Clock
  readonly seal: Seal
}

/** Bound to the host where TLS is there to vouch for it. */
const nameOf = (secure: boolean): string => (secure ? '__Host-signalbox-session' : 'signalbox-session')

export const sessionsIn = ({ records, clock, seal }: Needs): Sessions => {
  const keyOf = ({ headers }: IncomingMessage): string | undefined => {
    const sent = cookieIn(headers.cookie, nameOf(true)) ?? cookieIn(headers.cookie, nameOf(false))
    const id = sent === undefined ? undefined : seal.signed(sent)
    return id === undefined ? undefined : `${prefix}${digestOf(id)}`
  }
  return {
    begin: async (who, secure) => {
      const id = randomText()
      const session: Session = { ...who, csrf: randomText(), until: (clock.now() + length) as Instant }
      await records.put(`${prefix}${digestOf(id)}`, session, 0, length as Millis)
      return cookieText(nameOf(secure), seal.sign(id), { path: '/', maxAge: length / 1000, secure })
    },
    of: async request => {
      const key = keyOf(request)
      const found = key === undefined ? undefined : (await records.get<Session>(key))?.value
      return found !== undefined && found.until > clock.now() ? found : undefined
    },
    end: async request => {
      const key = keyOf(request)
      if (key !== undefined) await records.delete(key)
      const secure = cookieIn(request.headers.cookie, nameOf(true)) !== undefined
      return cookieText(nameOf(secure), '', { path: '/', maxAge: 0, secure })
    },
  }
}

/** Does the change come from our own page and not from one that borrows its cookie. */
export const isOwnPage = ({ headers }: IncomingMessage, { csrf }: Session): boolean => {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) return false
  const sent = headers['x-signalbox-csrf']
  return typeof sent === 'string' && isSame(sent, csrf)
}
