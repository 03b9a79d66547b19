/** How OpenAI and its look-alikes differ: names of ids, extra members, who tells usage when, error bodies. */
import { base62, chanceOf, hex, letters } from './chance.ts'
import type { WorldModel } from './models.ts'
import type { ThoughtManner } from './openai-thoughts.ts'
import type { Complaint, Json } from './speech.ts'
import type { Limited } from './switches.ts'

export interface Flavour {
  readonly provider: string
  readonly prefix: string
  /** Who owns the models, in the list of models. */
  readonly owner: string
  /** The members of a request that it takes; undefined takes any. */
  readonly members?: ReadonlySet<string>
  /** Tells usage on every stream, in the last chunk that has a choice. */
  readonly alwaysUsage: boolean
  /** Members beside the usual ones, in every answer and chunk. */
  readonly extra: (model: string) => Json
  /** Members beside the usual ones of a message. */
  readonly messageExtra: Json
  /** Members beside the usual ones of a choice. */
  readonly choiceExtra: Json
  readonly usageExtra: Json
  /** Where it puts thoughts. */
  readonly thoughts: ThoughtManner
  /** Members beside the usual ones of a row in the list of models. */
  readonly modelExtra?: (model: WorldModel) => Json
  answerId(seed: string): string
  callId(seed: string, place: number): string
  headers(seed: string): Readonly<Record<string, string>>
  unknownMember(name: string): Complaint
  unknownModel(name: string): Complaint
  error(complaint: Complaint): unknown
  /** What follows an error in the middle of a stream. */
  readonly afterError: string
  limitHeaders(limited: Limited): Readonly<Record<string, string>>
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** The published members of each provider's own request, of late 2026. */
const openaiMembers =
  words(`audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens
  messages metadata modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
  prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store
  stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options`)
const mistralMembers =
  words(`model messages temperature top_p max_tokens stream stop random_seed metadata response_format tools
  tool_choice presence_penalty frequency_penalty n prediction parallel_tool_calls prompt_mode reasoning_effort guardrails
  prompt_cache_key safe_prompt`)

const missingModel = (message: string): Complaint => ({
  status: 404,
  kind: 'model-missing',
  message,
  code: 'model_not_found',
})
const unknown = (status: number, message: string): Complaint => ({ status, kind: 'invalid', message })

const openaiTypes: Readonly<Record<Complaint['kind'], string>> = {
  invalid: 'invalid_request_error',
  context: 'invalid_request_error',
  unauthenticated: 'invalid_request_error',
  missing: 'invalid_request_error',
  'model-missing': 'invalid_request_error',
  'too-large': 'invalid_request_error',
  'rate-limited': 'requests',
  broken: 'server_error',
  unavailable: 'service_unavailable_error',
  overloaded: 'server_error',
}
const openaiCodes: Partial<Readonly<Record<Complaint['kind'], string>>> = {
  unauthenticated: 'invalid_api_key',
  'rate-limited': 'rate_limit_exceeded',
}

const zeroDetails: Json = {
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
}

export const openaiFlavour: Flavour = {
  provider: 'openai',
  prefix: '/openai/v1',
  owner: 'system',
  members: openaiMembers,
  alwaysUsage: false,
  extra: model => ({ service_tier: 'default', system_fingerprint: `fp_${letters(chanceOf(model), 10, hex)}` }),
  messageExtra: { refusal: null, annotations: [] },
  choiceExtra: { logprobs: null },
  usageExtra: zeroDetails,
  thoughts: 'hidden',
  answerId: seed => `chatcmpl-${letters(chanceOf(seed), 29, base62)}`,
  callId: (seed, place) => `call_${letters(chanceOf(`${seed}/${place}`), 24, base62)}`,
  headers: seed => ({
    'openai-organization': 'recorded-world',
    'openai-version': '2020-10-01',
    'x-request-id': `req_${seed}`,
  }),
  unknownMember: name => ({ ...unknown(400, `Unrecognized request argument supplied: ${name}`), param: name }),
  unknownModel: name => missingModel(`The model \`${name}\` does not exist or you do not have access to it.`),
  error: ({ kind, message, param, code }) => ({
    error: { message, type: openaiTypes[kind], param: param ?? null, code: code ?? openaiCodes[kind] ?? null },
  }),
  afterError: '',
  limitHeaders: ({ rpm, left, wait }) => ({
    'x-ratelimit-limit-requests': String(rpm),
    'x-ratelimit-remaining-requests': String(left),
    'x-ratelimit-reset-requests': `${wait}s`,
  }),
}

export const mistralFlavour: Flavour = {
  provider: 'mistral',
  prefix: '/mistral/v1',
  owner: 'mistralai',
  members: mistralMembers,
  alwaysUsage: true,
  extra: () => ({}),
  messageExtra: {},
  choiceExtra: {},
  usageExtra: {},
  thoughts: 'parts',
  answerId: seed => seed,
  callId: (seed, place) => letters(chanceOf(`${seed}/${place}`), 9, base62),
  headers: seed => ({ 'mistral-correlation-id': seed }),
  unknownMember: name => ({ ...unknown(422, 'Extra inputs are not permitted'), param: name, code: 'extra_forbidden' }),
  unknownModel: name => ({ ...unknown(400, `Invalid model: ${name}`), code: '1500' }),
  error: ({ status, kind, message, param, code }) => {
    if (status === 401) return { detail: 'Invalid API Key' }
    return status === 422
      ? { detail: [{ type: code ?? 'value_error', loc: ['body', param ?? ''], msg: message, input: null }] }
      : {
          object: 'error',
          message,
          type: kind === 'invalid' ? 'invalid_request_error' : kind.replaceAll('-', '_'),
          param: param ?? null,
          code: code ?? String(status),
        }
  },
  afterError: '',
  limitHeaders: ({ rpm, left }) => ({
    'x-ratelimit-limit-req-minute': String(rpm),
    'x-ratelimit-remaining-req-minute': String(left),
  }),
}

const vllmTypes: Partial<Readonly<Record<Complaint['kind'], string>>> = {
  'model-missing': 'NotFoundError',
  missing: 'NotFoundError',
  unauthenticated: 'Unauthorized',
  'rate-limited': 'RateLimitError',
  broken: 'InternalServerError',
  unavailable: 'ServiceUnavailableError',
  overloaded: 'ServiceUnavailableError',
}

/** As vLLM serves it. */
export const selfHostedFlavour: Flavour = {
  provider: 'selfhosted',
  prefix: '/selfhosted/v1',
  owner: 'vllm',
  alwaysUsage: false,
  extra: () => ({}),
  messageExtra: { refusal: null },
  choiceExtra: { logprobs: null, stop_reason: null },
  usageExtra: { prompt_tokens_details: null },
  thoughts: 'member',
  modelExtra: ({ id, contextWindow }) => ({ root: id, parent: null, max_model_len: contextWindow, permission: [] }),
  answerId: seed => `chatcmpl-${seed}`,
  callId: (seed, place) => `chatcmpl-tool-${letters(chanceOf(`${seed}/${place}`), 32, hex)}`,
  headers: () => ({ server: 'uvicorn' }),
  unknownMember: name => unknown(400, `Unknown member ${name}`),
  unknownModel: name => missingModel(`The model \`${name}\` does not exist.`),
  // Its door is kept by others than its server, who speak more plainly.
  error: ({ status, kind, message, param }) => ({
    error:
      status === 401
        ? 'Unauthorized'
        : { message, type: vllmTypes[kind] ?? 'BadRequestError', param: param ?? null, code: status },
  }),
  afterError: 'data: [DONE]\n\n',
  limitHeaders: () => ({}),
}

const googleStatuses: Partial<Readonly<Record<Complaint['kind'], string>>> = {
  unauthenticated: 'UNAUTHENTICATED',
  missing: 'NOT_FOUND',
  'model-missing': 'NOT_FOUND',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  broken: 'INTERNAL',
  unavailable: 'UNAVAILABLE',
  overloaded: 'UNAVAILABLE',
}

/** Google's own form of OpenAI's dialect. */
export const geminiFlavour: Flavour = {
  provider: 'gemini',
  prefix: '/gemini/v1beta/openai',
  owner: 'google',
  alwaysUsage: false,
  extra: () => ({}),
  messageExtra: {},
  choiceExtra: {},
  usageExtra: {},
  thoughts: 'hidden',
  answerId: seed => letters(chanceOf(seed), 22, base62),
  callId: (seed, place) => `function-call-${letters(chanceOf(`${seed}/${place}`), 19, '0123456789')}`,
  headers: () => ({ server: 'scaffolding on HTTPServer2' }),
  unknownMember: name => unknown(400, `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`),
  unknownModel: name => ({
    status: 404,
    kind: 'model-missing',
    message: `models/${name} is not found for API version v1main, or is not supported for generateContent.`,
  }),
  // Wrapped in a list, as Google's servers do.
  error: ({ status, kind, message, retryAfter }) => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` }]
    const told = { code: status, message, status: googleStatuses[kind] ?? 'INVALID_ARGUMENT' }
    return [{ error: { ...told, ...(retryAfter !== undefined && { details }) } }]
  },
  afterError: '',
  // Google tells limits in the error's body alone.
  limitHeaders: () => ({}),
}
