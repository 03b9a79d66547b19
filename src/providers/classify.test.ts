/** What providers' errors mean: crafted ones of every shape, and what is kept of each. */
import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../domain/failure.ts'
import type { Instant } from '../domain/units.ts'
import type { FailedAnswer } from '../ports/provider.ts'
import { classify, reclassify } from './classify.ts'

const now = 1_000_000 as Instant
const failed = (status: number, body: unknown, headers: FailedAnswer['headers'] = {}): FailedAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  now,
})
const of = (status: number, body: unknown, headers: FailedAnswer['headers'] = {}) =>
  classify('them', failed(status, body, headers))

const openai = (message: string, code: string | null, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
})
const anthropic = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: 'req_1' })

const cases: readonly (readonly [string, FailureKind, number, unknown, FailedAnswer['headers']?])[] = [
  // OpenAI
  [
    'OpenAI, empty balance under 429',
    'upstream-quota',
    429,
    openai(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ),
  ],
  [
    'OpenAI, requests per minute',
    'upstream-rate-limited',
    429,
    openai(
      'Rate limit reached for gpt-4o in organization org-x on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
      'rate_limit_exceeded',
      'requests',
    ),
  ],
  [
    'OpenAI, server error',
    'upstream-overloaded',
    500,
    openai('The server had an error while processing your request. Sorry about that!', null, 'server_error'),
  ],
  [
    'OpenAI, engine overloaded',
    'upstream-overloaded',
    503,
    openai('The engine is currently overloaded, please try again later', null, 'server_error'),
  ],
  [
    'OpenAI, a whole prompt over the string limit',
    'context-overflow',
    400,
    {
      error: {
        message: "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760",
        type: 'invalid_request_error',
        param: 'messages[0].content',
        code: 'string_above_max_length',
      },
    },
  ],
  [
    'OpenAI, a user id that is too long',
    'upstream-invalid',
    400,
    {
      error: {
        message: "Invalid 'user': string too long. Expected a string with maximum length 64",
        type: 'invalid_request_error',
        param: 'user',
        code: 'string_above_max_length',
      },
    },
  ],
  [
    'OpenAI, flagged prompt',
    'content-refused',
    400,
    openai('Invalid prompt: your prompt was flagged as potentially violating our usage policy.', 'invalid_prompt'),
  ],
  [
    'OpenAI, country',
    'upstream-credential',
    403,
    openai('Country, region, or territory not supported', 'unsupported_country_region_territory', 'request_forbidden'),
  ],
  [
    "OpenAI, max_tokens over the model's",
    'upstream-invalid',
    400,
    openai(
      'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
      'invalid_value',
    ),
  ],
  // Anthropic
  [
    'Anthropic, rate',
    'upstream-rate-limited',
    429,
    anthropic('rate_limit_error', "This request would exceed your organization's rate limit of 50 requests per minute"),
  ],
  ['Anthropic, overloaded', 'upstream-overloaded', 529, anthropic('overloaded_error', 'Overloaded')],
  ['Anthropic, internal', 'upstream-overloaded', 500, anthropic('api_error', 'Internal server error')],
  ['Anthropic, timeout', 'upstream-timeout', 504, anthropic('timeout_error', 'Request timed out')],
  [
    'Anthropic, balance under 400',
    'upstream-quota',
    400,
    anthropic(
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing',
    ),
  ],
  [
    'Anthropic, prompt too long',
    'context-overflow',
    400,
    anthropic('invalid_request_error', 'prompt is too long: 213462 tokens > 200000 maximum'),
  ],
  [
    'Anthropic, answer would pass the window',
    'context-overflow',
    400,
    anthropic(
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again',
    ),
  ],
  [
    'Anthropic, body too large',
    'upstream-invalid',
    413,
    anthropic('request_too_large', 'Request exceeds the maximum size'),
  ],
  [
    'Anthropic, permission',
    'upstream-credential',
    403,
    anthropic('permission_error', 'Your API key does not have permission to use the specified resource'),
  ],
  [
    'Anthropic, filtered',
    'content-refused',
    400,
    anthropic('invalid_request_error', 'Output blocked by content filtering policy'),
  ],
  // Azure
  [
    'Azure, content filter',
    'content-refused',
    400,
    {
      error: {
        message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
  ],
  [
    'Azure, deployment',
    'model-missing',
    404,
    { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } },
  ],
  [
    'Azure, rate by words',
    'upstream-rate-limited',
    429,
    {
      error: {
        code: '429',
        message:
          'Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds.',
      },
    },
  ],
  [
    'Azure AI, tokens',
    'context-overflow',
    413,
    {
      error: {
        code: 'tokens_limit_reached',
        message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
      },
    },
  ],
  // Google
  [
    'Gemini, quota of a minute',
    'upstream-rate-limited',
    429,
    {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message: 'You exceeded your current quota, please check your plan and billing details.',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48s' },
        ],
      },
    },
  ],
  [
    'Gemini, quota of a day',
    'upstream-quota',
    429,
    {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message: 'You exceeded your current quota, please check your plan and billing details.',
        details: [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] }],
      },
    },
  ],
  [
    'Vertex, exhausted',
    'upstream-rate-limited',
    429,
    { error: { code: 429, message: 'Resource exhausted. Please try again later.', status: 'RESOURCE_EXHAUSTED' } },
  ],
  [
    'Gemini, overloaded, in an array',
    'upstream-overloaded',
    503,
    [{ error: { code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' } }],
  ],
  [
    'Gemini, location',
    'upstream-credential',
    400,
    { error: { code: 400, message: 'User location is not supported for the API use.', status: 'FAILED_PRECONDITION' } },
  ],
  // Bedrock
  [
    'Bedrock, throttled by header',
    'upstream-rate-limited',
    429,
    { message: 'Too many tokens, please wait before trying again.' },
    { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/coral/' },
  ],
  [
    'Bedrock, throttled without header',
    'upstream-rate-limited',
    429,
    { message: 'Too many tokens, please wait before trying again.' },
  ],
  [
    'Bedrock, __type',
    'upstream-credential',
    403,
    { __type: 'com.amazon.coral.service#AccessDeniedException', Message: 'not authorized' },
  ],
  [
    'Bedrock, too long',
    'context-overflow',
    400,
    { message: 'Input is too long for requested model.' },
    { 'x-amzn-errortype': 'ValidationException' },
  ],
  [
    'Bedrock, model timeout',
    'upstream-timeout',
    408,
    { message: 'm' },
    { 'x-amzn-errortype': 'ModelTimeoutException' },
  ],
  [
    'Bedrock, not ready',
    'upstream-overloaded',
    429,
    { message: 'The model is not ready' },
    { 'x-amzn-errortype': 'ModelNotReadyException' },
  ],
  // Mistral, Cohere, xAI, Ollama, OpenRouter, Hugging Face, Cerebras, vLLM, llama.cpp, DeepSeek, Moonshot, Perplexity
  [
    'Mistral, unknown member',
    'upstream-invalid',
    422,
    {
      object: 'error',
      message: { detail: [{ type: 'extra_forbidden', loc: ['body', 'user'], msg: 'Extra inputs are not permitted' }] },
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  ],
  [
    'Mistral, capacity',
    'upstream-overloaded',
    429,
    {
      object: 'error',
      message: 'Service tier capacity exceeded for this model.',
      type: 'service_tier_capacity_exceeded',
      param: null,
      code: '3505',
    },
  ],
  [
    'Mistral, model',
    'model-missing',
    400,
    { object: 'error', message: 'Invalid model: mistral-x', type: 'invalid_model', param: null, code: '1500' },
  ],
  [
    'Mistral, window',
    'context-overflow',
    400,
    {
      object: 'error',
      message: 'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
    },
  ],
  [
    'Cohere, trial of a month',
    'upstream-quota',
    429,
    { message: 'You are using a Trial key, which is limited to 1000 API calls / month.' },
  ],
  [
    'Cohere, trial of a minute',
    'upstream-rate-limited',
    429,
    { message: 'You are using a Trial key, which is limited to 10 API calls / minute.' },
  ],
  [
    'xAI, no credits',
    'upstream-quota',
    403,
    {
      code: 'The caller does not have permission to execute the specified operation',
      error: "Your newly created teams doesn't have any credits yet.",
    },
  ],
  [
    'xAI, window',
    'context-overflow',
    400,
    {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    },
  ],
  [
    'xAI, model',
    'model-missing',
    404,
    {
      code: 'Some requested entity was not found',
      error: 'The model grok-9 does not exist or your team does not have access to it.',
    },
  ],
  [
    'Ollama, memory',
    'upstream-overloaded',
    500,
    { error: 'model requires more system memory (5.6 GiB) than is available' },
  ],
  [
    'OpenRouter, credits',
    'upstream-quota',
    402,
    { error: { code: 402, message: 'This request requires more credits, or fewer max_tokens.' } },
  ],
  [
    'OpenRouter, moderation',
    'content-refused',
    403,
    { error: { code: 403, message: 'Input was flagged', metadata: { reasons: ['violence'], flagged_input: '…' } } },
  ],
  ['OpenRouter, no endpoints', 'model-missing', 404, { error: { code: 404, message: 'No endpoints found for x/y.' } }],
  [
    'Hugging Face, loading',
    'upstream-overloaded',
    503,
    { error: 'Model x/y is currently loading', estimated_time: 20 },
  ],
  [
    'Hugging Face, TGI window',
    'context-overflow',
    422,
    { error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096', error_type: 'validation' },
  ],
  [
    'Hugging Face, month',
    'upstream-quota',
    402,
    { error: 'You have exceeded your monthly included credits for Inference Providers.' },
  ],
  [
    'Cerebras, tokens of a minute',
    'upstream-rate-limited',
    429,
    {
      message: 'Tokens per minute limit exceeded',
      type: 'too_many_tokens_error',
      param: 'quota',
      code: 'token_quota_exceeded',
    },
  ],
  [
    'Cerebras, window',
    'context-overflow',
    400,
    {
      message: 'Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    },
  ],
  [
    'vLLM, model',
    'model-missing',
    404,
    { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', param: null, code: 404 },
  ],
  [
    'SGLang, window',
    'context-overflow',
    400,
    {
      object: 'error',
      message: "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
      type: 'BadRequestError',
      code: 400,
    },
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
    'DeepSeek, balance',
    'upstream-quota',
    402,
    openai('Insufficient Balance', 'invalid_request_error', 'unknown_error'),
  ],
  [
    'Moonshot, balance',
    'upstream-quota',
    429,
    {
      error: {
        message: 'Your account is suspended, please check your plan and billing details',
        type: 'exceeded_current_quota_error',
      },
    },
  ],
  [
    'Perplexity, balance under 401',
    'upstream-quota',
    401,
    { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 401 } },
  ],
  [
    'Groq, decommissioned',
    'model-missing',
    400,
    openai('The model `x` has been decommissioned and is no longer supported.', 'model_decommissioned'),
  ],
  [
    'Groq, a generation that fits no tool',
    'upstream-garbled',
    400,
    openai('Failed to call a function.', 'tool_use_failed'),
  ],
  // Proxies and nothing at all
  [
    'nginx, 502',
    'upstream-overloaded',
    502,
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body></html>',
  ],
  ['nginx, 504', 'upstream-timeout', 504, '<html><head><title>504 Gateway Time-out</title></head></html>'],
  [
    'Cloudflare, 522',
    'upstream-unreachable',
    522,
    '<!DOCTYPE html><title>api.example.com | 522: Connection timed out</title>',
  ],
  ['Envoy, 503', 'upstream-overloaded', 503, 'no healthy upstream'],
  ['nothing, 500', 'upstream-overloaded', 500, ''],
  ['nothing, 400', 'upstream-invalid', 400, ''],
  ['nothing, 401', 'upstream-credential', 401, ''],
  ['nothing, 429', 'upstream-rate-limited', 429, ''],
  ['nothing, 413', 'context-overflow', 413, ''],
  ['a redirect', 'upstream-garbled', 302, ''],
  ['JSON that tells nothing', 'upstream-overloaded', 500, '[1,null]'],
  [
    'an error inside a good answer',
    'upstream-rate-limited',
    200,
    { error: { code: 429, message: 'Provider returned error' } },
  ],
]

describe('classify', () => {
  for (const [name, kind, status, body, headers] of cases) {
    it(`${name}: ${kind}`, () => {
      const failure = of(status, body, headers)
      if (status === 522) expect(['upstream-unreachable', 'upstream-timeout']).toContain(failure.kind)
      else expect(failure.kind).toBe(kind)
    })
  }

  it('keeps what the provider said: status, code, type and parameter', () => {
    const failure = of(400, {
      error: { message: 'no', type: 'invalid_request_error', param: 'tools', code: 'unsupported_parameter' },
    })
    expect(failure).toMatchObject({
      param: 'tools',
      upstream: { status: 400, code: 'unsupported_parameter', type: 'invalid_request_error' },
    })
    expect(failure.message).toContain('them answered 400 (unsupported_parameter): no')
  })

  it('finds words and parameter in the lists that validators write', () => {
    const detail = [{ type: 'missing', loc: ['body', 'messages', 0, 'role'], msg: 'Field required' }]
    for (const body of [{ detail }, { object: 'error', message: { detail } }]) {
      const failure = of(422, body)
      expect(failure).toMatchObject({ kind: 'upstream-invalid', param: 'messages.0.role' })
      expect(failure.message).toContain('messages.0.role: Field required')
    }
    expect(of(422, { detail: [{ msg: 'no place' }] })).not.toHaveProperty('param')
  })
  it('tells what stood behind the error of a broker', () => {
    const error = { code: 429, message: 'Provider returned error', metadata: { raw: 'x is rate-limited upstream' } }
    expect(of(429, { error }).message).toContain('Provider returned error: x is rate-limited upstream')
  })

  it('strips the address from the name that AWS gives an exception', () => {
    const failure = of(
      429,
      { message: 'slow' },
      { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/' },
    )
    expect(failure.upstream?.code).toBe('ThrottlingException')
  })

  it('tells the words of a page, not its tags', () => {
    expect(of(502, '<html><title>502 Bad Gateway</title><body>x</body></html>').message).toBe(
      'them answered 502: 502 Bad Gateway',
    )
  })

  it('tells where a redirect points, without its query, and that nobody follows it', () => {
    const failure = of(308, '<title>Moved</title>', { location: 'https://eu.them.example/v1/chat?key=s3cret#top' })
    expect(failure.message).toBe(
      "them answered 308: moved to https://eu.them.example/v1/chat, which is not followed; if it is right, set the provider's url to it",
    )
    expect(of(200, { error: 'x' }, { location: '/here' }).message).not.toContain('/here')
  })

  it('reads how long to wait from headers, body and words', () => {
    expect(of(429, '', { 'retry-after': '7' }).retryAfter).toBe(7_000)
    expect(of(429, { error: { code: 429, message: 'm', details: [{ retryDelay: '48s' }] } }).retryAfter).toBe(48_000)
    expect(of(429, openai('Please try again in 1m2.5s.', 'rate_limit_exceeded')).retryAfter).toBe(62_500)
    expect(of(503, { error: 'Model is currently loading', estimated_time: 20 }).retryAfter).toBe(20_000)
    expect(
      of(429, '', {
        'x-ratelimit-limit-requests': '5',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '3s',
      }).retryAfter,
    ).toBe(3_000)
    expect(of(500, '').retryAfter).toBeUndefined()
  })

  it('says that asking again is no use where the provider says so or the request can never fit', () => {
    expect(of(500, '', { 'x-should-retry': 'false' }).retriable).toBe(false)
    expect(
      of(
        413,
        openai(
          'Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000',
          'rate_limit_exceeded',
          'tokens',
        ),
      ),
    ).toMatchObject({ kind: 'upstream-rate-limited', retriable: false })
    expect(of(500, '', { 'x-should-retry': 'true' }).retriable).toBeUndefined()
  })

  it('passes on no credential that a provider echoes', () => {
    const secret = 'sk-proj-abcdefghijklmnop0123456789'
    for (const words of [
      `Incorrect API key provided: ${secret}.`,
      `Authorization: Bearer ${secret}`,
      `see https://x.test/v1?key=${secret}`,
      `{"api_key":"${secret}"}`,
    ]) {
      expect(JSON.stringify(of(401, openai(words, secret)))).not.toContain(secret)
      expect(JSON.stringify(of(401, words))).not.toContain(secret)
    }
  })

  it('stays within a bounded message whatever the body holds', () => {
    const failure = of(500, { error: { message: 'x'.repeat(1_000_000), type: 'y'.repeat(100_000) } })
    expect(JSON.stringify(failure).length).toBeLessThan(2_000)
  })
})

describe('reclassify', () => {
  it('tells the kind of an error inside a stream from its names', () => {
    expect(
      reclassify({ kind: 'stream-broken', message: 'Overloaded', upstream: { type: 'overloaded_error' } }).kind,
    ).toBe('upstream-overloaded')
    expect(reclassify({ kind: 'stream-broken', message: 'no', upstream: { code: '429' } }).kind).toBe(
      'upstream-rate-limited',
    )
    expect(
      reclassify({ kind: 'stream-broken', message: 'You exceeded your current quota', upstream: { code: 'x' } }).kind,
    ).toBe('upstream-quota')
  })
  it('leaves a failure that no provider told as it is', () => {
    const failure = { kind: 'stream-broken', message: 'cut off' } as const
    expect(reclassify(failure)).toBe(failure)
    expect(reclassify({ ...failure, upstream: { code: 'never_heard_of' } }).kind).toBe('stream-broken')
  })
})
