/** Limits by whose they are, those that hold for each subject of a level included. */
import type { Level, Limit } from '../domain/limit.ts'
import type { LimitBook } from '../domain/tenancy.ts'

/** So many names are remembered with the limits that each has of its own; names of tags and runs come from clients. */
const mostNames = 10_000
const none: readonly Limit[] = []

let versions = 0

/** The subject for which a limit of every one holds: `*`, or of a tag `name=*`. */
const everyOf = (level: Level, name: string): string =>
  level === 'tag' ? `${name.slice(0, Math.max(0, name.indexOf('=')))}=*` : '*'

/** The limit as this subject's own: its meter counts what this one uses. */
const ownOf = (limit: Limit, name: string): Limit => ({
  ...limit,
  id: limit.id.replace(`${limit.level}:${limit.of}`, `${limit.level}:${name}`),
  of: name,
})

/** A book of these limits. A subject with limits of its own has those for every one too, but for the measures and windows that it names itself. */
export const limitBookOf = (limits: readonly Limit[]): LimitBook => {
  const given = new Map<string, readonly Limit[]>()
  const keyOf = (level: Level, name: string): string => `${level}:${name}`
  for (const limit of limits) {
    const key = keyOf(limit.level, limit.of)
    given.set(key, [...(given.get(key) ?? none), limit])
  }
  const levels = new Set(limits.map(({ level }) => level))
  const tags = new Set(limits.flatMap(({ level, of }) => (level === 'tag' ? [of.slice(0, of.indexOf('='))] : [])))
  const known = new Map<string, readonly Limit[]>()
  const find = (level: Level, name: string, key: string): readonly Limit[] => {
    const own = given.get(key) ?? none
    const every = given.get(keyOf(level, everyOf(level, name)))
    if (every === undefined) return own
    const others = every.map(limit => ownOf(limit, name)).filter(({ id }) => own.every(one => one.id !== id))
    return [...own, ...others]
  }
  versions += 1
  return {
    isEmpty: limits.length === 0,
    tags,
    version: versions,
    of: (level, name) => {
      if (!levels.has(level)) return none
      const key = keyOf(level, name)
      const before = known.get(key)
      if (before !== undefined) return before
      const found = find(level, name, key)
      const oldest = known.keys().next()
      if (known.size >= mostNames && oldest.done !== true) known.delete(oldest.value)
      known.set(key, found)
      return found
    },
  }
}
