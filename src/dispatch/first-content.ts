/** The moment in which an answer begins to say something. */
import type { Attempt } from '../domain/outcome.ts'
import type { Hands } from './hands.ts'
import { told } from './record.ts'
import type { Growing } from './record.ts'

/** Notes it; of a stream it is told at once, since its end may be minutes away and slowness has to be known before. */
export const noteFirstContent = (made: Growing, lane: Attempt['lane'] | undefined, hands: Hands): void => {
  const { clock, request, tell } = hands
  const now = clock.now()
  made.firstTokenAt = now
  made.lane = lane ?? made.lane
  if (!request.stream) return
  const { startedAt } = made
  tell({ ...told(made, request, now), type: 'attempt-spoke', startedAt, operation: request.operation })
}
