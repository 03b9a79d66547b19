/** Finds what answers at a path: exact ones first, then those with parts that may be anything. */

/** A path in which each `{}` stands for one character or more: the last for any, those before it for none of a further part. */
export interface Place<Found> {
  readonly path: string
  readonly found: Found
}

/** What was found, and what stood for `{}`, with a slash between several; '' where there was none. */
export interface Match<Found> {
  readonly found: Found
  readonly rest: string
}

interface Pattern<Found> {
  readonly found: Found
  readonly before: string
  /** What stands between one open part and the next. */
  readonly between: readonly string[]
  readonly after: string
}

const patternOf = <Found>({ path, found }: Place<Found>): Pattern<Found> => {
  const [before = '', ...others] = path.split('{}')
  return { found, before, between: others.slice(0, -1), after: others.at(-1) ?? '' }
}

/** What stands for the open parts of the pattern in this path; undefined if it is another's. */
const restIn = (path: string, { before, between, after }: Pattern<unknown>): string | undefined => {
  if (path.length <= before.length + after.length || !path.startsWith(before) || !path.endsWith(after)) return undefined
  const parts: string[] = []
  let at = before.length
  for (const words of between) {
    const end = path.indexOf(words, at)
    const part = path.slice(at, Math.max(end, at))
    if (part === '' || part.includes('/')) return undefined
    parts.push(part)
    at = end + words.length
  }
  return at < path.length - after.length ? [...parts, path.slice(at, path.length - after.length)].join('/') : undefined
}

/** Looks a path up among these places; all that fit, the most exact first. */
export const lookup = <Found>(places: readonly Place<Found>[]): ((path: string) => readonly Match<Found>[]) => {
  const exact = new Map<string, Match<Found>[]>()
  for (const { path, found } of places) {
    if (path.includes('{}')) continue
    const there = exact.get(path)
    if (there === undefined) exact.set(path, [{ found, rest: '' }])
    else there.push({ found, rest: '' })
  }
  const patterns = places.filter(({ path }) => path.includes('{}')).map(patternOf)
  return path => {
    const found = exact.get(path)
    if (found !== undefined) return found
    return patterns.flatMap(pattern => {
      const rest = restIn(path, pattern)
      return rest === undefined ? [] : [{ found: pattern.found, rest }]
    })
  }
}
