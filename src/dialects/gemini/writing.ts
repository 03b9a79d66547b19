/** What writing the parts of a request needs to know of it. */
import type { Abilities } from './abilities.ts'
import type { Losses } from '../own-members.ts'

export interface Writing {
  readonly losses: Losses
  readonly abilities: Abilities
  /** True if the request came in this dialect, so that its own words may go back out. */
  readonly isOwn: boolean
}
