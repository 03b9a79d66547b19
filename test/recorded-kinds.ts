/** Every recorded error and what it is, judged by reading each of them, not by running the code. */
import type { FailureKind } from '../src/domain/failure.ts'

/** A recording, its kind, and what it says in short. */
export const recordedKinds: readonly (readonly [id: string, kind: FailureKind, says: string])[] = [
  [
    'envoy-ai-gateway:8f8d74a4ac:0',
    'upstream-invalid',
    "openai 400: Unsupported parameter: 'max_tokens' is not supported with this m",
  ],
  [
    'envoy-ai-gateway:beb53e81ad:0',
    'upstream-invalid',
    "openai 400: Invalid 'messages': empty array. Expected an array with minimum",
  ],
  [
    'envoy-ai-gateway:3a42e625cb:0',
    'model-missing',
    'openai 404: The model `gpt-4.1-nano-wrong` does not exist or you do not have',
  ],
  [
    'envoy-ai-gateway:6d8ec36283:0',
    'upstream-invalid',
    "openai 400: Invalid 'max_tokens': integer below minimum value. Expected a va",
  ],
  [
    'envoy-ai-gateway:6f16c22310:0',
    'model-missing',
    'openai 404: The model `babbage-002-wrong` does not exist or you do not have',
  ],
  ['openinference:1080a453a9:0', 'model-missing', "local 404: model 'nonexistent-model:latest' not found"],
  [
    'openinference:a190220c0b:0',
    'upstream-credential',
    'openai 401: Incorrect API key provided: sk-fake-key. You can find your API k',
  ],
  [
    'openinference:a308d4413f:11',
    'upstream-credential',
    'openai 401: Incorrect API key provided: sk-. You can find your API key at ht',
  ],
  [
    'openinference:b6cd71d673:0',
    'upstream-credential',
    'openai 401: Incorrect API key provided: sk-. You can find your API key at ht',
  ],
  [
    'openinference:81152838d4:0',
    'upstream-invalid',
    'openai 400: Error while downloading https://example.com/test-image.jpg.',
  ],
  [
    'openllmetry:a93432bba7:2',
    'upstream-credential',
    'azure 401: Access denied due to invalid subscription key or wrong API endpo',
  ],
  [
    'openllmetry:109cee9f7f:5',
    'model-missing',
    "cohere 404: model 'command-r' was removed on September 15, 2025. See https:/",
  ],
  [
    'openllmetry:109cee9f7f:6',
    'model-missing',
    "cohere 404: model 'command-r-plus' was removed on September 15, 2025. See ht",
  ],
  [
    'openllmetry:424bc5ec8e:2',
    'model-missing',
    'openai 404: The model `gpt-3.5-turbo-0613` has been deprecated, learn more h',
  ],
  [
    'openllmetry:12708abf45:2',
    'upstream-invalid',
    'openai 400: Error while downloading https://source.unsplash.com/8xznAGy4HcY/',
  ],
  [
    'opentelemetry-python-contrib:f9db173779:0',
    'model-missing',
    'bedrock 400: The provided model identifier is invalid.',
  ],
  [
    'opentelemetry-python-contrib:a22f61847d:0',
    'model-missing',
    'bedrock 400: The provided model identifier is invalid.',
  ],
  [
    'opentelemetry-python-contrib:96016d36d1:0',
    'model-missing',
    'bedrock 400: The provided model identifier is invalid.',
  ],
  [
    'opentelemetry-python-contrib:9cc67b8852:0',
    'model-missing',
    'bedrock 400: The provided model identifier is invalid.',
  ],
  [
    'opentelemetry-python-contrib:da5ba0f3e3:0',
    'model-missing',
    'openai 404: The model `non-existent-embedding-model` does not exist or you d',
  ],
  [
    'opentelemetry-python-contrib:bf1a48bf9f:0',
    'model-missing',
    'openai 404: The model `non-existent-embedding-model` does not exist or you d',
  ],
  [
    'opentelemetry-python-contrib:2cf338a501:0',
    'model-missing',
    "openai 400: The requested model 'this-model-does-not-exist' does not exist.",
  ],
  [
    'opentelemetry-python-contrib:ed7590ba39:0',
    'upstream-invalid',
    'vertex 400: Please use a valid role: user, model.',
  ],
  [
    'opentelemetry-python-contrib:aa4a4e35d0:0',
    'model-missing',
    'vertex 404: Publisher Model `projects/fake-project/locations/us-central1/pub',
  ],
  ['pydantic-ai:fd042891b9:0', 'model-missing', 'anthropic 404: model: claude-does-not-exist'],
  ['pydantic-ai:d8362a1d2b:0', 'model-missing', 'anthropic 404: model: claude-sonet-4-5'],
  [
    'pydantic-ai:89120df832:0',
    'upstream-invalid',
    "anthropic 400: This model does not support effort level 'xhigh'. Supported leve",
  ],
  ['pydantic-ai:a54cc94a0a:0', 'model-missing', 'bedrock 400: The provided model identifier is invalid.'],
  ['pydantic-ai:48bd63c5eb:0', 'model-missing', 'bedrock 400: The provided model identifier is invalid.'],
  [
    'pydantic-ai:4f593f932d:1',
    'upstream-invalid',
    "bedrock 400: This model doesn't support the s3Uri field. Remove s3Uri and try",
  ],
  [
    'pydantic-ai:7c21543258:1',
    'upstream-invalid',
    "bedrock 400: This model doesn't support the video content block that you prov",
  ],
  [
    'pydantic-ai:63ee0e44d7:1',
    'upstream-invalid',
    "bedrock 400: This model doesn't support the s3Uri field. Remove s3Uri and try",
  ],
  ['pydantic-ai:b19e62bdfd:0', 'upstream-invalid', "bedrock 400: The provided model doesn't support counting tokens."],
  ['pydantic-ai:3e98fd6b92:0', 'model-missing', 'bedrock 400: The provided model identifier is invalid.'],
  [
    'pydantic-ai:298f300ca6:0',
    'model-missing',
    "cohere 404: model 'nonexistent' not found, make sure the correct model ID wa",
  ],
  ['pydantic-ai:519c386375:0', 'upstream-invalid', 'deepseek 400: No tool output found for tool call call-a.'],
  [
    'pydantic-ai:de80342d47:0',
    'model-missing',
    'gemini 404: models/nonexistent-model is not found for API version v1beta, or',
  ],
  [
    'pydantic-ai:3be917560e:0',
    'model-missing',
    'gemini 404: models/nonexistent-model is not found for API version v1beta, or',
  ],
  [
    'pydantic-ai:f8b979ee62:0',
    'model-missing',
    'gemini 404: models/gemini-3.6-flahs is not found for API version v1beta, or',
  ],
  [
    'pydantic-ai:78b30fa669:0',
    'model-missing',
    'groq 404: The model `llama-3.3-70b-versatlie` does not exist or you do not',
  ],
  [
    'pydantic-ai:e95e36b792:0',
    'model-missing',
    'groq 404: The model `non-existent` does not exist or you do not have acces',
  ],
  ['pydantic-ai:ecc31b0f26:0', 'upstream-garbled', 'groq 400: Tool choice is required, but model did not call a tool'],
  [
    'pydantic-ai:0171112bca:0',
    'model-missing',
    'openai 404: The model `gpt-5.2-proo` does not exist or you do not have acces',
  ],
  [
    'pydantic-ai:300cd15099:2',
    'upstream-invalid',
    "openai 400: Invalid 'messages[3]'. Content blocks are expected to be either",
  ],
  [
    'pydantic-ai:685306f53d:0',
    'upstream-invalid',
    "openai 400: Unsupported value: 'messages[0].role' does not support 'develope",
  ],
  [
    'pydantic-ai:7cfdb852fe:0',
    'upstream-invalid',
    "openai 400: Unsupported value: 'messages[0].role' does not support 'system'",
  ],
  [
    'pydantic-ai:a1c7a7f857:0',
    'model-missing',
    'openai 404: The model `nonexistent` does not exist or you do not have access',
  ],
  [
    'pydantic-ai:6aee4c0321:0',
    'upstream-invalid',
    "openai 400: Invalid 'temperature': decimal below minimum value. Expected a v",
  ],
  [
    'pydantic-ai:0bfe1123b5:1',
    'upstream-invalid',
    'openai 400: The file type you uploaded is not supported. Please try again wi',
  ],
  [
    'pydantic-ai:8b715d985f:2',
    'upstream-invalid',
    "openai 400: Invalid file data: 'input[3].output[0].file_data'. Expected a ba",
  ],
  [
    'pydantic-ai:c3779fc43d:2',
    'upstream-invalid',
    "openai 400: Invalid file data: 'input[4].content[0].file_data'. Expected a b",
  ],
  ['pydantic-ai:dacb9f72c9:0', 'upstream-rate-limited', 'openrouter 429: Provider returned error'],
  [
    'pydantic-ai:8297216130:0',
    'model-missing',
    "other_openai_compat 400: Model nonexistent is not supported. Supported models are ['g2-20",
  ],
  [
    'pydantic-ai:cbd1e7d2bf:1',
    'upstream-invalid',
    'vertex 400: Cannot fetch content from the provided URL. Please ensure the UR',
  ],
  [
    'pydantic-ai:47bdaf27dd:3',
    'upstream-invalid',
    'vertex 400: Cannot fetch content from the provided URL. Please ensure the UR',
  ],
  ['ruby_llm:bbd8799a0a:0', 'upstream-credential', 'anthropic 401: invalid x-api-key'],
  [
    'ruby_llm:b96bc17d71:0',
    'upstream-credential',
    'azure 401: Access denied due to invalid subscription key or wrong API endpo',
  ],
  [
    'ruby_llm:f86b717a67:0',
    'upstream-rate-limited',
    'azure 429: Your requests to grok-4-1-fast-non-reasoning for grok-4-1-fast-n',
  ],
  [
    'ruby_llm:9cfea9e883:0',
    'upstream-credential',
    'bedrock 403: The security token included in the request is invalid.',
  ],
  [
    'ruby_llm:550c8338d0:0',
    'context-overflow',
    'bedrock 400: The model returned the following errors: Input Tokens Exceeded:',
  ],
  [
    'ruby_llm:f5e4a44223:0',
    'upstream-credential',
    'cohere 401: Incorrect API key provided: ***********. You can find your API k',
  ],
  [
    'ruby_llm:a3139f2ab3:0',
    'context-overflow',
    'cohere 400: too many tokens: size limit exceeded by 25836 tokens. Try using',
  ],
  [
    'ruby_llm:b2f0ea155c:0',
    'upstream-credential',
    'deepseek 401: Authentication Fails, Your api key: ****-key is invalid',
  ],
  [
    'ruby_llm:faf5a48f8d:0',
    'context-overflow',
    "deepseek 400: This model's maximum context length is 1048565 tokens. However,",
  ],
  ['ruby_llm:66e462a4ad:0', 'upstream-credential', 'gemini 400: API key not valid. Please pass a valid API key.'],
  ['ruby_llm:8e13406606:0', 'upstream-credential', 'mistral 401: Invalid API Key'],
  ['ruby_llm:6e984619fc:0', 'upstream-credential', 'ollama 401: Unauthorized'],
  [
    'ruby_llm:f88ac0c588:0',
    'context-overflow',
    'ollama 400: prompt too long; exceeded max context length by 1119046 tokens (',
  ],
  [
    'ruby_llm:219a211966:0',
    'upstream-credential',
    'openai 401: Incorrect API key provided: invalid-key. You can find your API k',
  ],
  [
    'ruby_llm:fbf41e12ab:0',
    'context-overflow',
    'openai 400: Your input exceeds the context window of this model. Please adju',
  ],
  [
    'ruby_llm:92ec3c0da6:0',
    'upstream-credential',
    'openai 401: Incorrect API key provided: invalid-key. You can find your API k',
  ],
  ['ruby_llm:d53084c5b7:0', 'upstream-credential', 'openrouter 401: Missing Authentication header'],
  [
    'ruby_llm:aeb18512e2:0',
    'upstream-credential',
    'perplexity 401: Invalid API key provided. Ensure your API key is correct and act',
  ],
  ['ruby_llm:f2a2dfe25d:0', 'context-overflow', 'perplexity 400: The total length of all messages is too long.'],
  [
    'ruby_llm:3b93a17de5:1',
    'context-overflow',
    'vertex 400: The input token count (1250074) exceeds the maximum number of to',
  ],
  [
    'ruby_llm:cc1a81d492:0',
    'upstream-credential',
    'xai 400: Incorrect API key provided. You can obtain an API key from https',
  ],
]
