/** What each lane of a move is opened for: whom it asks, as which attempt, and with whose keys not. */
import type { CredentialId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Errand } from './hands.ts'
import type { Move } from './next-move.ts'

export type Call = Extract<Move, { move: 'call' }>
/** What a lane is told at its start. */
export type LaneErrand = Errand & Pick<Attempt, 'kind' | 'trigger'>

const kindOf = ({ kind, stagger }: Call, place: number): Attempt['kind'] => {
  if (place === 0) return kind
  return stagger > 0 ? 'hedge' : 'race'
}

/** The errand of the lane of this place in the group, as the attempt of this index; undefined if there is no such lane. */
export const errandOf = (
  move: Call,
  place: number,
  attempts: readonly Attempt[],
  index: number,
): LaneErrand | undefined => {
  const candidate = move.group[place]
  if (candidate === undefined) return undefined
  const kind = kindOf(move, place)
  const before = attempts.filter(one => one.candidate.id === candidate.id)
  const refused = before.map(one => one.credential).filter((one): one is CredentialId => one !== undefined)
  const trigger = kind === 'primary' ? undefined : attempts.at(-1)?.failure?.kind
  return {
    candidate,
    index,
    // A plain retry may use the same key again; one that was refused may not.
    except: before.some(one => one.credentialsLeft > 0) ? refused : [],
    kind,
    ...(trigger !== undefined && { trigger }),
  }
}
