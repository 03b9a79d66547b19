/** Finds what answers at a path: exact ones first, then those with a part that may be anything. */

/** A path with one `{}` or none, where `{}` stands for one character or more. */
export interface Place<Found> {
  readonly path: string
  readonly found: Found
}

/** What was found, and what stood for `{}`, '' where there was none. */
export interface Match<Found> {
  readonly found: Found
  readonly rest: string
}

interface Pattern<Found> extends Place<Found> {
  readonly before: string
  readonly after: string
}

const patternOf = <Found>(place: Place<Found>): Pattern<Found> => {
  const [before = '', after = ''] = place.path.split('{}', 2)
  return { ...place, before, after }
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
    return patterns
      .filter(({ before, after }) => fits(path, before, after))
      .map(({ found: one, before, after }) => ({
        found: one,
        rest: path.slice(before.length, path.length - after.length),
      }))
  }
}

const fits = (path: string, before: string, after: string): boolean =>
  path.length > before.length + after.length && path.startsWith(before) && path.endsWith(after)
