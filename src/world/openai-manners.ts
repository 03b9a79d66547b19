/** How OpenAI and its look-alikes say no, in their words. */
import type { Flavour } from './openai-flavours.ts'
import { tooLong } from './openai-request.ts'
import type { Complaint, Manners, Trouble, Unread } from './speech.ts'

const invalid = (message: string, status = 400, code?: string): Complaint => ({
  status,
  kind: 'invalid',
  message,
  ...(code !== undefined && { code }),
})

/** A key as OpenAI shows it in an error: its ends alone. */
const masked = (key: string): string =>
  key.length < 12 ? '*'.repeat(key.length) : `${key.slice(0, 4)}${'*'.repeat(key.length - 8)}${key.slice(-4)}`

const unread = (said: Unread, flavour: Flavour): Complaint => {
  switch (said.what) {
    case 'not-json':
      return invalid(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)",
      )
    case 'not-object':
      return invalid('Invalid body: expected an object.')
    case 'too-large':
      return { status: 413, kind: 'too-large', message: 'Request body is too large.' }
    case 'wrong-key':
      return { status: 401, kind: 'unauthenticated', message: `Incorrect API key provided: ${masked(said.key)}.` }
    case 'missing':
      return { status: 404, kind: 'missing', message: `Invalid URL (${said.method} ${said.path})` }
    case 'wrong-method':
      return invalid(
        `Not allowed to ${said.method} on ${said.path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
        405,
        'method_not_supported',
      )
    case 'model-missing':
      return flavour.unknownModel(said.model)
  }
}

const troubles: Readonly<Record<Trouble, string>> = {
  broken: 'The server had an error while processing your request. Sorry about that!',
  unavailable: 'The service is temporarily unavailable. Please try again later.',
  overloaded: 'The engine is currently overloaded, please try again later',
}

/** Those of one flavour. */
export const openaiManners = (flavour: Flavour): Manners => ({
  unread: said => unread(said, flavour),
  tooLong,
  limited: ({ id }, { rpm, left, wait }) => ({
    status: 429,
    kind: 'rate-limited',
    message: `Rate limit reached for ${id} on requests per min (RPM): Limit ${rpm}, Used ${rpm - left}, Requested 1. Please try again in ${wait}s.`,
    retryAfter: wait,
  }),
  trouble: (what, status) => ({ status, kind: what, message: troubles[what] }),
  limitHeaders: limited => flavour.limitHeaders(limited),
})
