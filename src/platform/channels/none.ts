/** The channel of a process that stands alone: nobody hears it, and it hears nobody. */
import type { Instant } from '../../domain/units.ts'
import type { Channel } from '../../ports/channel.ts'

const ignored = (): void => undefined

/** Tells nobody. */
export const noChannel = (me: string): Channel => ({
  me,
  publish: ignored,
  subscribe: () => ignored,
  onHealed: () => ignored,
  health: () => ({ part: 'channel', state: 'ok', since: 0 as Instant }),
  close: () => Promise.resolve(),
})
