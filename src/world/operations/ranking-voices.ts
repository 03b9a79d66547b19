/** Jina and Voyage: who they are, whom they let in, how they say no. */
import type { Complaint, Json, Manners, Trouble, Unread, Voice } from '../speech.ts'
import { bearerOf } from '../speech.ts'

const refusal = (status: number, kind: Complaint['kind'], message: string): Complaint => ({ status, kind, message })

const unread = (said: Unread, wrongKey: string): Complaint => {
  switch (said.what) {
    case 'not-json':
    case 'not-object':
      return refusal(422, 'invalid', 'Input should be a valid dictionary or object to extract fields from')
    case 'too-large':
      return refusal(413, 'too-large', 'Request entity too large')
    case 'wrong-key':
      return refusal(401, 'unauthenticated', wrongKey)
    case 'missing':
      return refusal(404, 'missing', 'Not Found')
    case 'wrong-method':
      return refusal(405, 'invalid', 'Method Not Allowed')
    case 'model-missing':
      return refusal(400, 'model-missing', `Model ${said.model} is not supported.`)
  }
}

const troubles: Readonly<Record<Trouble, string>> = {
  broken: 'Internal Server Error',
  unavailable: 'Service Unavailable',
  overloaded: 'The service is overloaded. Please try again later.',
}

const mannersOf = (wrongKey: string): Manners => ({
  unread: said => unread(said, wrongKey),
  tooLong: (model, tokens) =>
    refusal(400, 'context', `The request has ${tokens} tokens; ${model.id} takes at most ${model.contextWindow}.`),
  limited: (_, { rpm, wait }) => ({
    ...refusal(429, 'rate-limited', `Rate limit of ${rpm} requests per minute exceeded.`),
    retryAfter: wait,
  }),
  trouble: (what, status) => refusal(status === 529 ? 503 : status, what, troubles[what]),
  limitHeaders: () => ({}),
})

const voice = (provider: string, wrongKey: string, noKey: string): Voice => ({
  prefix: `/${provider}/v1`,
  provider,
  manners: mannersOf(wrongKey),
  key: bearerOf,
  unwelcome: (_, key) => (key === undefined ? refusal(401, 'unauthenticated', noKey) : undefined),
  headers: () => ({}),
  error: ({ message }): Json => ({ detail: message }),
})

/** Jina. */
export const jinaVoice = voice(
  'jina',
  'Invalid API key, please get a new one from https://jina.ai',
  'You need to provide an API key. Get one at https://jina.ai',
)
/** Voyage. */
export const voyageVoice = voice(
  'voyage',
  'Provided API key is invalid.',
  'Request must contain an Authorization header with a bearer API key.',
)
