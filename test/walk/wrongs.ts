/** All that a provider of the recorded world can do wrong. */
import type { SwitchChange } from '../../src/world/switches.ts'

const cut = (how: 'close' | 'reset' | 'stall'): SwitchChange => ({ cut: { afterChunks: 2, how } })
const kinds = ['500', '503', '529', '429', '401', '400-context', 'html', 'garbage', 'empty', 'hang', 'reset'] as const

export const wrongs: readonly (readonly [name: string, change: SwitchChange])[] = [
  ...kinds.map(kind => [kind, { fail: { kind } }] as const),
  ['429 with a wait', { fail: { kind: '429', retryAfter: 7 } }],
  ['a limit that is reached', { rateLimit: { rpm: 0 } }],
  ['a cut, closing', cut('close')],
  ['a cut, reset', cut('reset')],
  ['a cut, stalled', cut('stall')],
  ['a cut after some bytes', { cut: { afterBytes: 7, how: 'close' } }],
  ['an error inside', { inbandError: { afterChunks: 2 } }],
  ['an error at once', { inbandError: { afterChunks: 0 } }],
  ['an outage', { outage: true }],
]
