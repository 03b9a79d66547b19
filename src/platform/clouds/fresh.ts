/** Secrets that expire: kept while they are good, renewed shortly before they are not, one renewal at a time. */
import { millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'

/** A secret, and for how many milliseconds from now it is good; undefined where nobody knows. */
export interface Fresh {
  readonly text: string
  readonly lifetime?: number
}

export interface FreshSecret {
  /** At once what is kept, if it is still good; else as soon as there is a new one. Rejects with why there is none. */
  read(): Promise<string>
  /** Whoever was shown it would not take it: the next reader gets a new one, unless this one is new itself. */
  refused(): void
}

/** So long before its end a secret is renewed beside the requests, which go on with the old one. */
const renewBefore = 4 * 60_000
/** Metadata servers hand out what they keep until shortly before its end: a renewal may give the same again. */
const betweenRenewals = 30_000
/** A request takes a moment to arrive: what ends sooner than this is not used any more. */
const tooLate = 15_000
/** What has no end may be replaced at its source all the same. */
const lookAgainAfter = 60_000
const endlessLasts = 15 * 60_000
/** Longer than any source takes that still works. */
const longestRenewal = 30_000

interface Kept {
  /** The same promise for all readers: a hit costs nothing. */
  readonly secret: Promise<string>
  readonly renewAt: number
  readonly goodUntil: number
}

const keep = ({ text, lifetime }: Fresh, now: number): Kept => {
  const secret = Promise.resolve(text)
  if (lifetime === undefined) return { secret, renewAt: now + lookAgainAfter, goodUntil: now + endlessLasts }
  return {
    secret,
    renewAt: now + lifetime - Math.min(renewBefore, lifetime / 3),
    goodUntil: now + lifetime - Math.min(tooLate, lifetime / 10),
  }
}

/** Renews by `fetch`; what it rejects with is told to readers who have nothing to go on with. */
export const freshSecret = (fetch: () => Promise<Fresh>, clock: Clock): FreshSecret => {
  let kept: Kept | undefined
  let underWay: Promise<string> | undefined
  let notBefore = 0

  const limited = (): Promise<Fresh> =>
    new Promise((resolve, reject) => {
      const takeBack = clock.after(millis(longestRenewal), () =>
        reject(new Error(`there was no answer within ${longestRenewal / 1000} s`)),
      )
      void fetch().then(resolve, reject).finally(takeBack)
    })

  const renewed = async (): Promise<string> => {
    try {
      const fresh = await limited()
      kept = keep(fresh, clock.now())
      return fresh.text
    } finally {
      underWay = undefined
      notBefore = clock.now() + betweenRenewals
    }
  }
  const renew = (): Promise<string> => (underWay ??= renewed())

  return {
    read() {
      const now = clock.now()
      if (kept === undefined || now >= kept.goodUntil) return renew()
      if (now >= kept.renewAt && now >= notBefore && underWay === undefined) {
        // Whoever reads once the old one has ended tries again, and hears why it fails.
        renew().catch(() => undefined)
      }
      return kept.secret
    },
    refused() {
      if (clock.now() >= notBefore) kept = undefined
    },
  }
}
