/** What the words of providers' errors mean: names first, then phrases, then statuses. Each says who sends it. */
import type { FailureKind } from '../domain/failure.ts'

/**
 * Codes, types and exception names that can mean one thing only, in the order of judgement. Compared in lower
 * case without punctuation and without a closing `error` or `exception`, so `RateLimitError` is `rate_limit`.
 * Names used for everything (`invalid_request_error`, `INVALID_ARGUMENT`, `ValidationException`, `api_error`) are
 * left out on purpose: there the words decide, then the status.
 */
const names: readonly (readonly [FailureKind, string])[] = [
  // An empty balance, which OpenAI, Moonshot and Zhipu send as 429, Perplexity as 401, Anthropic, DeepSeek and OpenRouter as 402,
  // Alibaba as 400 or 403, MiniMax in a 200; Vercel's gateway without a card.
  [
    'upstream-quota',
    'insufficient_quota billing_hard_limit_reached billing_not_active billing exceeded_current_quota ' +
      'insufficient_balance insufficient_credits insufficient_user_quota credit_limit quota_exceeded ' +
      'service_quota_exceeded billing_disabled arrearage payment_required insufficient_funds billing_limit_reached ' +
      'customer_verification_required allocation_quota_free_tier_only glm_1110 glm_1112 glm_1113 glm_1304 glm_1308 ' +
      'glm_1309 glm_1310 minimax_1008 minimax_2056',
  ],
  // OpenAI, Groq, Azure, Anthropic, Google, AWS, Mistral, Moonshot, Alibaba, Databricks, Zhipu, MiniMax. Cerebras' "quota" is a limit per minute.
  [
    'upstream-rate-limited',
    'resource_exhausted rate_limit rate_limit_exceeded rate_limited rate_limit_reached too_many_requests throttling ' +
      'throttling_rate_quota throttling_allocation_quota throttled request_quota_exceeded token_quota_exceeded model_rate_limit request_limit_exceeded limit_requests ' +
      'limit_burst_rate glm_1302 glm_1303 glm_1313 minimax_1002 minimax_1041 minimax_2045',
  ],
  // OpenAI, Azure AI, Cohere, Perplexity, llama.cpp, Zhipu, MiniMax.
  [
    'context-overflow',
    'context_length_exceeded context_window_exceeded exceed_context_size too_many_prompt_tokens too_many_tokens tokens_limit_reached glm_1261 minimax_1039',
  ],
  // OpenAI, Azure, Moonshot, Alibaba, Cohere, Zhipu, MiniMax.
  [
    'content-refused',
    'content_filter content_policy_violation responsible_ai_policy_violation moderation_blocked content_blocked ' +
      'data_inspection_failed blocked_input blocked_output safety cyber_policy_violation guardrail_intervened ' +
      'content_filtered glm_1301 minimax_1026 minimax_1027',
  ],
  // OpenAI, Groq, Azure, Anthropic, Google, AWS, Mistral, vLLM, Hugging Face, Together, GitHub, Databricks, Zhipu.
  [
    'model-missing',
    'model_not_found model_decommissioned model_not_supported model_not_available unknown_model ' +
      'unavailable_model invalid_model model_terms_required deployment_not_found operation_not_supported not_found ' +
      'resource_not_found resource_does_not_exist endpoint_not_found dedicated_endpoint_not_running no_access ' +
      'model_permission_blocked_org model_permission_blocked_project model_not_exist glm_1211 glm_1220 glm_1221 glm_1222',
  ],
  // OpenAI, Azure, Anthropic, Google, AWS, Cerebras, Perplexity, Moonshot.
  [
    'upstream-credential',
    'invalid_api_key wrong_api_key api_key_invalid api_key_service_blocked api_key_expired authentication ' +
      'invalid_authentication incorrect_api_key unauthorized unauthenticated permission permission_denied ' +
      'account_deactivated access_terminated invalid_organization mismatched_organization mismatched_project ' +
      'ip_not_authorized unsupported_country_region_territory access_denied unrecognized_client expired_token ' +
      'invalid_signature signature_does_not_match incomplete_signature invalid_client_token_id missing_authentication_token ' +
      'access_token_expired service_disabled consumer_suspended forbidden organization_restricted invalid_authentication_token ' +
      'glm_1000 glm_1001 glm_1002 glm_1003 glm_1004 glm_1111 minimax_1004 minimax_2049',
  ],
  ['upstream-timeout', 'timeout deadline_exceeded model_timeout request_timeout gateway_timeout minimax_1001'],
  // Anthropic's 529, OpenAI, Google, AWS, Mistral, Moonshot, TGI, llama.cpp, Cerebras, Groq's flex tier.
  [
    'upstream-overloaded',
    'overloaded engine_overloaded server_overloaded model_overloaded slow_down server internal_server internal ' +
      'service_unavailable unavailable no_capacity capacity_exceeded queue_exceeded model_not_ready model_stream ' +
      'service_tier_capacity_exceeded unreachable_backend ' +
      'temporarily_unavailable failed_dependency glm_1305 glm_1312 minimax_1000 minimax_1013 minimax_1024 minimax_1033',
  ],
  // Groq: the model, not the caller, wrote something that does not fit; another model may do better.
  ['upstream-garbled', 'tool_use_failed json_validate_failed'],
  // Exact complaints about the request whose words resemble those of an overflow or a missing model.
  [
    'upstream-invalid',
    'request_too_large string_above_max_length array_above_max_length unsupported_parameter unsupported_value ' +
      'unknown_parameter missing_required_parameter invalid_image_url unsupported_file extra_forbidden ' +
      'previous_response_not_found minimax_2013',
  ],
]

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z\d]/g, '')
    .replace(/(?:error|exception)+$/, '')

const kindsOfNames: ReadonlyMap<string, FailureKind> = new Map(
  names.flatMap(([kind, list]) => list.split(' ').map(name => [plain(name), kind] as const)),
)
const order: readonly FailureKind[] = names.map(([kind]) => kind)

/** Codes that say more than the type beside them: Cerebras calls a full queue too many requests. */
const exact: ReadonlyMap<string, FailureKind> = new Map([['queueexceeded', 'upstream-overloaded']])

/** The kind that these names tell, the first in the order of judgement if they tell several. */
export const kindOfNames = (given: readonly string[]): FailureKind | undefined => {
  const plainNames = given.map(plain)
  const sure = plainNames.find(name => exact.has(name))
  if (sure !== undefined) return exact.get(sure)
  const kinds = plainNames.map(name => kindsOfNames.get(name))
  return order.find(kind => kinds.includes(kind))
}

/** Words, in the order of judgement, for those who give no exact name. All in lower case. */
export const phrases: readonly (readonly [FailureKind, RegExp])[] = [
  // Names money, a plan or a period of a day and longer; never said of a limit that is over in a minute.
  // OpenAI, Anthropic, DeepSeek, xAI, OpenRouter, Hugging Face, Fireworks, Cohere trials, Bedrock, Gemini's quota ids,
  // Groq and GitHub by the day, Ollama's cloud, Mistral, Vercel, Cloudflare, Zhipu.
  [
    'upstream-quota',
    /credit balance is too low|insufficient (?:balance|credits?|funds|quota)|not enough credits|exceeded your current quota|(?:doesn't|does not) have any credits|all available credits|monthly (?:spending|included|usage) |spending limit|requires? more credits|billing (?:hard )?limit|api calls \/ month|(?:tokens|requests) per day|requestsperday|perdayper|bymodelbyday|per-day\b|credits are depleted|used all available|reached your specified api usage limits|(?:hourly|daily|weekly|monthly|api) usage limit|usage limit reached|extra usage is required|payment method|key limit exceeded|inactive subscription|daily free allocation|credit card on file|余额不足|账户.{0,6}欠费/,
  ],
  // Bedrock says "Too many tokens, please wait": the wait must be seen before the tokens.
  [
    'upstream-rate-limited',
    /rate[ -]?limit|too many requests|please wait before trying again|request limit exceeded|requests per (?:second|minute)|tokens per minute|exceeded .{0,40}pricing tier|quota exceeded for [^.]{0,120}per[ _]minute|too many concurrent|并发|速率限制/,
  ],
  // OpenAI and look-alikes, vLLM, Mistral, DeepSeek ("maximum context length"); Anthropic ("prompt is too long",
  // "exceed context limit"); Gemini, Bedrock, xAI, Groq, SGLang, llama.cpp, LM Studio, TGI, Ollama, Cerebras, Cohere, Moonshot, MiniMax,
  // Alibaba, Cloudflare, Zhipu.
  [
    'context-overflow',
    /maximum context (?:length|limit|window)|max(?:imum)? context length|context (?:length|window|size|limit)[^.]{0,30}exceed|exceeds?[^.]{0,40}context (?:length|window|size|limit)|prompt is too long|prompt too long|(?:longer|greater) than the (?:model's )?context length|input is too long|too many (?:input )?tokens|too large for model|maximum number of (?:input )?tokens|number of (?:input )?tokens exceed|input tokens exceed|maximum prompt length|maximum input length|length of (?:all|the) messages|exceeded model token limit|`inputs` tokens|current length is [\d,]+ while limit|token limit (?:exceeded|reached)|longer than the maximum model length|context the overflows|`inputs` must have less than|range of input length|exceeded this model context window|exceeds the model's maximum|prompt 超长/,
  ],
  // Azure, OpenAI (text, images, "flagged"), Anthropic ("content filtering policy"), OpenRouter, Moonshot, Alibaba, Gemini, DeepSeek,
  // xAI, MiniMax, Zhipu.
  [
    'content-refused',
    /content[ -]?(?:management policy|filter|policy violation)|safety system|violating our usage policy|violates? (?:our|the) usage polic|responsibleaipolicy|flagged by moderation|input was flagged|considered high risk|inappropriate content|blocked by (?:safety|our content|guardrail)|content exists risk|violates usage guidelines|敏感内容|output (?:new_)?sensitive|input (?:new_)?sensitive/,
  ],
  // Before missing models: a key that may not see a model is told as a missing model, which is right too.
  [
    'upstream-credential',
    /(?:incorrect|invalid|missing|wrong|expired) (?:x-)?api[ -]?(?:key|token)|api[ -]?key (?:is |was )?(?:not valid|invalid|expired|missing)|invalid subscription key|authentication (?:fail|header|error)|invalid authentication|invalid bearer|security token|user location is not supported|no auth credentials|not available in your country|organization has been (?:disabled|restricted)|account (?:is |has been )?(?:suspended|deactivated|disabled)|has not been used in project|^operation not allowed/,
  ],
  // A model by name, or what AWS, Cohere, OpenRouter, Google say of one; "not supported" only right after the name.
  [
    'model-missing',
    /\bmodels?:? [^ ]+ (?:does not exist|not found|was removed|is not (?:found|available|supported\b(?! (?:with|when|for tool|by this)))|has been (?:deprecated|decommissioned|removed))|model not found|requested model (?:[^ ]+ )?(?:does not exist|is not (?:supported by any|available))|model identifier is invalid|publisher model|on-demand throughput|no (?:endpoints found|allowed providers)|invalid model (?:name|id)|unknown model|models\/[^ ]+ is not found|model not exist|is not a valid model id|no such model|no models? loaded|unable to access model|model [^ ]+ is un(?:available|supported)|could not find model|marked by provider as legacy|模型不存在/,
  ],
  ['upstream-timeout', /timed? ?out|request timeout|deadline exceeded|before the given deadline/],
  [
    'upstream-overloaded',
    /overloaded|over capacity|at capacity|high (?:traffic|demand)|currently loading|loading model|temporarily (?:unavailable|exceeded)|no healthy upstream|internal server error|server (?:is )?busy|负载过高|访问量过大/,
  ],
]

/**
 * Words that hold against any name beside them, since the name says something else or less: AWS calls a model
 * that an account may not use a matter of access, and a provider's firewall answers in its name.
 */
export const trumps: readonly (readonly [FailureKind, RegExp])[] = [
  // OpenAI, for some models and for streaming.
  ['upstream-credential', /organization must be verified/],
  // Bedrock under AccessDenied, GitHub.
  [
    'model-missing',
    /(?:don't|do not|doesn't|does not) have access to (?:the )?model|model access is denied|no access to model/,
  ],
  // Answers and files of their own that are gone, not a model.
  [
    'upstream-invalid',
    /(?:response|file|batch|conversation|container|item) (?:with id )?['`"][^'`"]{1,80}['`"] not found/,
  ],
  // The firewall before a provider: it has not seen the request, whatever its status.
  ['upstream-unreachable', /attention required! \| cloudflare|just a moment\.\.\.|sorry, you have been blocked/],
]

/** Names that say only that the request was bad: they count where neither words nor a status say more. */
export const vague =
  /^(?:invalid_?request|invalid_?argument|bad_?request|validation|invalid_?parameter|invalid_?prompt)(?:_?error|exception)?$/i

/** What a status says where nothing else did. */
export const kindOfStatus = (status: number): FailureKind => {
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
  525: 'upstream-unreachable',
  526: 'upstream-unreachable',
  530: 'upstream-unreachable',
}
