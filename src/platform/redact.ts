/** Cuts out whatever looks like a credential, wherever it turns up. */

const instead = '[redacted]'

/** Each replaces only the secret, so that the sentence stays readable. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // An address may carry a password before its host, and keys in its query.
  [/(\bhttps?:\/\/)[^\s/@"'<>]+@/gi, '$1'],
  [/(\bhttps?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, `$1?${instead}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${instead}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, instead],
  [
    /((?:api|access|secret|auth|private)[ _-]?(?:key|token)|password|passwd|authorization)(["']?\s*[:=]\s*["']?)[^\s"',;]{4,}/gi,
    `$1$2${instead}`,
  ],
  // By prefix: OpenAI, Anthropic, ours and look-alikes, Groq, xAI, Replicate, Hugging Face, NVIDIA, Perplexity, Cerebras, GitHub, GitLab, Slack, Stripe.
  [
    /\b(?:sk|pk|rk|gsk|xai|r8|hf|nvapi|pplx|csk|fw|tgp|gh[opsur]|github_pat|glpat|xox[abeprs]|whsec)[-_][\w-]{6,}/g,
    instead,
  ],
  // Google, AWS, OAuth, JSON web tokens.
  [/\b(?:AIza[\w-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|ya29\.[\w-]{8,})/g, instead],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, instead],
  // Azure, Mistral and Cohere keys have no prefix: long runs of letters and digits mixed.
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{32,}\b/gi, instead],
]

/** Longer texts are cut before they are searched, so that no text can make us work without end. */
const longest = 8000

/** No shorter text holds a credential. */
const shortest = 8

/** The text without what looks like a credential. */
export const redact = (text: string): string => {
  if (text.length < shortest) return text
  let clean = text.length > longest ? `${text.slice(0, longest)}…` : text
  for (const [pattern, replacement] of secrets) clean = clean.replace(pattern, replacement)
  return clean
}
