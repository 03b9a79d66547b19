/** Who is asked beside the first, where several are asked at once. */
import type { Candidate } from './deployment.ts'

/** At most so many of the others, one of each other provider first: whoever shares the first one's provider shares its risks. */
export const besideFirst = (others: readonly Candidate[], first: Candidate, most: number): readonly Candidate[] => {
  const providers = new Set([first.provider])
  const elsewhere = others.filter(({ provider }) => !providers.has(provider) && providers.add(provider).size > 0)
  return [...elsewhere, ...others.filter(one => !elsewhere.includes(one))].slice(0, most)
}
