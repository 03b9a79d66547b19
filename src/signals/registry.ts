/** The sources we know, one line each. */
import type { SignalSource } from '../ports/signal-source.ts'
import type { LiveState } from '../state/live-state.ts'
import { task } from './task.ts'
import { traffic } from './traffic.ts'
import type { CredentialsOf } from './traffic.ts'

/** Every source of signals over this live state; where credentials are not named, their rest does not count against a candidate. */
export const signalSources = (
  live: LiveState,
  credentialsOf: CredentialsOf = () => [],
  spent?: SignalSource,
): readonly SignalSource[] => [task, traffic(live, credentialsOf), ...(spent === undefined ? [] : [spent])]
