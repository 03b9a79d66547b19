/** Where two JSON values differ, member by member. */

/** One member that differs; `before` is absent where it was added, `after` where it was taken away. */
export interface Difference {
  /** As in `steps[2].with.at`. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

type Members = Readonly<Record<string, unknown>>

const membersOf = (value: unknown): Members | undefined =>
  value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value)) : undefined

const below = (path: string, name: string, isList: boolean): string => {
  if (isList) return `${path}[${name}]`
  return path === '' ? name : `${path}.${name}`
}

/** Every difference, in the order of the members of `before`, then those that were added. */
export const differencesOf = (before: unknown, after: unknown, path = ''): readonly Difference[] => {
  const [old, young] = [membersOf(before), membersOf(after)]
  const isList = Array.isArray(before)
  if (old === undefined || young === undefined || isList !== Array.isArray(after)) {
    if (Object.is(before, after)) return []
    return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
  }
  const names = new Set([...Object.keys(old), ...Object.keys(young)])
  return [...names].flatMap(name => differencesOf(old[name], young[name], below(path, name, isList)))
}
