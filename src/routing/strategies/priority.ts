/** Puts lower priority numbers first: provisioned before on demand. */
import type { Order } from '../../ports/strategy.ts'
import { defaulting, maker } from '../options.ts'
import { oneOf } from '../parsers.ts'
import { ofProvisioned, precedenceOf, precedences } from '../precedence.ts'
import type { Precedence } from '../precedence.ts'
import { decimal } from '../wording.ts'

const order = (by: Precedence): Order => ({
  kind: 'order',
  name: 'priority',
  reads: [],
  keys: (tied, facts) => tied.map(candidate => precedenceOf(candidate, by, facts.candidates)),
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
      oneOf(...precedences),
      "Whether one without a number goes by its place in the pool's list, the first being 1. By number, the order of the list means nothing, and what is tied is left to the next step.",
      'number',
    ),
  },
  build: ({ by }) => order(by),
})
