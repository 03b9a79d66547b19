/** Paths that are passed on to a provider: they must stay below its address and hold no key. */

/** Names under which providers take keys in a query; ours would be sent to them, theirs are not the client's to send. */
const keys: ReadonlySet<string> = new Set([
  'key',
  'api_key',
  'apikey',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'access_token',
  'authorization',
  'subscription-key',
  'x-amz-credential',
  'x-amz-signature',
  'x-amz-security-token',
])

/** So often a text may be escaped within escapes; a proxy on the way may read one layer each. */
const deepest = 4

const unescaped = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    // Broken escapes mean different things to different readers: the caller refuses them.
    return undefined
  }
}

const hasDots = (path: string): boolean => path.split(/[/\\]/).some(one => /^\.{1,2}(?:;.*)?$/.test(one))

const looksElsewhere = (path: string): boolean =>
  path.startsWith('//') || /^\/+[a-z][a-z\d+.-]*:\/\//i.test(path) || path.includes('\\') || /\p{Cc}/u.test(path)

const faultOfPath = (path: string): string | undefined => {
  let text = path
  for (let depth = 0; depth < deepest; depth += 1) {
    if (hasDots(text)) return 'the path has a "." or ".." in it; a path without would be right'
    if (looksElsewhere(text)) return 'the path leads to another address; one below that of the provider would be right'
    const next = unescaped(text)
    if (next === undefined) return 'the path has a broken escape; "%" stands before two hexadecimal digits'
    if (next === text) return undefined
    text = next
  }
  return 'the path is escaped again and again; once would be right'
}

const faultOfQuery = (query: string): string | undefined => {
  // Some servers part a query at semicolons as well.
  for (const pair of query.split(/[&;]/)) {
    const name = unescaped((pair.split('=', 1)[0] ?? '').replaceAll('+', ' '))?.toLowerCase()
    if (name !== undefined && keys.has(name.trim())) {
      return `the query holds a key under "${name}"; send yours in a header, and leave the provider's to the gateway`
    }
  }
  return undefined
}

/** What is wrong with a path and query that shall be passed on; undefined if nothing is. */
export const faultOfPassed = (path: string): string | undefined => {
  if (!path.startsWith('/')) return 'the path does not begin with "/"'
  if (path.includes('#')) return 'the path has a "#" in it; "%23" would be right'
  const question = path.indexOf('?')
  if (question < 0) return faultOfPath(path)
  return faultOfPath(path.slice(0, question)) ?? faultOfQuery(path.slice(question + 1))
}
