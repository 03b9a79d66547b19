/** An upstream error to a Failure, by its names, its words and its status, in this order. */
import type { Failure, FailureKind, UpstreamError } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'
import type { FailedAnswer } from '../ports/provider.ts'
import type { WireHead } from '../ports/transport.ts'
import { headerOf, waitForReset, waitOf, durationOf } from './rates.ts'
import { firstWords } from './redact.ts'
import { kindOfNames, kindOfStatus, phrases, trumps, vague } from './error-words.ts'
import { parseJson } from '../dialects/fields.ts'
import { readError } from './told.ts'
import type { Told } from './told.ts'

/** What these words mean; the first phrase counts. */
const among = (list: typeof phrases, told: Told): FailureKind | undefined => {
  const words = `${told.message} ${told.aside}`.slice(0, 4_000).toLowerCase()
  return list.find(([, phrase]) => phrase.test(words))?.[0]
}
const byWords = (told: Told): FailureKind | undefined => among(phrases, told)

/** Gemini says "exceeded your current quota" of minutes as well as of days; only its quota ids tell which. */
const isMinuteQuota = (told: Told): boolean => /PerMinute/.test(told.aside) && !/PerDay/.test(told.aside)

const kindOf = (told: Told, status: number): FailureKind => {
  if (isMinuteQuota(told)) return 'upstream-rate-limited'
  // OpenAI says of a whole prompt what it says of a name that is too long: the place tells which.
  if (told.code === 'string_above_max_length' && /^(?:messages|input)/.test(told.param ?? '')) return 'context-overflow'
  const trump = among(trumps, told)
  if (trump !== undefined) return trump
  const named = kindOfNames(told.names)
  // A resource that is exhausted is Google's and xAI's word for rate and quota alike.
  const spoken = named === undefined || named === 'upstream-rate-limited' ? byWords(told) : undefined
  if (named !== undefined) return spoken === 'upstream-quota' ? spoken : named
  return spoken ?? kindOfStatus(status)
}

/** Requests that are larger than a whole window are told as rate limits, yet waiting never helps. */
const neverFits = /request too large|larger than the (?:rate )?limit/i

const waitIn = (message: string): Millis | undefined => {
  // OpenAI and Groq: "Please try again in 1m30.5s."
  const found = /(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)/i.exec(message)?.[1]
  if (found !== undefined) return durationOf(found)
  // Azure: "Please retry after 6 seconds." GitHub: "Please wait 85930 seconds before retrying."
  const seconds = /(?:(?:retry|try again) (?:after|in)|wait(?: for)?) (\d{1,7}) ?seconds?\b/i.exec(message)?.[1]
  return seconds === undefined ? undefined : millis(Number(seconds) * 1_000)
}

/** A limit that lasts for hours is no matter of pace: somebody else must serve until then. */
const longWait = 3_600_000
const afterWait = (kind: FailureKind, wait: number = 0): FailureKind =>
  kind === 'upstream-rate-limited' && wait >= longWait ? 'upstream-quota' : kind

const nobody: Told = { names: [], message: '', aside: '' }

/** What an error page says: its title, or its text without tags. */
const pageWords = (body: string): string => {
  const start = body.slice(0, 4_000)
  const title = /<title[^>]*>([^<]{1,200})/i.exec(start)?.[1]
  return title ?? start.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
}

const pageOf = (body: string): Told => ({ ...nobody, message: pageWords(body) })

/** Redirections are not followed: the credential is for the host that was configured, and no other. */
const pointsAway = ({ status, headers }: FailedAnswer): string | undefined => {
  const location = headerOf(headers, 'location')
  if (status < 300 || status >= 400 || location === undefined) return undefined
  return `moved to ${firstWords(location)}, which is not followed; if it is right, set the provider's url to it`
}

const sentence = (who: string, status: number, told: Told, body: string): string => {
  const words = firstWords(told.message === '' ? body : told.message)
  const code = told.code ?? told.type
  const name = code === undefined || /^\d+$/.test(code) ? '' : ` (${firstWords(code, 80)})`
  return `${who} answered ${status}${name}: ${words === '' ? 'nothing more' : words}`
}

const short = (name: 'code' | 'type', word: string | undefined): UpstreamError =>
  word === undefined ? {} : { [name]: firstWords(word, 200) }

/** What a failed answer means. Total: a body of any shape, a page of a proxy and no body at all give a failure. */
export const classify = (who: string, failed: FailedAnswer): Failure => {
  const json = parseJson(failed.body)
  const told = readError(json, failed.headers) ?? (json === undefined ? pageOf(failed.body) : nobody)
  // An error inside a good answer tells its true status, if any, in its body.
  const status = failed.status < 400 ? (told.status ?? failed.status) : failed.status
  const first = kindOf(told, status)
  const wait = waitFor(first, told, failed)
  const away = pointsAway(failed)
  return {
    kind: afterWait(first, wait),
    message: sentence(who, status, away === undefined ? told : { ...told, message: away }, failed.body),
    ...(told.param !== undefined && { param: firstWords(told.param, 200) }),
    upstream: { status, ...short('code', told.code ?? told.names[0]), ...short('type', told.type) },
    ...(wait !== undefined && { retryAfter: wait }),
    ...(!mayAskAgain(told, failed.headers) && { retriable: false }),
  }
}

const mayAskAgain = (told: Told, headers: WireHead['headers']): boolean =>
  headerOf(headers, 'x-should-retry') !== 'false' && !neverFits.test(told.message)

const waitFor = (kind: FailureKind, told: Told, failed: FailedAnswer): Millis | undefined => {
  const asked = waitOf(failed.headers, failed.now) ?? told.wait ?? waitIn(told.message)
  if (asked !== undefined) return asked
  return kind === 'upstream-rate-limited' ? waitForReset(failed.headers, failed.now) : undefined
}

/** The kind of an error inside an answer; undefined where nothing is known of it. */
const kindInside = (told: Told, status: number | undefined): FailureKind | undefined => {
  const known = among(trumps, told) ?? kindOfNames(told.names) ?? byWords(told)
  if (known !== undefined) return known
  if (status !== undefined && status >= 400) return kindOfStatus(status)
  return told.names.some(name => vague.test(name)) ? 'upstream-invalid' : undefined
}

/** A failure that a dialect read inside an answer, with its kind told as exactly as for one that came with a status. */
export const reclassify = (failure: Failure): Failure => {
  const { upstream } = failure
  if (upstream === undefined) return failure
  const given = [upstream.code, upstream.type].filter(name => name !== undefined)
  const told: Told = { names: given, message: failure.message, aside: '' }
  const numeric = given.find(name => /^[45]\d\d$/.test(name))
  const status = upstream.status ?? (numeric === undefined ? undefined : Number(numeric))
  const kind = kindInside(told, status) ?? failure.kind
  const wait = failure.retryAfter ?? waitIn(failure.message)
  return {
    ...failure,
    kind,
    message: firstWords(failure.message),
    ...(wait !== undefined && { retryAfter: millis(wait) }),
  }
}
