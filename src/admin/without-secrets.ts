/** A value without anything that could be a secret, so that it may be kept for ever. */

const instead = '(secret)'

/** By shape: keys of signalbox and of providers, bearer tokens, signed tokens, private keys, long runs of letters and digits. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:bearer|basic)\s+[\w.~+/=-]{6,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  // The first characters of a key tell keys apart and are no secret; a whole one is longer.
  /\b(?:sk|pk|rk|gsk|xai|r8|hf|nvapi|pplx|csk|fw|tgp|gh[opsur]|github_pat|glpat|xox[abeprs]|whsec)[-_][\w-]{15,}/g,
  /\b(?:AIza[\w-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|ya29\.[\w-]{8,})/g,
  /(?<=:\/\/)[^\s/@"'<>]+(?=@)/g,
  /\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{32,}\b/gi,
]

const words = new Set(['secret', 'secrets', 'password', 'passwd', 'passphrase', 'token', 'authorization', 'cookie'])
for (const word of ['credential', 'credentials', 'digest', 'digests', 'assertion']) words.add(word)
const keys = /(?:^| )(?:api|access|private|signing|client|encryption|master) keys?$/

/** True if what bears this name is a secret by its name: `apiKey`, `client_secret`, `digests`. */
const isSecretName = (name: string): boolean => {
  const spread = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .toLowerCase()
    .trim()
  return words.has(spread.split(' ').at(-1) ?? '') || keys.test(spread)
}

/** The longest text that is kept whole; of what is longer, the beginning. */
const longest = 4000
const deepest = 24

/** A text without what looks like a secret, cut where it is very long. */
export const textWithoutSecrets = (text: string): string => {
  const cut = text.length > longest ? `${text.slice(0, longest)}… (${text.length - longest} characters more)` : text
  return shapes.reduce((left, shape) => left.replace(shape, instead), cut)
}

const cleanMember = ([name, member]: readonly [string, unknown], depth: number): readonly [string, unknown] => {
  const isHidden = isSecretName(name) && member !== null && (typeof member === 'string' || typeof member === 'object')
  return [textWithoutSecrets(name), isHidden ? instead : clean(member, depth + 1)]
}

const clean = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return textWithoutSecrets(value)
  if (value === null || typeof value !== 'object') return value
  if (depth > deepest) return '(too deep)'
  if (Array.isArray(value)) return value.map(one => clean(one, depth + 1))
  return Object.fromEntries(Object.entries(value).map(member => cleanMember(member, depth)))
}

/** The value as JSON would give it back, without secrets. Throws where JSON cannot hold it. */
export const withoutSecrets = (value: unknown): unknown => {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : clean(JSON.parse(text), 0)
}
