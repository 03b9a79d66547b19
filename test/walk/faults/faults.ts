/** All that an upstream can do wrong, in one list. */
import { scriptOf } from './answers.ts'
import type { Call } from './upstream.ts'
import type { Fault, Place } from './fault.ts'
import { breaking } from './breaking.ts'
import { silences } from './silences.ts'
import { statuses } from './statuses.ts'
import { strange } from './strange.ts'

const away = (name: string, at: Place, hasty = false): Fault => ({
  name,
  fate: () => 'rescued',
  hasty,
  at,
  act: ({ socket }) => void socket.destroy(),
})

/** All of them, in the order in which they are told. */
export const faults: readonly Fault[] = [
  away('refused', 'refused'),
  away('DNS failure', 'nowhere'),
  away('TLS certificate of nobody', 'stranger'),
  away('TLS where there is none', 'no-tls'),
  away('TLS handshake without an answer', 'mute', true),
  ...breaking,
  ...silences,
  ...strange,
  ...statuses,
]

/** Does it. */
export const commit = (fault: Fault, call: Call, say: Parameters<typeof scriptOf>[1]): void => {
  const done = fault.act(call, scriptOf(call.tongue, say))
  // A socket that is gone is what most of them are about.
  if (done instanceof Promise) done.catch(() => call.socket.destroy())
}
