/** How Google says no in Gemini's own dialect, in its words. */
import type { WorldModel } from '../models.ts'
import type { Complaint, Json, Manners, Trouble, Unread } from '../speech.ts'

/** A request that makes no sense to Google. */
export const invalid = (message: string, code?: string): Complaint => ({
  status: 400,
  kind: 'invalid',
  message,
  ...(code !== undefined && { code }),
})

/** What is said of a model that is not there, or not for this. */
export const unknownModel = (name: string): Complaint => ({
  status: 404,
  kind: 'model-missing',
  message: `models/${name} is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods.`,
})

const unread = (said: Unread): Complaint => {
  switch (said.what) {
    case 'not-json':
      return invalid("Invalid JSON payload received. Expected an object key or }.\n{ what: 'this'\n  ^")
    case 'not-object':
      return invalid('Invalid JSON payload received. Unknown name "": Root element must be a message.')
    case 'too-large':
      return { status: 400, kind: 'too-large', message: 'Request payload size exceeds the limit: 20971520 bytes.' }
    case 'wrong-key':
      return {
        status: 400,
        kind: 'unauthenticated',
        message: 'API key not valid. Please pass a valid API key.',
        code: 'API_KEY_INVALID',
      }
    case 'missing':
    case 'wrong-method':
      return { status: 404, kind: 'missing', message: 'Requested entity was not found.' }
    case 'model-missing':
      return unknownModel(said.model)
  }
}

/** What is said where no key came at all. */
export const noKey: Complaint = {
  status: 403,
  kind: 'unauthenticated',
  message:
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
}

const troubles: Readonly<Record<Trouble, Complaint>> = {
  broken: {
    status: 500,
    kind: 'broken',
    message:
      'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  },
  unavailable: { status: 503, kind: 'unavailable', message: 'The service is currently unavailable.' },
  overloaded: { status: 503, kind: 'overloaded', message: 'The model is overloaded. Please try again later.' },
}

/** What is said of an input that the model's window cannot hold. */
const tooLong = (model: WorldModel, inputTokens: number): Complaint => ({
  status: 400,
  kind: 'context',
  message: `The input token count (${inputTokens}) exceeds the maximum number of tokens allowed (${model.contextWindow}).`,
})

/** Google's. */
export const geminiManners: Manners = {
  unread,
  tooLong,
  limited: (model, { rpm, wait }) => ({
    status: 429,
    kind: 'rate-limited',
    message: `You exceeded your current quota, please check your plan and billing details. For more information on this error, head over to: https://ai.google.dev/gemini-api/docs/rate-limits.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_requests_per_model, limit: ${rpm}, model: ${model.id}\nPlease retry in ${wait}s.`,
    code: 'GenerateRequestsPerMinutePerProjectPerModel',
    retryAfter: wait,
  }),
  trouble: what => troubles[what],
  // Google tells limits in the error's body alone.
  limitHeaders: () => ({}),
}

const statuses: Readonly<Record<Complaint['kind'], string>> = {
  invalid: 'INVALID_ARGUMENT',
  context: 'INVALID_ARGUMENT',
  unauthenticated: 'PERMISSION_DENIED',
  missing: 'NOT_FOUND',
  'model-missing': 'NOT_FOUND',
  'too-large': 'INVALID_ARGUMENT',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  broken: 'INTERNAL',
  unavailable: 'UNAVAILABLE',
  overloaded: 'UNAVAILABLE',
}

const detailsOf = ({ kind, code, message, param, retryAfter }: Complaint): readonly Json[] => {
  const details: Json[] = []
  if (code === 'API_KEY_INVALID') {
    const metadata = { service: 'generativelanguage.googleapis.com' }
    details.push({
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: code,
      domain: 'googleapis.com',
      metadata,
    })
    details.push({ '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'en-US', message })
  } else if (kind === 'rate-limited') {
    const quotaId = `${code ?? 'GenerateRequestsPerMinutePerProjectPerModel'}-FreeTier`
    details.push({ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] })
  }
  if (param !== undefined) {
    const fieldViolations = [{ field: param, description: message }]
    details.push({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations })
  }
  if (retryAfter !== undefined) {
    details.push({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` })
  }
  return details
}

/** An error as Google's servers write it. */
export const geminiError = (complaint: Complaint): Json => {
  const { status, kind, message, code } = complaint
  const details = detailsOf(complaint)
  const told = { code: status, message, status: code === 'API_KEY_INVALID' ? 'INVALID_ARGUMENT' : statuses[kind] }
  return { error: { ...told, ...(details.length > 0 && { details }) } }
}
