/** Who serves a model, as a configuration names it. */

export interface Served {
  /** The provider's type. */
  readonly type: string
  readonly url?: string
  readonly model: string
}

/** Servers of one's own: what they cost is not known to any list, whatever their models are called. */
export const selfHosted: readonly string[] = [
  'ollama',
  'lmstudio',
  'vllm',
  'sglang',
  'llamacpp',
  'tgi',
  'localai',
  'xinference',
  'tei',
]

/** Who is behind an address that only speaks like another. */
const hosts: readonly (readonly [host: RegExp, type: string])[] = [
  [/(^|\.)api\.openai\.com$/, 'openai'],
  [/(^|\.)api\.anthropic\.com$/, 'anthropic'],
  [/(^|\.)generativelanguage\.googleapis\.com$/, 'gemini'],
  [/(^|\.)aiplatform\.googleapis\.com$/, 'vertex'],
  [/^bedrock-runtime\..*\.amazonaws\.com$/, 'bedrock'],
  [/\.(openai|services\.ai|cognitiveservices)\.azure\.com$/, 'azure'],
  [/^api\.cohere\.(com|ai)$/, 'cohere'],
  [/^api\.mistral\.ai$/, 'mistral'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.together\.(xyz|ai)$/, 'together'],
  [/^api\.fireworks\.ai$/, 'fireworks'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.x\.ai$/, 'xai'],
  [/^openrouter\.ai$/, 'openrouter'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^api\.voyageai\.com$/, 'voyage'],
  [/^api\.jina\.ai$/, 'jina'],
]

/** The names under which our lists and a catalogue may have what this provider serves; none for servers of one's own. */
export const providerNames = ({ type, url }: Served): readonly string[] => {
  if (selfHosted.includes(type)) return [type]
  if (type !== 'openai-compatible') return [type]
  const host = url === undefined || !URL.canParse(url) ? undefined : new URL(url).hostname
  const found = host === undefined ? undefined : hosts.find(([pattern]) => pattern.test(host))
  return found === undefined ? [] : [found[1]]
}
