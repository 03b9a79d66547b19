/** Who comes before whom by what is said of the deployments themselves: a number, a kind of capacity, or the place in a list. */
import type { Candidate } from '../domain/deployment.ts'
import { isKnown } from './measures.ts'

/** What one without a number goes by. */
export const precedences = ['number', 'place'] as const
export type Precedence = (typeof precedences)[number]

const usual = 1
/** Before the usual and behind no number at all: what is paid for anyway comes first. */
export const ofProvisioned = 0.5

const unnumbered = ({ tags }: Candidate): number =>
  Object.hasOwn(tags, 'capacity') && tags['capacity'] === 'provisioned' ? ofProvisioned : usual

/** Lower comes first. Places count from 1, as one would number them. */
export const precedenceOf = (candidate: Candidate, by: Precedence, list: readonly Candidate[]): number => {
  if (isKnown(candidate.priority)) return candidate.priority
  return by === 'place' ? list.findIndex(({ id }) => id === candidate.id) + 1 : unnumbered(candidate)
}
