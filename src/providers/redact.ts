/** Cuts credentials out of what a provider says, since providers echo them. */

/** Tried in this order; each replaces only the secret, so that the sentence stays readable. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // An address may carry a key in its query or a password before its host.
  [/(https?:\/\/)[^\s/@"'<>]+@/gi, '$1'],
  [/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, '$1'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  // OpenAI, Cohere, DeepSeek: "API key provided: sk-…", "Your api key: ****-key is invalid".
  [
    /(\b(?:api[ _-]?|access[ _-]?|secret[ _-]?)(?:key|token)(?: provided)?["']?\s*[:=]\s*["']?)[^\s"',;]*[^\s"',;.]/gi,
    '$1[redacted]',
  ],
  // Key shapes by prefix: OpenAI, Anthropic and look-alikes, Groq, xAI, Google, Replicate, Hugging Face, NVIDIA, Perplexity,
  // Cerebras, GitHub, Vercel, Jina, AWS.
  [/\b(?:sk|pk|rk|gsk|xai|r8|hf|nvapi|pplx|csk|fw|tgp|gh[oprsu]|github_pat|vck|jina)[-_][\w*-]{3,}/g, '[redacted]'],
  [/\b(?:AIza[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{8,}|ya29\.[\w-]{8,})/g, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, '[redacted]'],
  // Azure, Mistral and Cohere keys have no prefix: long runs of letters and digits mixed.
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{32,}\b/gi, '[redacted]'],
]

/** Longer texts are cut before they are searched, so that no answer can make us work without end. */
const longest = 4_000

/** The text without credentials, URL queries and passwords. */
export const redact = (text: string): string => {
  let clean = text.slice(0, longest)
  for (const [pattern, instead] of secrets) clean = clean.replace(pattern, instead)
  return clean
}

/** The first words of the text, on one line, without credentials. */
export const firstWords = (text: string, most = 500): string => {
  const line = redact(text).replace(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}
