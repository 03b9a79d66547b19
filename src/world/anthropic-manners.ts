/** How Anthropic says no, in its words. */
import { tooLong } from './anthropic-request.ts'
import type { Complaint, Manners, Trouble, Unread } from './speech.ts'

const invalid = (message: string, status = 400): Complaint => ({ status, kind: 'invalid', message })

const unread = (said: Unread): Complaint => {
  switch (said.what) {
    case 'not-json':
      return invalid('The request body is not valid JSON: expected value at line 1 column 1')
    case 'not-object':
      return invalid('Input should be a valid dictionary')
    case 'too-large':
      return { status: 413, kind: 'too-large', message: 'Request exceeds the maximum size' }
    case 'wrong-key':
      return { status: 401, kind: 'unauthenticated', message: 'invalid x-api-key' }
    case 'missing':
      return { status: 404, kind: 'missing', message: 'Not found' }
    case 'wrong-method':
      return invalid('Method Not Allowed', 405)
    case 'model-missing':
      return { status: 404, kind: 'model-missing', message: `model: ${said.model}` }
  }
}

const troubles: Readonly<Record<Trouble, string>> = {
  broken: 'Internal server error',
  unavailable: 'Service temporarily unavailable',
  overloaded: 'Overloaded',
}

/** Anthropic's. */
export const anthropicManners: Manners = {
  unread,
  tooLong,
  limited: (model, { rpm, wait }) => ({
    status: 429,
    kind: 'rate-limited',
    message: `This request would exceed your organization's rate limit of ${rpm} requests per minute (model: ${model.id}). For details, refer to: https://docs.claude.com/en/api/rate-limits.`,
    retryAfter: wait,
  }),
  trouble: (what, status) => ({ status, kind: what, message: troubles[what] }),
  limitHeaders: ({ rpm, left, wait }, now) => ({
    'anthropic-ratelimit-requests-limit': String(rpm),
    'anthropic-ratelimit-requests-remaining': String(left),
    'anthropic-ratelimit-requests-reset': new Date(now + 1000 * wait).toISOString().replace(/\.\d+/, ''),
  }),
}
