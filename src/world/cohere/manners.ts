/** How Cohere says no, in its words. */
import { chanceOf, hex, letters } from '../chance.ts'
import type { WorldModel } from '../models.ts'
import type { Complaint, Json, Manners, Trouble, Unread } from '../speech.ts'

/** A request that makes no sense to Cohere. */
export const invalid = (message: string, status = 400): Complaint => ({ status, kind: 'invalid', message })

/** What is said of a model that is not there, or not for this. */
export const unknownModel = (name: string): Complaint => ({
  status: 404,
  kind: 'model-missing',
  message: `model '${name}' not found, make sure the correct model ID was used and that you have access to the model.`,
})

/** What is said of a member that there is not. */
export const unknownField = (name: string): Complaint =>
  invalid(`unknown field: parameter '${name}' is not a valid field`, 422)

const unread = (said: Unread): Complaint => {
  switch (said.what) {
    case 'not-json':
      return invalid('invalid request: could not parse the JSON body of the request')
    case 'not-object':
      return invalid('invalid request: expected a JSON object')
    case 'too-large':
      return { status: 413, kind: 'too-large', message: 'request body too large' }
    case 'wrong-key':
      return {
        status: 401,
        kind: 'unauthenticated',
        message: `Incorrect API key provided: ${'*'.repeat(said.key.length)}. You can find your API key at https://dashboard.cohere.com/api-keys.`,
      }
    case 'missing':
      return { status: 404, kind: 'missing', message: `endpoint ${said.path} not found` }
    case 'wrong-method':
      return invalid('method not allowed', 405)
    case 'model-missing':
      return unknownModel(said.model)
  }
}

/** What is said where no key came at all. */
export const noKey: Complaint = { status: 401, kind: 'unauthenticated', message: 'no api key supplied' }

const troubles: Readonly<Record<Trouble, string>> = {
  broken: 'internal server error, this has been reported to our developers.',
  unavailable: 'service unavailable',
  overloaded: 'the server is overloaded, please try again later',
}

const tooLong = (model: WorldModel, inputTokens: number): Complaint => ({
  status: 400,
  kind: 'context',
  message: `too many tokens: size limit exceeded by ${inputTokens - model.contextWindow} tokens. Try using shorter or fewer inputs. The limit for this model is ${model.contextWindow} tokens.`,
  code: 'TOO_MANY_TOKENS',
})

/** Cohere's. */
export const cohereManners: Manners = {
  unread,
  tooLong,
  limited: (_, { rpm, wait }) => ({
    status: 429,
    kind: 'rate-limited',
    message: `You are using a Trial key, which is limited to ${rpm} API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'. Contact us on 'https://discord.gg/XW44jPfYJu' or email us at support@cohere.com with any questions`,
    retryAfter: wait,
  }),
  trouble: (what, status) => ({ status: status === 529 ? 503 : status, kind: what, message: troubles[what] }),
  limitHeaders: ({ rpm, left }) => ({
    'x-trial-endpoint-call-limit': String(rpm),
    'x-trial-endpoint-call-remaining': String(left),
  }),
}

/** An id as Cohere makes them: a UUID. */
export const uuidOf = (seed: string): string => {
  const digits = letters(chanceOf(seed), 32, hex)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`
}

/** An error as Cohere writes it. */
export const cohereError = ({ message, code }: Complaint, seed: string): Json => ({
  ...(code !== undefined && { error_type: code }),
  id: uuidOf(seed),
  message,
})
