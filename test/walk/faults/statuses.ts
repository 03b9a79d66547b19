/** Errors that upstreams tell by their status, in their own words. */
import type { Fault, Way } from './fault.ts'
import type { Call } from './upstream.ts'
import { json, reply, sendAll } from './wire.ts'
import { scriptOf, wordsIn } from './answers.ts'

interface Said {
  readonly status: string
  readonly message: string
  /** The name of it in OpenAI's, Anthropic's and Google's words. */
  readonly names: readonly [openai: string | null, anthropic: string, google: string]
}
const bodyOf = ({ tongue }: Call, { status, message, names: [openai, anthropic, google] }: Said): string => {
  if (tongue === 'messages') return JSON.stringify({ type: 'error', error: { type: anthropic, message } })
  if (tongue === 'gemini')
    return JSON.stringify({ error: { code: Number.parseInt(status, 10), status: google, message } })
  return JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: openai } })
}

const tells = (name: string, fate: Fault['fate'], said: Said, headers: () => readonly string[] = () => []): Fault => ({
  name,
  fate,
  act: call => reply(call, bodyOf(call, said), said.status, json, ...headers()),
})
const said = (status: string, message: string, ...names: Said['names']): Said => ({ status, message, names })

const rescued = () => 'rescued' as const
const own = () => 'own' as const
const tooFast = said(
  '429 Too Many Requests',
  'slow down',
  'rate_limit_exceeded',
  'rate_limit_error',
  'RESOURCE_EXHAUSTED',
)
const plain = (status: string): Fault => ({
  name: status.slice(0, 3),
  fate: rescued,
  act: call => reply(call, `${status}`, status, 'content-type: text/plain'),
})
const limited = (name: string, wait: () => string): Fault =>
  tells(`429, ${name}`, rescued, tooFast, () => [`retry-after: ${wait()}`])
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString()

const quotaOf = 'You exceeded your current quota, please check your plan and billing details.'
/** Google's own safety settings refuse in a good answer; the others in an error as well. */
const filtered = said(
  '400 Bad Request',
  'The response was filtered due to the prompt triggering our content management policy.',
  'content_filter',
  'invalid_request_error',
  'INVALID_ARGUMENT',
)
/** A body that is too large for Anthropic is nobody's to serve: it says so of bytes, not of tokens. */
const tooLarge = ({ tongue }: Way) => (tongue === 'messages' ? 'own' : 'rescued')

export const statuses: readonly Fault[] = [
  tells(
    '400',
    own,
    said('400 Bad Request', 'temperature: must be at most 2', null, 'invalid_request_error', 'INVALID_ARGUMENT'),
  ),
  tells(
    '401',
    rescued,
    said('401 Unauthorized', 'invalid key', 'invalid_api_key', 'authentication_error', 'UNAUTHENTICATED'),
  ),
  tells('402', rescued, said('402 Payment Required', 'no money', null, 'billing_error', 'FAILED_PRECONDITION')),
  tells('403', rescued, said('403 Forbidden', 'not for you', null, 'permission_error', 'PERMISSION_DENIED')),
  tells('404', rescued, said('404 Not Found', 'model: m', 'model_not_found', 'not_found_error', 'NOT_FOUND')),
  plain('408 Request Timeout'),
  plain('409 Conflict'),
  tells(
    '413',
    tooLarge,
    said('413 Content Too Large', 'it is too large', null, 'request_too_large', 'INVALID_ARGUMENT'),
  ),
  tells(
    '422',
    own,
    said('422 Unprocessable Entity', 'input: field required', null, 'invalid_request_error', 'INVALID_ARGUMENT'),
  ),
  tells('429', rescued, tooFast),
  limited('wait of a second', () => '1'),
  limited('wait until a date', () => inSeconds(2)),
  limited('wait of a minute', () => '60'),
  limited('absurd wait', () => '99999999999'),
  limited('wait that is no time', () => 'soon'),
  limited('wait until the past', () => inSeconds(-3600)),
  tells(
    '429 for a quota',
    rescued,
    said('429 Too Many Requests', quotaOf, 'insufficient_quota', 'rate_limit_error', 'RESOURCE_EXHAUSTED'),
  ),
  plain('500 Internal Server Error'),
  plain('502 Bad Gateway'),
  plain('503 Service Unavailable'),
  plain('504 Gateway Timeout'),
  tells('529', rescued, said('529 Overloaded', 'Overloaded', null, 'overloaded_error', 'UNAVAILABLE')),
  tells('content filter with 400', own, filtered),
  {
    name: 'refusal',
    fate: () => 'served',
    act: call => {
      const { stream, whole } = scriptOf(call.tongue, wordsIn(['Alpha ', 'bravo ', 'charlie ', 'delta'], 'refused'))
      sendAll(call, call.stream ? stream : whole)
    },
  },
  tells(
    'context overflow',
    rescued,
    said(
      '400 Bad Request',
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      'context_length_exceeded',
      'invalid_request_error',
      'INVALID_ARGUMENT',
    ),
  ),
]
