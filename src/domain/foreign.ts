/** The names of what only another dialect knows, so that none of it is lost in silence. */
import { isRecord } from './json.ts'
import type { Extensions } from './message.ts'
import type { Loss } from './outcome.ts'

/** The member in which a dialect keeps how it told a thing (ids, order, spelling): nothing is lost with it elsewhere. */
export const formMember = '$form'

/** The member, or the one that is lost inside it: all else of it may have been understood. */
const nameOf = (member: string, value: unknown): string => {
  const inner = isRecord(value) ? Object.keys(value) : []
  return inner.length === 1 ? `${member}.${inner[0]}` : member
}

/** A loss for each member of another dialect; null marks what is said elsewhere. `said` are members that lose nothing by it. */
export const foreignLosses = (
  extensions: Extensions | undefined,
  own: string,
  said?: ReadonlySet<string>,
): readonly Loss[] => {
  if (extensions === undefined) return []
  const losses: Loss[] = []
  for (const [owner, members] of Object.entries(extensions)) {
    if (owner === own) continue
    for (const [member, value] of Object.entries(members)) {
      if (value === null || value === undefined || member === formMember || said?.has(member) === true) continue
      losses.push({ field: nameOf(member, value), why: `only ${owner} knows this field` })
    }
  }
  return losses
}

/** A count of nothing, or a word that says that there is none. */
const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === 0 || value === '' || value === 'not_available'
const counted = (value: unknown): unknown => {
  if (!isRecord(value)) return isNothing(value) ? undefined : value
  const members = Object.entries(value).filter(([, one]) => counted(one) !== undefined)
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

/** The same for usage, where a count of nothing loses nothing. */
export const foreignUsage = (
  extensions: Extensions | undefined,
  own: string,
  said?: ReadonlySet<string>,
): readonly Loss[] => {
  if (extensions === undefined) return []
  const telling = Object.entries(extensions).map(([owner, members]) => [
    owner,
    Object.fromEntries(Object.entries(members).map(([member, value]) => [member, counted(value)])),
  ])
  return foreignLosses(Object.fromEntries(telling), own, said)
}
