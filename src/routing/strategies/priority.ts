/** Puts lower priority numbers first: provisioned before on demand. */
import type { Order } from '../../ports/strategy.ts'
import { maker } from '../options.ts'
import { decimal } from '../wording.ts'

const order: Order = {
  kind: 'order',
  name: 'priority',
  reads: [],
  keys: tied => tied.map(candidate => candidate.priority),
  words: key => `priority ${decimal(key, 3)}`,
}

/** `priority`: by the number that each deployment has. */
export const priority = maker({
  name: 'priority',
  kind: 'order',
  sentence: 'Puts candidates with a lower priority number first.',
  options: {},
  build: () => order,
})
