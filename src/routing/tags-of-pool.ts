/** Which tags the candidates of a pool have, for words about a condition that none of them meets. */
import type { Candidate } from '../domain/deployment.ts'
import { didYouMean } from '../domain/nearest.ts'
import type { PolicyStep } from '../domain/policy.ts'
import { listed } from './wording.ts'

const valuesOf = (candidates: readonly Candidate[], tag: string): readonly string[] => [
  ...new Set(candidates.flatMap(({ tags }) => (Object.hasOwn(tags, tag) ? (tags[tag] ?? []) : []))),
]

const whyNot = (tag: string, wanted: readonly string[], candidates: readonly Candidate[]): string | undefined => {
  const there = valuesOf(candidates, tag)
  if (there.some(value => wanted.includes(value))) return undefined
  if (there.length > 0) return `${tag} is ${listed(there)} here${didYouMean(wanted[0] ?? '', there)}`
  const tags = [...new Set(candidates.flatMap(one => Object.keys(one.tags)))]
  const known = tags.length === 0 ? 'nobody here has any tag' : `there are ${listed(tags)}`
  return `nobody here has a tag ${tag}${didYouMean(tag, tags)} (${known})`
}

/** Why `where` leaves nobody, for the end of a sentence: each tag that nobody has in such a way. */
export const whyNobodyHas = (
  { with: wanted = {} }: Extract<PolicyStep, { use: string }>,
  candidates: readonly Candidate[],
): string => {
  const reasons = Object.entries(wanted).flatMap(([tag, value]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    return whyNot(tag, list.map(String), candidates) ?? []
  })
  return reasons.length === 0 ? ': nobody here has all of these tags together' : `: ${reasons.join('; ')}`
}
