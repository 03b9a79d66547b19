/** How a request goes wrong when a switch says so: an error in the provider's words, or something that is no answer at all. */
import type { Exchange } from './exchange.ts'
import type { WorldModel } from './models.ts'
import type { Complaint, Headers, Voice } from './speech.ts'
import type { FailureName, Limited, Switches } from './switches.ts'

/** Who refuses, and the seed of its ids. */
export interface Refuser {
  readonly voice: Voice
  readonly seed: string
  readonly limited?: Limited
}

/** What all answers of a provider carry. */
export const usualHeaders = ({ voice, seed, limited }: Refuser): Headers & Record<string, string> => ({
  ...voice.headers(seed),
  ...(limited !== undefined && voice.manners.limitHeaders(limited, Date.now())),
})

/** Answers with an error in the provider's words. */
export const refuse = (exchange: Exchange, refuser: Refuser, complaint: Complaint): void => {
  const headers = {
    'content-type': contentType(false),
    ...usualHeaders(refuser),
    ...refuser.voice.errorHeaders?.(complaint),
    ...(complaint.retryAfter !== undefined &&
      refuser.voice.tellsRetryInBody !== true && { 'retry-after': String(complaint.retryAfter) }),
    ...(complaint.kind === 'too-large' && { connection: 'close' }),
  }
  exchange.answer(complaint.status, headers, JSON.stringify(refuser.voice.error(complaint, refuser.seed, exchange.url)))
}

/** A request that was understood, as far as its fate depends on it. */
export interface Errand {
  readonly model: WorldModel
  readonly inputTokens: number
  /** It is charged by its tokens. */
  readonly isBilled?: boolean
  readonly stream: boolean
  /** The content type that the answer would have. */
  readonly contentType: string
}

type Fail = NonNullable<Switches['fail']>

/** The failures that are told in the provider's words. */
export const complaintOf = (
  { kind, retryAfter }: Fail,
  { manners }: Voice,
  asked: Pick<Errand, 'model' | 'inputTokens'>,
): Complaint | undefined => {
  const later = retryAfter === undefined ? {} : { retryAfter }
  switch (kind) {
    case '500':
      return { ...manners.trouble('broken', 500), ...later }
    case '503':
      return { ...manners.trouble('unavailable', 503), ...later }
    case '529':
      return { ...manners.trouble('overloaded', 529), ...later }
    case '429': {
      const { retryAfter: _, ...told } = manners.limited(asked.model, { ...limitOf(retryAfter) })
      return { ...told, ...later }
    }
    case '401':
      return manners.unread({ what: 'wrong-key', key: 'sk-revoked-in-the-world' })
    case '400-context':
      return manners.tooLong(asked.model, asked.model.contextWindow + 1 + asked.inputTokens)
    default:
      return undefined
  }
}

const limitOf = (wait = 1): Limited => ({ rpm: 60, left: 0, wait })

/** What a proxy in front of a provider says when nobody is behind it. */
export const wreckPage = `<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
`
/** Looks like the start of an answer and is none. */
const garbage = {
  whole: '{"id":"chatcmpl-\u0000\ufffd","choices":[{"mess',
  stream: 'data: {"choices":[{"del\n\ndata: }}<<\u0000\n\n',
}

const wreckage: Partial<Readonly<Record<FailureName, (exchange: Exchange, errand: Errand) => void>>> = {
  html: exchange => exchange.answer(502, { 'content-type': 'text/html' }, wreckPage),
  garbage: (exchange, { stream, contentType: type }) =>
    exchange.answer(200, { 'content-type': type }, stream ? garbage.stream : garbage.whole),
  empty: (exchange, { contentType: type }) => exchange.answer(200, { 'content-type': type }, ''),
  // Left open: the client's patience, or the end of the world, ends it.
  hang: () => undefined,
  reset: exchange => exchange.reset(),
}

/** The form in which most answers come. */
export const contentType = (isStream: boolean): string =>
  isStream ? 'text/event-stream; charset=utf-8' : 'application/json'

/** Fails as the switch says. */
export const fail = (exchange: Exchange, refuser: Refuser, how: Fail, errand: Errand): void => {
  const complaint = complaintOf(how, refuser.voice, errand)
  if (complaint === undefined) return wreckage[how.kind]?.(exchange, errand)
  const limited = how.kind === '429' ? { limited: limitOf(how.retryAfter) } : {}
  refuse(exchange, { ...refuser, ...limited }, complaint)
}
