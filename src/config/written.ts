/** A configuration file as it was written: values, and where each of them stands. */
import type { Path } from './finding.ts'

/** Where something stands: both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

interface Stands {
  readonly at: Place
  /** Where the name of the member stands, if it has one. */
  readonly keyAt?: Place
}
/** One value of the file. `plain` text stood without quotes. */
export type Written = Stands &
  (
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly plain: boolean }
    | { readonly kind: 'mapping'; readonly members: ReadonlyMap<string, Written> }
    | { readonly kind: 'list'; readonly items: readonly Written[] }
  )

/** The member of this name or place, if there is one. */
export const memberOf = (written: Written, part: string | number): Written | undefined => {
  if (written.kind === 'mapping') return written.members.get(String(part))
  if (written.kind === 'list' && typeof part === 'number') return written.items[part]
  return undefined
}

/** The value at the end of the path, if the file has one. */
export const writtenAt = (written: Written, path: Path): Written | undefined => {
  let here: Written | undefined = written
  for (const part of path) here = here === undefined ? undefined : memberOf(here, part)
  return here
}

/** Where the member stands, or the nearest one above it that was written: its name, or its value in a list. */
export const placeOf = (written: Written, path: Path): Place => {
  let here = written
  for (const part of path) {
    const below = memberOf(here, part)
    if (below === undefined) break
    here = below
  }
  return here.keyAt ?? here.at
}

/** Where the value stands: what is wrong with a value is shown there, not at its name. */
export const valuePlaceOf = (written: Written, path: Path): Place => {
  const found = writtenAt(written, path)
  return found === undefined ? placeOf(written, path) : found.at
}

/** The values alone, as they were written. */
export const plainValue = (written: Written): unknown => {
  if (written.kind === 'scalar') return written.value
  if (written.kind === 'list') return written.items.map(plainValue)
  return Object.fromEntries([...written.members].map(([name, member]) => [name, plainValue(member)]))
}

const namesIn = (written: Written): readonly string[] =>
  written.kind === 'mapping' ? [...written.members.keys()].sort((left, right) => right.length - left.length) : []

/** Where a member's name ends, another begins, or an index. */
const isBoundary = (text: string, at: number): boolean => at === text.length || text[at] === '.' || text[at] === '['

const stepDown = (
  written: Written,
  rest: string,
): { readonly part: string | number; readonly length: number } | undefined => {
  const index = /^\[(\d+)\]/.exec(rest)
  if (index !== null) return { part: Number(index[1]), length: index[0].length }
  const dot = rest.startsWith('.') ? 1 : 0
  // The longest name first: names may hold dots themselves, as in `tags.tier`.
  const name = namesIn(written).find(one => rest.startsWith(one, dot) && isBoundary(rest, dot + one.length))
  return name === undefined ? undefined : { part: name, length: dot + name.length }
}

/** A path that was told as text (`[2].with.within`), as far as the file has it. */
export const pathOf = (written: Written | undefined, text: string): Path => {
  const path: (string | number)[] = []
  let here = written
  let rest = text
  while (here !== undefined && rest !== '') {
    const step = stepDown(here, rest)
    const below: Written | undefined = step === undefined ? undefined : memberOf(here, step.part)
    if (step === undefined || below === undefined) break
    path.push(step.part)
    rest = rest.slice(step.length)
    here = below
  }
  return path
}
