/** An upstream error to a Failure: the only file that knows what providers' errors mean. */
import type { Failure, FailureKind, UpstreamError } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'
import type { FailedAnswer } from '../ports/provider.ts'
import type { WireHead } from '../ports/transport.ts'
import { headerOf, waitForReset, waitOf, durationOf } from './rates.ts'
import { firstWords } from './redact.ts'
import { parsed, readError } from './told.ts'
import type { Told } from './told.ts'

/**
 * Codes, types and exception names that can mean one thing only, in the order of judgement. Compared in lower
 * case without punctuation and without a closing `error` or `exception`, so `RateLimitError` is `rate_limit`.
 * Names used for everything (`invalid_request_error`, `INVALID_ARGUMENT`, `ValidationException`, `api_error`) are
 * left out on purpose: there the words decide, then the status.
 */
const names: readonly (readonly [FailureKind, string])[] = [
  // An empty balance, which OpenAI and Moonshot send as 429, Perplexity as 401, Anthropic and DeepSeek as 402.
  [
    'upstream-quota',
    'insufficient_quota billing_hard_limit_reached billing_not_active billing exceeded_current_quota ' +
      'insufficient_balance insufficient_credits insufficient_user_quota credit_limit quota_exceeded ' +
      'service_quota_exceeded billing_disabled arrearage payment_required',
  ],
  // OpenAI, Groq, Azure, Anthropic, Google, AWS, Mistral, Moonshot, Alibaba. Cerebras' "quota" is a limit per minute.
  [
    'upstream-rate-limited',
    'resource_exhausted rate_limit rate_limit_exceeded rate_limited rate_limit_reached too_many_requests throttling ' +
      'throttling_rate_quota throttling_allocation_quota throttled request_quota_exceeded token_quota_exceeded model_rate_limit',
  ],
  // OpenAI, Azure AI, Cohere, Perplexity, llama.cpp.
  [
    'context-overflow',
    'context_length_exceeded context_window_exceeded exceed_context_size too_many_prompt_tokens too_many_tokens tokens_limit_reached',
  ],
  // OpenAI, Azure, Moonshot, Alibaba, Cohere.
  [
    'content-refused',
    'content_filter content_policy_violation responsible_ai_policy_violation moderation_blocked content_blocked ' +
      'data_inspection_failed blocked_input blocked_output safety cyber_policy_violation guardrail_intervened',
  ],
  // OpenAI, Groq, Azure, Anthropic, Google, AWS, Mistral, vLLM, Hugging Face, Together.
  [
    'model-missing',
    'model_not_found model_decommissioned model_not_supported model_not_available model_not_exist unknown_model ' +
      'unavailable_model invalid_model model_terms_required deployment_not_found operation_not_supported not_found ' +
      'resource_not_found dedicated_endpoint_not_running',
  ],
  // OpenAI, Azure, Anthropic, Google, AWS, Cerebras, Perplexity, Moonshot.
  [
    'upstream-credential',
    'invalid_api_key wrong_api_key api_key_invalid api_key_service_blocked api_key_expired authentication ' +
      'invalid_authentication incorrect_api_key unauthorized unauthenticated permission permission_denied ' +
      'account_deactivated access_terminated invalid_organization mismatched_organization mismatched_project ' +
      'ip_not_authorized unsupported_country_region_territory access_denied unrecognized_client expired_token ' +
      'invalid_signature signature_does_not_match incomplete_signature invalid_client_token_id missing_authentication_token ' +
      'access_token_expired service_disabled consumer_suspended forbidden',
  ],
  ['upstream-timeout', 'timeout deadline_exceeded model_timeout request_timeout gateway_timeout'],
  // Anthropic's 529, OpenAI, Google, AWS, Mistral, Moonshot, TGI, llama.cpp, Cerebras, Groq's flex tier.
  [
    'upstream-overloaded',
    'overloaded engine_overloaded server_overloaded model_overloaded slow_down server internal_server internal ' +
      'service_unavailable unavailable no_capacity capacity_exceeded queue_exceeded model_not_ready model_stream ' +
      'service_tier_capacity_exceeded unreachable_backend',
  ],
  // Groq: the model, not the caller, wrote something that does not fit; another model may do better.
  ['upstream-garbled', 'tool_use_failed json_validate_failed'],
  // Exact complaints about the request whose words resemble those of an overflow or a missing model.
  [
    'upstream-invalid',
    'request_too_large string_above_max_length array_above_max_length unsupported_parameter unsupported_value ' +
      'unknown_parameter missing_required_parameter invalid_image_url unsupported_file extra_forbidden',
  ],
]

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z\d]/g, '')
    .replace(/(?:error|exception)$/, '')

const kindOfName: ReadonlyMap<string, FailureKind> = new Map(
  names.flatMap(([kind, list]) => list.split(' ').map(name => [plain(name), kind] as const)),
)
const order: readonly FailureKind[] = names.map(([kind]) => kind)

/** Words, in the order of judgement, for those who give no exact name. All in lower case. */
const phrases: readonly (readonly [FailureKind, RegExp])[] = [
  // Names money, a plan or a period of a day and longer; never said of a limit that is over in a minute.
  // OpenAI, Anthropic, DeepSeek, xAI, OpenRouter, Hugging Face, Fireworks, Cohere trials, Bedrock, Gemini's quota ids.
  [
    'upstream-quota',
    /credit balance is too low|insufficient (?:balance|credits?|funds|quota)|not enough credits|exceeded your current quota|(?:doesn't|does not) have any credits|all available credits|monthly (?:spending|included|usage) |spending limit|requires? more credits|billing (?:hard )?limit|api calls \/ month|tokens per day|requestsperday|perdayper/,
  ],
  // Bedrock says "Too many tokens, please wait": the wait must be seen before the tokens.
  [
    'upstream-rate-limited',
    /rate[ -]?limit|too many requests|please wait before trying again|request limit exceeded|requests per (?:second|minute)|tokens per minute|exceeded .{0,40}pricing tier/,
  ],
  // OpenAI and look-alikes, vLLM, Mistral, DeepSeek ("maximum context length"); Anthropic ("prompt is too long",
  // "exceed context limit"); Gemini, Bedrock, xAI, Groq, SGLang, llama.cpp, LM Studio, TGI, Ollama, Cerebras, Cohere, Moonshot, MiniMax.
  [
    'context-overflow',
    /maximum context (?:length|limit|window)|max(?:imum)? context length|context (?:length|window|size|limit)[^.]{0,30}exceed|exceeds?[^.]{0,40}context (?:length|window|size|limit)|prompt is too long|prompt too long|(?:longer|greater) than the (?:model's )?context length|input is too long|too many (?:input )?tokens|too large for model|maximum number of (?:input )?tokens|number of (?:input )?tokens exceed|input tokens exceed|maximum prompt length|maximum input length|length of (?:all|the) messages|exceeded model token limit|`inputs` tokens|current length is [\d,]+ while limit|token limit exceeded/,
  ],
  // Azure, OpenAI (text, images, "flagged"), Anthropic ("content filtering policy"), OpenRouter, Moonshot, Alibaba, Gemini.
  [
    'content-refused',
    /content[ -]?(?:management policy|filter|policy violation)|safety system|violating our usage policy|violates? (?:our|the) usage polic|responsibleaipolicy|flagged by moderation|input was flagged|considered high risk|inappropriate content|blocked by (?:safety|our content|guardrail)/,
  ],
  // Before missing models: a key that may not see a model is told as a missing model, which is right too.
  [
    'upstream-credential',
    /(?:incorrect|invalid|missing|wrong|expired) (?:x-)?api[ -]?(?:key|token)|api[ -]?key (?:is |was )?(?:not valid|invalid|expired|missing)|invalid subscription key|authentication (?:fail|header|error)|invalid authentication|invalid bearer|security token|user location is not supported|no auth credentials/,
  ],
  // A model by name, or what AWS, Cohere, OpenRouter, Google say of one; "not supported" only right after the name.
  [
    'model-missing',
    /\bmodels?:? [^ ]+ (?:does not exist|not found|was removed|is not (?:found|available|supported\b(?! (?:with|when|for tool|by this)))|has been (?:deprecated|decommissioned|removed))|model not found|requested model (?:[^ ]+ )?(?:does not exist|is not (?:supported by any|available))|model identifier is invalid|publisher model|on-demand throughput|no (?:endpoints found|allowed providers)|invalid model (?:name|id)|unknown model|models\/[^ ]+ is not found/,
  ],
  ['upstream-timeout', /timed? ?out|deadline exceeded/],
  [
    'upstream-overloaded',
    /overloaded|over capacity|at capacity|high (?:traffic|demand)|currently loading|loading model|temporarily unavailable|no healthy upstream/,
  ],
]

/** What a status says where nothing else did. */
const kindOfStatus = (status: number): FailureKind => {
  const known = statuses[status]
  if (known !== undefined) return known
  if (status >= 500) return 'upstream-overloaded'
  return status >= 400 ? 'upstream-invalid' : 'upstream-garbled'
}
const statuses: Readonly<Record<number, FailureKind>> = {
  401: 'upstream-credential',
  402: 'upstream-quota',
  403: 'upstream-credential',
  404: 'model-missing',
  407: 'upstream-credential',
  408: 'upstream-timeout',
  // A conflict and "too early" pass by themselves; official clients ask again.
  409: 'upstream-overloaded',
  410: 'model-missing',
  413: 'context-overflow',
  424: 'upstream-overloaded',
  425: 'upstream-overloaded',
  429: 'upstream-rate-limited',
  // Groq's flex tier is full; Google's "cancelled" came from its own side.
  498: 'upstream-overloaded',
  499: 'upstream-overloaded',
  501: 'upstream-invalid',
  504: 'upstream-timeout',
  // Cloudflare could not reach the provider.
  521: 'upstream-unreachable',
  522: 'upstream-unreachable',
  523: 'upstream-unreachable',
  524: 'upstream-timeout',
  530: 'upstream-unreachable',
}

/** The kind that names tell, the first in the order of judgement if they tell several. */
const byNames = (told: Told): FailureKind | undefined => {
  const kinds = told.names.map(name => kindOfName.get(plain(name)))
  return order.find(kind => kinds.includes(kind))
}

const byWords = (told: Told): FailureKind | undefined => {
  const words = `${told.message} ${told.aside}`.slice(0, 4_000).toLowerCase()
  return phrases.find(([, phrase]) => phrase.test(words))?.[0]
}

/** Gemini says "exceeded your current quota" of minutes as well as of days; only its quota ids tell which. */
const isMinuteQuota = (told: Told): boolean => /PerMinute/.test(told.aside) && !/PerDay/.test(told.aside)

const kindOf = (told: Told, status: number): FailureKind => {
  if (isMinuteQuota(told)) return 'upstream-rate-limited'
  // OpenAI says of a whole prompt what it says of a name that is too long: the place tells which.
  if (told.code === 'string_above_max_length' && /^(?:messages|input)/.test(told.param ?? '')) return 'context-overflow'
  const named = byNames(told)
  // A resource that is exhausted is Google's and xAI's word for rate and quota alike.
  const spoken = named === undefined || named === 'upstream-rate-limited' ? byWords(told) : undefined
  if (named !== undefined) return spoken === 'upstream-quota' ? spoken : named
  return spoken ?? kindOfStatus(status)
}

/** Requests that are larger than a whole window are told as rate limits, yet waiting never helps. */
const neverFits = /request too large|larger than the (?:rate )?limit/i

const waitIn = (message: string): Millis | undefined => {
  // OpenAI and Groq: "Please try again in 1m30.5s."
  const found = /try again in ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)/i.exec(message)?.[1]
  return found === undefined ? undefined : durationOf(found)
}

const nobody: Told = { names: [], message: '', aside: '' }

/** What an error page says: its title, or its text without tags. */
const pageWords = (body: string): string => {
  const start = body.slice(0, 4_000)
  const title = /<title[^>]*>([^<]{1,200})/i.exec(start)?.[1]
  return title ?? start.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
}

/** Redirections are not followed: the credential is for the host that was configured, and no other. */
const pointsAway = ({ status, headers }: FailedAnswer): string | undefined => {
  const location = headerOf(headers, 'location')
  if (status < 300 || status >= 400 || location === undefined) return undefined
  return `moved to ${firstWords(location)}, which is not followed; if it is right, set the provider's url to it`
}

const sentence = (who: string, status: number, told: Told, body: string): string => {
  const words = firstWords(told.message === '' ? pageWords(body) : told.message)
  const code = told.code ?? told.type
  const name = code === undefined || /^\d+$/.test(code) ? '' : ` (${firstWords(code, 80)})`
  return `${who} answered ${status}${name}: ${words === '' ? 'nothing more' : words}`
}

const short = (name: 'code' | 'type', word: string | undefined): UpstreamError =>
  word === undefined ? {} : { [name]: firstWords(word, 200) }

/** What a failed answer means. Total: a body of any shape, a page of a proxy and no body at all give a failure. */
export const classify = (who: string, failed: FailedAnswer): Failure => {
  const told = readError(parsed(failed.body), failed.headers) ?? nobody
  // An error inside a good answer tells its true status, if any, in its body.
  const status = failed.status < 400 ? (told.status ?? failed.status) : failed.status
  const kind = kindOf(told, status)
  const wait = waitFor(kind, told, failed)
  const away = pointsAway(failed)
  return {
    kind,
    message: sentence(who, status, away === undefined ? told : { ...told, message: away }, failed.body),
    ...(told.param !== undefined && { param: firstWords(told.param, 200) }),
    upstream: { status, ...short('code', told.code ?? told.names[0]), ...short('type', told.type) },
    ...(wait !== undefined && { retryAfter: wait }),
    ...(!mayAskAgain(told, failed.headers) && { retriable: false }),
  }
}

const mayAskAgain = (told: Told, headers: WireHead['headers']): boolean =>
  headerOf(headers, 'x-should-retry') !== 'false' && !neverFits.test(told.message)

const waitFor = (kind: FailureKind, told: Told, failed: FailedAnswer): Millis | undefined => {
  const asked = waitOf(failed.headers, failed.now) ?? told.wait ?? waitIn(told.message)
  if (asked !== undefined) return asked
  return kind === 'upstream-rate-limited' ? waitForReset(failed.headers, failed.now) : undefined
}

/** A failure that a dialect read inside an answer, with its kind told as exactly as for one that came with a status. */
export const reclassify = (failure: Failure): Failure => {
  const { upstream } = failure
  if (upstream === undefined) return failure
  const given = [upstream.code, upstream.type].filter(name => name !== undefined)
  const told: Told = { names: given, message: failure.message, aside: '' }
  const numeric = given.find(name => /^[45]\d\d$/.test(name))
  const status = upstream.status ?? (numeric === undefined ? undefined : Number(numeric))
  const kind =
    byNames(told) ?? byWords(told) ?? (status === undefined || status < 400 ? failure.kind : kindOfStatus(status))
  const wait = failure.retryAfter ?? waitIn(failure.message)
  return {
    ...failure,
    kind,
    message: firstWords(failure.message),
    ...(wait !== undefined && { retryAfter: millis(wait) }),
  }
}
