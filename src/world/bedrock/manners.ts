/** How Bedrock says no, in its words. */
import type { WorldModel } from '../models.ts'
import { bearerOf } from '../speech.ts'
import type { Complaint, Manners, Trouble, Unread, Voice } from '../speech.ts'
import { faultInSignature, isSigned } from './check-signature.ts'

/** A request that makes no sense to Bedrock. */
export const invalid = (message: string): Complaint => ({ status: 400, kind: 'invalid', message })

/** What is said of a model that is not there, or not for this. */
export const unknownModel: Complaint = {
  status: 400,
  kind: 'model-missing',
  message: 'The provided model identifier is invalid.',
}

const unread = (said: Unread): Complaint => {
  switch (said.what) {
    case 'not-json':
    case 'not-object':
      return { ...invalid(''), code: 'SerializationException' }
    case 'too-large':
      return {
        status: 413,
        kind: 'too-large',
        message: 'Request body is too large',
        code: 'RequestEntityTooLargeException',
      }
    case 'wrong-key':
      return {
        status: 403,
        kind: 'unauthenticated',
        message: 'Authentication failed: Please make sure your API Key is valid.',
        code: 'AccessDeniedException',
      }
    case 'missing':
    case 'wrong-method':
      return { status: 404, kind: 'missing', message: '', code: 'UnknownOperationException' }
    case 'model-missing':
      return unknownModel
  }
}

const troubles: Readonly<Record<Trouble, string>> = {
  broken: 'The system encountered an unexpected error during processing. Try your request again.',
  unavailable: 'Bedrock is unable to process your request.',
  overloaded: 'Too many connections, please wait before trying again.',
}

const tooLong = (model: WorldModel, inputTokens: number): Complaint => ({
  status: 400,
  kind: 'context',
  message: `The model returned the following errors: Input is too long for requested model: ${inputTokens} tokens > ${model.contextWindow} maximum.`,
})

/** Bedrock's. */
const bedrockManners: Manners = {
  unread,
  tooLong,
  limited: (_, { wait }) => ({
    status: 429,
    kind: 'rate-limited',
    message: 'Too many requests, please wait before trying again.',
    retryAfter: wait,
  }),
  trouble: (what, status) => ({ status: status === 529 ? 503 : status, kind: what, message: troubles[what] }),
  // AWS tells limits nowhere.
  limitHeaders: () => ({}),
}

const types: Readonly<Record<Complaint['kind'], string>> = {
  invalid: 'ValidationException',
  context: 'ValidationException',
  unauthenticated: 'UnrecognizedClientException',
  missing: 'ResourceNotFoundException',
  'model-missing': 'ValidationException',
  'too-large': 'ValidationException',
  'rate-limited': 'ThrottlingException',
  broken: 'InternalServerException',
  unavailable: 'ServiceUnavailableException',
  overloaded: 'ServiceUnavailableException',
}

/** The type of an error in a header, with the address behind it that AWS adds. */
const errorType = ({ code, kind }: Complaint): string =>
  `${code ?? types[kind]}:http://internal.amazon.com/coral/com.amazon.bedrock/`

/** The type of an error as an exception in a stream: its first letter is small there. */
export const exceptionType = ({ kind }: Complaint): string => types[kind].charAt(0).toLowerCase() + types[kind].slice(1)

/** What is said where a request is neither signed nor carries a key. */
const unsigned: Complaint = {
  status: 403,
  kind: 'unauthenticated',
  message: 'Missing Authentication Token',
  code: 'MissingAuthenticationTokenException',
}

/** Bedrock, whatever it is asked. The world's key is the bearer key, and the secret of whoever signs. */
export const bedrockVoice: Voice = {
  prefix: '/bedrock',
  provider: 'bedrock',
  manners: bedrockManners,
  key: bearerOf,
  unwelcome: (headers, key) => (key === undefined && !isSigned({ headers }) ? unsigned : undefined),
  forged: (envelope, body, secret) => {
    if (secret === undefined || !isSigned(envelope)) return undefined
    const message = faultInSignature(envelope, body, secret)
    return message === undefined
      ? undefined
      : { status: 403, kind: 'unauthenticated', message, code: 'InvalidSignatureException' }
  },
  headers: seed => ({
    'x-amzn-requestid': `00000000-0000-4000-8000-${Buffer.from(seed).toString('hex').slice(-12).padStart(12, '0')}`,
  }),
  error: ({ message }) => ({ message }),
  errorHeaders: complaint => ({ 'x-amzn-errortype': errorType(complaint) }),
  tellsRetryInBody: true,
}
