/** Puts lower priority numbers first: provisioned before on demand. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { isKnown, usualPriority } from '../measures.ts'
import { defaulting, maker } from '../options.ts'
import { oneOf } from '../parsers.ts'
import { decimal } from '../wording.ts'

type By = 'number' | 'place'

/** Between no number at all and the numbers of those who have one: what is paid for anyway comes first. */
const ofProvisioned = usualPriority / 2

const unnumbered = ({ tags }: Candidate): number =>
  Object.hasOwn(tags, 'capacity') && tags['capacity'] === 'provisioned' ? ofProvisioned : usualPriority

/** Places count from 1, as one would number them. */
const placeOf = ({ id }: Candidate, { candidates }: Facts): number => candidates.findIndex(one => one.id === id) + 1

const keyOf = (candidate: Candidate, facts: Facts, by: By): number => {
  if (isKnown(candidate.priority)) return candidate.priority
  return by === 'place' ? placeOf(candidate, facts) : unnumbered(candidate)
}

const order = (by: By): Order => ({
  kind: 'order',
  name: 'priority',
  reads: [],
  keys: (tied, facts) => tied.map(candidate => keyOf(candidate, facts, by)),
  words: key => `priority ${decimal(key, 3)}${key === ofProvisioned ? ' (provisioned)' : ''}`,
})

/** `priority`: by the number that a deployment has, else by what it is said to be or where it stands. */
export const priority = maker({
  name: 'priority',
  kind: 'order',
  sentence:
    'Puts candidates with a lower priority number first. One without a number counts as 1, or as just before that if its tag `capacity` is `provisioned`; or, by place, it counts as its place in the list.',
  options: {
    by: defaulting(
      oneOf('number', 'place'),
      "Whether one without a number goes by its place in the pool's list, the first being 1. By number, the order of the list means nothing, and what is tied is left to the next step.",
      'number',
    ),
  },
  build: ({ by }) => order(by),
})
