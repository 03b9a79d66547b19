/** How a request goes wrong when a switch says so: an error in the provider's words, or something that is no answer at all. */
import type { Exchange } from './exchange.ts'
import type { Asked, Complaint, Headers, Speech } from './speech.ts'
import type { FailureName, Limited, Switches } from './switches.ts'

/** Who refuses, and the seed of its ids. */
export interface Refuser {
  readonly speech: Speech
  readonly seed: string
  readonly limited?: Limited
}

const json = { 'content-type': 'application/json' }

/** What all answers of a provider carry. */
export const usualHeaders = ({ speech, seed, limited }: Refuser): Headers & Record<string, string> => ({
  ...speech.headers(seed),
  ...(limited !== undefined && speech.manners.limitHeaders(limited, Date.now())),
})

/** Answers with an error in the provider's words. */
export const refuse = (exchange: Exchange, refuser: Refuser, complaint: Complaint): void => {
  const headers = {
    ...json,
    ...usualHeaders(refuser),
    ...(complaint.retryAfter !== undefined && { 'retry-after': String(complaint.retryAfter) }),
    ...(complaint.kind === 'too-large' && { connection: 'close' }),
  }
  exchange.answer(complaint.status, headers, JSON.stringify(refuser.speech.error(complaint, refuser.seed)))
}

type Fail = NonNullable<Switches['fail']>

/** The failures that are told in the provider's words. */
const complaintOf = ({ kind, retryAfter }: Fail, { manners }: Speech, asked: Asked): Complaint | undefined => {
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

const page = `<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
`
/** Looks like the start of an answer and is none. */
const garbage = {
  whole: '{"id":"chatcmpl-\u0000\ufffd","choices":[{"mess',
  stream: 'data: {"choices":[{"del\n\ndata: }}<<\u0000\n\n',
}

const wreckage: Partial<Readonly<Record<FailureName, (exchange: Exchange, isStream: boolean) => void>>> = {
  html: exchange => exchange.answer(502, { 'content-type': 'text/html' }, page),
  garbage: (exchange, isStream) =>
    exchange.answer(200, contentType(isStream), isStream ? garbage.stream : garbage.whole),
  empty: (exchange, isStream) => exchange.answer(200, contentType(isStream), ''),
  // Left open: the client's patience, or the end of the world, ends it.
  hang: () => undefined,
  reset: exchange => exchange.reset(),
}

/** The header that says in what form an answer comes. */
export const contentType = (isStream: boolean): Record<string, string> =>
  isStream ? { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' } : json

/** Fails as the switch says. */
export const fail = (exchange: Exchange, refuser: Refuser, how: Fail, asked: Asked): void => {
  const complaint = complaintOf(how, refuser.speech, asked)
  if (complaint === undefined) return wreckage[how.kind]?.(exchange, asked.stream)
  const limited = how.kind === '429' ? { limited: limitOf(how.retryAfter) } : {}
  refuse(exchange, { ...refuser, ...limited }, complaint)
}
