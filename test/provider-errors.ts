/** Errors as each provider words them: from their documentation, their clients' tests and reports of their users. */
import type { FailureKind } from '../src/domain/failure.ts'

/** Whose it is and what it says, its kind, its status and body, and headers where they matter. */
export type ProviderError = readonly [
  name: string,
  kind: FailureKind,
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
]

const openai = (message: string, code: string | null = null, type: string | null = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
})
const anthropic = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: 'req_1' })
const google = (code: number, status: string, message: string, details: readonly unknown[] = []) => ({
  error: { code, status, message, details },
})
const aws = (name: string) => ({ 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/` })
const page = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
const quota = (quotaId: string, retryDelay: string) =>
  google(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.', [
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
  ])

const ofOpenai: readonly ProviderError[] = [
  [
    'unverified organisation',
    'upstream-credential',
    403,
    openai(
      'Your organization must be verified to use the model `gpt-image-1`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.',
    ),
  ],
  [
    'unverified for streaming',
    'upstream-credential',
    400,
    openai(
      'Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general',
      'unsupported_value',
    ),
  ],
  [
    'project without the model',
    'model-missing',
    403,
    openai('Project `proj_x` does not have access to model `gpt-4o`', 'model_not_found'),
  ],
  [
    'organisation and key do not match',
    'upstream-credential',
    401,
    openai('OpenAI-Organization header should match organization for API key', 'mismatched_organization'),
  ],
  [
    'scopes are missing',
    'upstream-credential',
    401,
    openai('You have insufficient permissions for this operation. Missing scopes: model.request.'),
  ],
  ['unknown parameter', 'upstream-invalid', 400, openai("Unknown parameter: 'foo'.", 'unknown_parameter')],
  [
    'unsupported parameter',
    'upstream-invalid',
    400,
    openai("Unsupported parameter: 'temperature' is not supported with this model.", 'unsupported_parameter'),
  ],
  [
    'bad schema',
    'upstream-invalid',
    400,
    openai(
      "Invalid schema for response_format 'x': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    ),
  ],
  [
    'requests of a day',
    'upstream-quota',
    429,
    openai(
      'Rate limit reached for gpt-4o in organization org-x on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.',
      'rate_limit_exceeded',
      'requests',
    ),
  ],
  [
    'tokens of a minute',
    'upstream-rate-limited',
    429,
    openai(
      'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.',
      'rate_limit_exceeded',
      'tokens',
    ),
  ],
  ['hard limit', 'upstream-quota', 400, openai('Billing hard limit has been reached', 'billing_hard_limit_reached')],
  ['account is gone', 'upstream-credential', 401, openai('Your account has been deactivated', 'account_deactivated')],
  [
    'image was refused',
    'content-refused',
    400,
    openai(
      'Your request was rejected as a result of our safety system.',
      'moderation_blocked',
      'image_generation_user_error',
    ),
  ],
  [
    'deprecated model',
    'model-missing',
    404,
    openai('The model `text-davinci-003` has been deprecated, learn more here', 'model_not_found'),
  ],
  ['an answer that is no more', 'upstream-invalid', 404, openai("Response with id 'resp_x' not found.")],
  [
    'an answer to go on from that is no more',
    'upstream-invalid',
    400,
    openai("Previous response with id 'resp_x' not found.", 'previous_response_not_found'),
  ],
  ['slow down', 'upstream-overloaded', 503, openai('Slow down', 'slow_down', 'server_error')],
  [
    'page of its firewall',
    'upstream-overloaded',
    520,
    page('api.openai.com | 520: Web server is returning an unknown error'),
  ],
]
const ofAnthropic: readonly ProviderError[] = [
  [
    'own spending limit',
    'upstream-quota',
    400,
    anthropic(
      'invalid_request_error',
      'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    ),
  ],
  [
    'long context without extra usage',
    'upstream-quota',
    429,
    anthropic('rate_limit_error', 'Extra usage is required for long context requests.'),
  ],
  [
    'organisation is disabled',
    'upstream-credential',
    400,
    anthropic('invalid_request_error', 'This organization has been disabled.'),
  ],
  ['billing', 'upstream-quota', 402, anthropic('billing_error', 'There is an issue with your billing')],
  [
    'turns',
    'upstream-invalid',
    400,
    anthropic('invalid_request_error', 'messages: roles must alternate between "user" and "assistant"'),
  ],
  [
    'unknown member',
    'upstream-invalid',
    400,
    anthropic('invalid_request_error', 'foo: Extra inputs are not permitted'),
  ],
  [
    'answer longer than the model can',
    'upstream-invalid',
    400,
    anthropic(
      'invalid_request_error',
      'max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5',
    ),
  ],
  ['model', 'model-missing', 404, anthropic('not_found_error', 'model: claude-9')],
  ['page of a firewall', 'upstream-unreachable', 403, page('Attention Required! | Cloudflare')],
]
const ofBedrock: readonly ProviderError[] = [
  [
    'no access to the model',
    'model-missing',
    403,
    { message: "You don't have access to the model with the specified model ID." },
    aws('AccessDeniedException'),
  ],
  [
    'marketplace',
    'model-missing',
    403,
    {
      message:
        'Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions',
    },
    aws('AccessDeniedException'),
  ],
  [
    'not authorised',
    'upstream-credential',
    403,
    { message: 'User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel' },
    aws('AccessDeniedException'),
  ],
  [
    'legacy model',
    'model-missing',
    404,
    {
      message:
        'Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 30 days.',
    },
    aws('ResourceNotFoundException'),
  ],
  [
    'on demand',
    'model-missing',
    400,
    {
      message:
        'Invocation of model ID anthropic.claude-x with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.',
    },
    aws('ValidationException'),
  ],
  ['new account', 'upstream-credential', 400, { message: 'Operation not allowed' }, aws('ValidationException')],
  [
    'extraneous key',
    'upstream-invalid',
    400,
    {
      message:
        'Malformed input request: #: extraneous key [foo] is not permitted, please reformat your input and try again.',
    },
    aws('ValidationException'),
  ],
  [
    'tokens of a day',
    'upstream-quota',
    429,
    { message: 'Too many tokens per day, please wait before trying again.' },
    aws('ThrottlingException'),
  ],
  [
    'throttled',
    'upstream-rate-limited',
    429,
    { message: 'Too many requests, please wait before trying again.' },
    aws('ThrottlingException'),
  ],
  [
    'service quota',
    'upstream-quota',
    400,
    { message: 'You have exceeded the service quota for your account.' },
    aws('ServiceQuotaExceededException'),
  ],
  [
    'inside',
    'upstream-overloaded',
    500,
    { message: 'The system encountered an unexpected error during processing. Try your request again.' },
    aws('InternalServerException'),
  ],
  [
    'unavailable',
    'upstream-overloaded',
    503,
    { message: 'Bedrock is unable to process your request.' },
    aws('ServiceUnavailableException'),
  ],
  [
    'model failed',
    'upstream-overloaded',
    424,
    { message: 'The model has failed', originalStatusCode: 500 },
    aws('ModelErrorException'),
  ],
  [
    'expired token',
    'upstream-credential',
    403,
    { message: 'The security token included in the request is expired' },
    aws('ExpiredTokenException'),
  ],
  [
    'signature',
    'upstream-credential',
    403,
    { message: 'The request signature we calculated does not match the signature you provided.' },
    aws('InvalidSignatureException'),
  ],
]
const ofGoogle: readonly ProviderError[] = [
  [
    'quota of a day with a long delay',
    'upstream-quota',
    429,
    quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '36000s'),
  ],
  [
    'quota of a minute',
    'upstream-rate-limited',
    429,
    quota('GenerateContentInputTokensPerModelPerMinute-FreeTier', '17s'),
  ],
  ['in an array', 'upstream-rate-limited', 429, [quota('GenerateRequestsPerMinutePerProjectPerModel', '5.5s')]],
  [
    'vertex quota',
    'upstream-rate-limited',
    429,
    google(
      429,
      'RESOURCE_EXHAUSTED',
      'Quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with base model: gemini.',
    ),
  ],
  [
    'prepaid is used up',
    'upstream-quota',
    429,
    google(
      429,
      'RESOURCE_EXHAUSTED',
      'Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.',
    ),
  ],
  [
    'API is disabled',
    'upstream-credential',
    403,
    google(
      403,
      'PERMISSION_DENIED',
      'Generative Language API has not been used in project 1 before or it is disabled.',
    ),
  ],
  [
    'free tier and country',
    'upstream-credential',
    400,
    google(
      400,
      'FAILED_PRECONDITION',
      'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.',
    ),
  ],
  [
    'expired key',
    'upstream-credential',
    400,
    google(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', [{ reason: 'API_KEY_INVALID' }]),
  ],
  [
    'unknown member',
    'upstream-invalid',
    400,
    google(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unknown name "foo": Cannot find field.'),
  ],
  [
    'inside',
    'upstream-overloaded',
    500,
    google(
      500,
      'INTERNAL',
      'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
    ),
  ],
  ['deadline', 'upstream-timeout', 504, google(504, 'DEADLINE_EXCEEDED', 'The request timed out. Please try again.')],
  ['cancelled on its side', 'upstream-overloaded', 499, google(499, 'CANCELLED', 'The operation was cancelled.')],
  [
    'model of a region',
    'model-missing',
    404,
    google(
      404,
      'NOT_FOUND',
      'Publisher Model `projects/p/locations/europe-west1/publishers/google/models/x` was not found or your project does not have access to it.',
    ),
  ],
]
const ofAzure: readonly ProviderError[] = [
  [
    'content filter',
    'content-refused',
    400,
    {
      error: {
        code: 'content_filter',
        message: 'The response was filtered',
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
  ],
  [
    'content filter inside a good answer',
    'content-refused',
    200,
    { error: { code: 'content_filter', message: 'The response was filtered', status: 400 } },
  ],
  [
    'rate',
    'upstream-rate-limited',
    429,
    {
      error: {
        code: 'RateLimitReached',
        message: 'Your requests to gpt-4o for gpt-4o in westeurope have exceeded rate limit.',
      },
    },
  ],
  [
    'no capacity',
    'upstream-overloaded',
    429,
    {
      error: {
        code: 'NoCapacity',
        message: 'The system is currently experiencing high demand and cannot process your request.',
      },
    },
  ],
  ['wrong path', 'model-missing', 404, { error: { code: '404', message: 'Resource not found' } }],
  [
    'operation',
    'model-missing',
    400,
    {
      error: {
        code: 'OperationNotSupported',
        message: 'The chatCompletion operation does not work with the specified model, ada.',
      },
    },
  ],
  [
    'network rules',
    'upstream-credential',
    403,
    { error: { code: 'AccessDenied', message: 'Access denied due to Virtual Network/Firewall rules.' } },
  ],
  ['timeout', 'upstream-timeout', 408, { error: { code: 'Timeout', message: 'The operation was timeout.' } }],
]
const ofMakers: readonly ProviderError[] = [
  [
    'Cohere, card',
    'upstream-quota',
    402,
    {
      message:
        'Please add or update your payment method at https://dashboard.cohere.com/billing to continue using the API.',
    },
  ],
  [
    'Cohere, range',
    'upstream-invalid',
    400,
    { id: 'x', message: 'invalid request: temperature must be between 0 and 1.0 inclusive.' },
  ],
  ['Mistral, detail', 'upstream-credential', 401, { detail: 'Unauthorized' }],
  ['Mistral, no subscription', 'upstream-quota', 401, { detail: 'Inactive subscription or usage limit reached' }],
  [
    'Mistral, rate',
    'upstream-rate-limited',
    429,
    { object: 'error', message: 'Rate limit exceeded', type: 'rate_limited', param: null, code: '1300' },
  ],
  [
    'Mistral, order',
    'upstream-invalid',
    400,
    {
      object: 'error',
      message: 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      type: 'invalid_request_message_order',
      code: '3230',
    },
  ],
  [
    'Mistral, unavailable',
    'upstream-overloaded',
    503,
    { object: 'error', message: 'Service unavailable.', type: 'internal_server_error', code: '3700' },
  ],
  [
    'xAI, credits as 429',
    'upstream-quota',
    429,
    {
      code: 'Some resource has been exhausted',
      error: 'Your team x has either used all available credits or reached its monthly spending limit.',
    },
  ],
  [
    'xAI, rate',
    'upstream-rate-limited',
    429,
    { code: 'Some resource has been exhausted', error: 'Too many requests for team x and model grok-4.' },
  ],
  [
    'xAI, safety',
    'content-refused',
    403,
    {
      code: 'The caller does not have permission to execute the specified operation',
      error: 'Content violates usage guidelines. Team: x, Model: grok-4. Failed check: SAFETY_CHECK_TYPE_BIO',
    },
  ],
  [
    'xAI, plain text',
    'upstream-invalid',
    422,
    'Failed to deserialize the JSON body into the target type: missing field `messages` at line 1 column 20',
  ],
  [
    'DeepSeek, balance',
    'upstream-quota',
    402,
    openai('Insufficient Balance', 'invalid_request_error', 'unknown_error'),
  ],
  ['DeepSeek, risk', 'content-refused', 400, openai('Content Exists Risk', 'invalid_request_error')],
  ['DeepSeek, model', 'model-missing', 400, openai('Model Not Exist', 'invalid_request_error')],
  [
    'Moonshot, balance',
    'upstream-quota',
    429,
    { error: { type: 'exceeded_current_quota_error', message: 'You exceeded your current token quota' } },
  ],
  [
    'Moonshot, overloaded',
    'upstream-overloaded',
    429,
    {
      error: { type: 'engine_overloaded_error', message: 'The engine is currently overloaded, please try again later' },
    },
  ],
  [
    'Moonshot, risk',
    'content-refused',
    400,
    { error: { type: 'content_filter', message: 'The request was rejected because it was considered high risk' } },
  ],
  [
    'Moonshot, window',
    'context-overflow',
    400,
    {
      error: {
        type: 'invalid_request_error',
        message: 'Invalid request: Your request exceeded model token limit: 8192',
      },
    },
  ],
  [
    'Zhipu, balance as 429',
    'upstream-quota',
    429,
    { error: { code: '1113', message: '余额不足或无可用资源包,请充值。' } },
  ],
  [
    'Zhipu, concurrency',
    'upstream-rate-limited',
    429,
    { error: { code: '1302', message: '您的账户已达到速率限制，请您控制请求频率' } },
  ],
  [
    'Zhipu, crowded',
    'upstream-overloaded',
    429,
    { error: { code: '1305', message: '该模型当前访问量过大，请您稍后再试' } },
  ],
  ['Zhipu, model', 'model-missing', 400, { error: { code: '1211', message: '模型不存在，请检查模型代码。' } }],
  [
    'Zhipu, token',
    'upstream-credential',
    401,
    { error: { code: '1002', message: 'Authorization Token非法，请确认Authorization Token正确传递。' } },
  ],
  [
    'Zhipu, sensitive',
    'content-refused',
    400,
    {
      contentFilter: [{ level: 1, role: 'user' }],
      error: { code: '1301', message: '系统检测到输入或生成内容可能包含不安全或敏感内容' },
    },
  ],
  [
    'Z.ai, inside a good answer',
    'upstream-credential',
    200,
    { code: 401, msg: 'token expired or incorrect', success: false },
  ],
  [
    'Alibaba, arrears',
    'upstream-quota',
    400,
    {
      error: {
        code: 'Arrearage',
        type: 'Arrearage',
        message: 'Access denied, please make sure your account is in good standing.',
      },
    },
  ],
  [
    'Alibaba, free tier',
    'upstream-quota',
    403,
    {
      error: {
        code: 'AllocationQuota.FreeTierOnly',
        type: 'AllocationQuota.FreeTierOnly',
        message: 'The free tier of the model has been exhausted.',
      },
    },
  ],
  [
    'Alibaba, rate',
    'upstream-rate-limited',
    429,
    { error: { code: 'limit_requests', type: 'limit_requests', message: 'You exceeded your current requests list.' } },
  ],
  [
    'Alibaba, inspection',
    'content-refused',
    400,
    {
      error: {
        code: 'data_inspection_failed',
        type: 'data_inspection_failed',
        message: 'Input data may contain inappropriate content.',
      },
    },
  ],
  [
    'Alibaba, window',
    'context-overflow',
    400,
    {
      error: {
        code: 'invalid_parameter_error',
        type: 'invalid_request_error',
        message: 'Range of input length should be [1, 30720]',
      },
    },
  ],
  [
    'Alibaba, thinking',
    'upstream-invalid',
    400,
    {
      error: {
        code: 'invalid_parameter_error',
        type: 'invalid_request_error',
        message: 'parameter.enable_thinking must be set to false for non-streaming calls',
      },
    },
  ],
  [
    'MiniMax, balance in a 200',
    'upstream-quota',
    200,
    { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
  ],
  [
    'MiniMax, rate in a 200',
    'upstream-rate-limited',
    200,
    { id: 'x', choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit exceeded(RPM)' } },
  ],
  [
    'MiniMax, key in a 200',
    'upstream-credential',
    200,
    { base_resp: { status_code: 1004, status_msg: 'login fail: Please carry the API secret key' } },
  ],
  [
    'MiniMax, sensitive in a 200',
    'content-refused',
    200,
    { input_sensitive: true, base_resp: { status_code: 1026, status_msg: 'input new_sensitive' } },
  ],
  [
    'Perplexity, model',
    'model-missing',
    400,
    {
      error: {
        message: "Invalid model 'x'. Permitted models can be found in the documentation",
        type: 'invalid_model',
        code: 400,
      },
    },
  ],
  [
    'Perplexity, turns',
    'upstream-invalid',
    400,
    {
      error: {
        message:
          'After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s).',
        type: 'invalid_message',
        code: 400,
      },
    },
  ],
  ['Perplexity, page', 'upstream-credential', 401, page('401 Authorization Required')],
  [
    'AI21, validation',
    'upstream-invalid',
    422,
    { detail: [{ loc: ['body', 'n'], msg: 'Input should be less than or equal to 16', type: 'less_than_equal' }] },
  ],
]
const ofHosts: readonly ProviderError[] = [
  [
    'Groq, tokens of a day',
    'upstream-quota',
    429,
    openai(
      'Rate limit reached for model `x` in organization `org` on tokens per day (TPD): Limit 100000, Used 99996, Requested 1000. Please try again in 14m20.4s.',
      'rate_limit_exceeded',
      'tokens',
    ),
  ],
  ['Groq, flex tier', 'upstream-overloaded', 498, openai('Flex tier capacity exceeded', 'capacity_exceeded')],
  [
    'Groq, restricted',
    'upstream-credential',
    400,
    openai(
      'Organization has been restricted. Please reach out to support if you believe this was in error.',
      'organization_restricted',
    ),
  ],
  [
    'Groq, blocked model',
    'model-missing',
    403,
    openai('The model `x` is blocked at the organization level.', 'model_permission_blocked_org', 'permissions_error'),
  ],
  [
    'Cerebras, requests of a second',
    'upstream-rate-limited',
    429,
    {
      message: 'Requests per second limit exceeded - too many requests sent.',
      type: 'too_many_requests_error',
      param: 'quota',
      code: 'request_quota_exceeded',
    },
  ],
  [
    'Cerebras, queue',
    'upstream-overloaded',
    429,
    {
      message: "We're experiencing high traffic right now! Please try again soon.",
      type: 'too_many_requests_error',
      param: 'queue',
      code: 'queue_exceeded',
    },
  ],
  [
    'Cerebras, window',
    'context-overflow',
    400,
    {
      message: 'Please reduce the length of the messages or completion. Current length is 9001 while limit is 8192',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    },
  ],
  [
    'SambaNova, rate',
    'upstream-rate-limited',
    429,
    { error: { message: 'Rate limit exceeded', type: 'rate_limit_exceeded', code: null } },
  ],
  [
    'Together, credit',
    'upstream-quota',
    402,
    {
      error: {
        message: 'Credit limit exceeded, please navigate to https://api.together.ai/settings/billing',
        type: 'credit_limit',
      },
    },
  ],
  [
    'Together, rate',
    'upstream-rate-limited',
    429,
    {
      error: {
        message: 'You have been rate limited. Your rate limit is 60 queries per minute.',
        type: 'model_rate_limit',
      },
    },
  ],
  [
    'Together, model',
    'model-missing',
    404,
    {
      error: {
        message:
          'Unable to access model x. Please visit https://api.together.ai/models to view the list of supported models.',
        type: 'invalid_request_error',
        code: 'model_not_available',
      },
    },
  ],
  [
    'Together, window',
    'context-overflow',
    422,
    {
      error: {
        message:
          'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 100 `max_new_tokens`',
        type: 'invalid_request_error',
      },
    },
  ],
  [
    'Fireworks, suspended',
    'upstream-quota',
    412,
    {
      error:
        'Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.',
    },
  ],
  [
    'Fireworks, model',
    'model-missing',
    404,
    {
      error: {
        object: 'error',
        type: 'invalid_request_error',
        code: 'NOT_FOUND',
        message: 'Model not found, inaccessible, and/or not deployed',
      },
    },
  ],
  [
    'Fireworks, window',
    'context-overflow',
    400,
    {
      error: {
        object: 'error',
        type: 'invalid_request_error',
        message: 'The prompt is too long: 140000, model maximum context length: 131071',
      },
    },
  ],
  [
    'OpenRouter, credits',
    'upstream-quota',
    402,
    { error: { code: 402, message: 'Insufficient credits. Add more using https://openrouter.ai/credits' } },
  ],
  [
    'OpenRouter, limit of a key',
    'upstream-quota',
    403,
    {
      error: {
        code: 403,
        message: 'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys',
      },
    },
  ],
  [
    'OpenRouter, free models of a day',
    'upstream-quota',
    429,
    {
      error: {
        code: 429,
        message: 'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
      },
    },
  ],
  [
    'OpenRouter, free models of a minute',
    'upstream-rate-limited',
    429,
    { error: { code: 429, message: 'Rate limit exceeded: free-models-per-min.' } },
  ],
  ['OpenRouter, model', 'model-missing', 400, { error: { code: 400, message: 'x/y is not a valid model ID' } }],
  [
    'OpenRouter, data policy',
    'model-missing',
    404,
    { error: { code: 404, message: 'No endpoints found matching your data policy (Paid model training).' } },
  ],
  [
    'OpenRouter, what stood behind it as JSON',
    'context-overflow',
    400,
    {
      error: {
        code: 400,
        message: 'Provider returned error',
        metadata: {
          provider_name: 'X',
          raw: JSON.stringify({ error: { message: 'too long', code: 'context_length_exceeded' } }),
        },
      },
    },
  ],
  ['OpenRouter, key', 'upstream-credential', 401, { error: { code: 401, message: 'User not found.' } }],
  [
    'Hugging Face, credits',
    'upstream-quota',
    402,
    {
      error:
        'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits.',
    },
  ],
  [
    'Hugging Face, model',
    'model-missing',
    400,
    openai("The requested model 'x' is not supported by any provider you have enabled.", 'model_not_supported'),
  ],
  [
    'GitHub, day',
    'upstream-quota',
    429,
    {
      error: {
        code: 'RateLimitReached',
        message:
          'Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 85930 seconds before retrying.',
      },
    },
  ],
  [
    'GitHub, minute',
    'upstream-rate-limited',
    429,
    {
      error: {
        code: 'RateLimitReached',
        message: 'Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 12 seconds before retrying.',
      },
    },
  ],
  ['GitHub, no access', 'model-missing', 403, { error: { code: 'no_access', message: 'No access to model: x' } }],
  [
    'Databricks, endpoint',
    'model-missing',
    404,
    {
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message:
        'The given endpoint does not exist, please retry after checking the specified model and version deployment exists.',
    },
  ],
  [
    'Databricks, rate',
    'upstream-rate-limited',
    429,
    {
      error_code: 'REQUEST_LIMIT_EXCEEDED',
      message: 'REQUEST_LIMIT_EXCEEDED: Exceeded workspace input tokens per minute rate limit for x.',
    },
  ],
  [
    'Databricks, busy',
    'upstream-overloaded',
    503,
    { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'The service is currently starting.' },
  ],
  [
    'Cloudflare, free allocation',
    'upstream-quota',
    429,
    {
      errors: [{ code: 4006, message: 'you have used up your daily free allocation of 10,000 neurons' }],
      success: false,
      result: {},
    },
  ],
  [
    'Cloudflare, window',
    'context-overflow',
    413,
    {
      errors: [
        {
          code: 5021,
          message:
            'AiError: The estimated number of input and maximum output tokens (30000) exceeded this model context window limit (24000).',
        },
      ],
      success: false,
    },
  ],
  [
    'Cloudflare, model',
    'model-missing',
    400,
    { errors: [{ code: 5007, message: 'No such model @cf/x/y or task' }], success: false },
  ],
  [
    'Cloudflare, capacity',
    'upstream-overloaded',
    429,
    { errors: [{ code: 3040, message: 'Capacity temporarily exceeded, please try again.' }], success: false },
  ],
  [
    'Vercel, funds',
    'upstream-quota',
    402,
    openai('Insufficient funds. Please add credits to your account.', null, 'insufficient_funds'),
  ],
  [
    'Vercel, card',
    'upstream-quota',
    403,
    openai(
      'AI Gateway requires a valid credit card on file to service requests.',
      null,
      'customer_verification_required',
    ),
  ],
  [
    'Snowflake, region',
    'model-missing',
    400,
    { message: 'Model claude-x is unavailable in your region.', request_id: 'x' },
  ],
]
const ofServers: readonly ProviderError[] = [
  ['Ollama, model', 'model-missing', 404, openai('model "x" not found, try pulling it first', null, 'api_error')],
  ['Ollama, tools', 'upstream-invalid', 400, openai('registry.ollama.ai/library/x:latest does not support tools')],
  [
    'Ollama, busy',
    'upstream-overloaded',
    503,
    { error: 'server busy, please try again.  maximum pending requests exceeded' },
  ],
  [
    'Ollama, its cloud',
    'upstream-quota',
    429,
    { error: 'you have reached your weekly usage limit, please upgrade to continue' },
  ],
  [
    'vLLM, model',
    'model-missing',
    404,
    { error: { message: 'The model `x` does not exist.', type: 'NotFoundError', param: 'model', code: 404 } },
  ],
  [
    'vLLM, window',
    'context-overflow',
    400,
    {
      object: 'error',
      message:
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion).",
      type: 'BadRequestError',
      code: 400,
    },
  ],
  [
    'vLLM, prompt',
    'context-overflow',
    400,
    {
      error: {
        message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
        type: 'BadRequestError',
        code: 400,
      },
    },
  ],
  [
    'vLLM, tools',
    'upstream-invalid',
    400,
    {
      error: {
        message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        type: 'BadRequestError',
        code: 400,
      },
    },
  ],
  ['vLLM, plain text', 'upstream-overloaded', 500, 'Internal Server Error'],
  [
    'SGLang, window',
    'context-overflow',
    400,
    {
      object: 'error',
      message: "Requested token count exceeds the model's maximum context length of 4096 tokens.",
      type: 'BadRequestError',
      code: 400,
    },
  ],
  [
    'TGI, inputs',
    'context-overflow',
    422,
    {
      error: 'Input validation error: `inputs` must have less than 1024 tokens. Given: 2000',
      error_type: 'validation',
    },
  ],
  ['TGI, overloaded', 'upstream-overloaded', 429, { error: 'Model is overloaded', error_type: 'overloaded' }],
  [
    'TGI, memory',
    'upstream-overloaded',
    424,
    { error: 'Request failed during generation: Server error: CUDA out of memory', error_type: 'generation' },
  ],
  [
    'llama.cpp, window',
    'context-overflow',
    400,
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size, try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 9000,
        n_ctx: 4096,
      },
    },
  ],
  [
    'llama.cpp, loading',
    'upstream-overloaded',
    503,
    { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
  ],
  [
    'LM Studio, window',
    'context-overflow',
    400,
    {
      error:
        'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
    },
  ],
  [
    'LM Studio, nothing loaded',
    'model-missing',
    404,
    openai('No models loaded. Please load a model in the developer page or use the `lms load` command.'),
  ],
  [
    'Xinference, model',
    'model-missing',
    400,
    { detail: '[address=127.0.0.1:1, pid=1] Model not found in the model list, uid: x' },
  ],
  [
    'Envoy, nobody',
    'upstream-overloaded',
    503,
    'upstream connect error or disconnect/reset before headers. reset reason: overflow',
  ],
  ['Envoy, timeout', 'upstream-timeout', 504, 'upstream request timeout'],
  ['Cloudflare, handshake', 'upstream-unreachable', 525, page('SSL handshake failed')],
  ['nginx, too large', 'context-overflow', 413, page('413 Request Entity Too Large')],
]

/** All of them. */
export const providerErrors: readonly ProviderError[] = [
  ...ofOpenai.map(one => named('OpenAI', one)),
  ...ofAnthropic.map(one => named('Anthropic', one)),
  ...ofBedrock.map(one => named('Bedrock', one)),
  ...ofGoogle.map(one => named('Google', one)),
  ...ofAzure.map(one => named('Azure', one)),
  ...ofMakers,
  ...ofHosts,
  ...ofServers,
]

function named(who: string, [name, ...rest]: ProviderError): ProviderError {
  return [`${who}, ${name}`, ...rest]
}

/** Errors in a stream, as dialects tell them: code, type, words, kind. */
export const streamErrors: readonly (readonly [
  name: string,
  kind: FailureKind,
  told: { readonly code?: string; readonly type?: string; readonly message: string },
])[] = [
  ['Anthropic, overloaded', 'upstream-overloaded', { type: 'overloaded_error', message: 'Overloaded' }],
  ['Anthropic, inside', 'upstream-overloaded', { type: 'api_error', message: 'Internal server error' }],
  ['Anthropic, rate', 'upstream-rate-limited', { type: 'rate_limit_error', message: 'Number of tokens has exceeded' }],
  ['OpenAI, quota', 'upstream-quota', { code: 'insufficient_quota', message: 'You exceeded your current quota' }],
  ['OpenAI, server', 'upstream-overloaded', { code: 'server_error', message: 'The server had an error' }],
  ['OpenAI, rate', 'upstream-rate-limited', { code: 'rate_limit_exceeded', message: 'Rate limit reached' }],
  ['Bedrock, throttled', 'upstream-rate-limited', { code: 'throttlingException', message: 'Too many tokens' }],
  ['Bedrock, model', 'upstream-overloaded', { code: 'modelStreamErrorException', message: 'The model failed' }],
  ['Bedrock, timeout', 'upstream-timeout', { code: 'modelTimeoutException', message: 'Model timed out' }],
  ['Bedrock, inside', 'upstream-overloaded', { code: 'internalServerException', message: 'Unexpected error' }],
  ['Bedrock, unavailable', 'upstream-overloaded', { code: 'serviceUnavailableException', message: 'Try again' }],
  [
    'Bedrock, too long',
    'context-overflow',
    { code: 'validationException', message: 'Input is too long for requested model.' },
  ],
  ['Bedrock, invalid', 'upstream-invalid', { code: 'validationException', message: 'Malformed input request' }],
  ['OpenRouter, number', 'upstream-overloaded', { code: '502', message: 'Provider disconnected' }],
  ['OpenRouter, behind it MiniMax', 'context-overflow', { code: '400', message: 'Token limit reached' }],
  [
    'Groq, a call that fits no tool',
    'upstream-garbled',
    { code: 'tool_use_failed', message: 'Tool choice is required, but model did not call a tool' },
  ],
  ['vLLM, bad request', 'upstream-invalid', { code: '400', type: 'BadRequestError', message: 'no' }],
  ['vLLM, engine', 'upstream-overloaded', { code: '500', type: 'InternalServerError', message: 'EngineDeadError' }],
  [
    'Gemini, unavailable',
    'upstream-overloaded',
    { code: '503', type: 'UNAVAILABLE', message: 'The model is overloaded.' },
  ],
  ['unheard of', 'stream-broken', { code: 'novel_thing', message: 'no' }],
]
