/** One turn of an answer on a line: drawn its lot, and said at the model's pace, whole or damaged as the switches say. */
import { damaged } from '../damage.ts'
import type { Damage, Ending } from '../damage.ts'
import type { Ground } from '../ground.ts'
import { rhythmOf } from '../pace.ts'
import { replyOf, sayTo } from '../reply.ts'
import type { Asked, Complaint, Frame, Reply, Voice } from '../speech.ts'
import type { Lot } from '../switches.ts'
import type { Line } from './line.ts'

/** How a provider says a turn. */
export interface Turn {
  readonly asked: Asked
  readonly voice: Voice
  frames(reply: Reply): Iterable<Frame>
  /** What is said where the answer goes wrong. */
  error(complaint: Complaint): string | Uint8Array | undefined
  /** True once the client wants no more of it. */
  isStopped(): boolean
}

/** How a turn ended: with all said, stopped by the client, or gone wrong so that the line is over too. */
export type TurnEnd = 'whole' | 'stopped' | 'over'

/** Says a turn. */
export const speakTurn = async (line: Line, ground: Ground, turn: Turn): Promise<TurnEnd> => {
  const { asked, voice } = turn
  const { id } = asked.model
  const nth = ground.turns.get(id) ?? 0
  ground.turns.set(id, nth + 1)
  const lot = ground.switches.lot(voice.provider, id, nth, Date.now())
  const seed = `${ground.seed} ${id} ${nth}`
  const said = sayTo({ asked, provider: voice.provider, model: id, nth }, ground.recordings, ground.script)
  if (said.prompt !== undefined) line.note({ prompt: said.prompt.id })
  const reply = replyOf(said, asked, seed, Date.now())
  const rhythm = rhythmOf(asked.model, asked.inputTokens, seed, { factor: lot.factor, addMs: 0, pace: ground.pace })
  line.begin()
  if (!(await line.wait(lot.addMs + rhythm.firstToken))) return 'over'
  let isBroken = false
  const damage = damageOf(lot, () => {
    isBroken = true
    return turn.error(voice.manners.trouble('overloaded', 529)) ?? ''
  })
  const ending = await say(line, damaged(turn.frames(reply), damage), { perToken: rhythm.perToken, turn })
  return conclude(line, ending, isBroken)
}

const damageOf = ({ cut, inbandAfter }: Lot, frame: () => string | Uint8Array): Damage => ({
  ...(cut !== undefined && { cut }),
  ...(inbandAfter !== undefined && { error: { afterChunks: inbandAfter, frame } }),
})

interface Saying {
  readonly perToken: number
  readonly turn: Turn
}

const say = async (
  line: Line,
  pieces: Generator<Frame, Ending>,
  { perToken, turn }: Saying,
): Promise<Ending | 'stopped' | undefined> => {
  const startedAt = performance.now()
  let spoken = 0
  for (;;) {
    if (turn.isStopped()) return 'stopped'
    const next = pieces.next()
    if (next.done === true) return next.value
    const { data, tokens } = next.value
    const ahead = startedAt + spoken * perToken - performance.now()
    if (tokens > 0 && ahead > 0 && !(await line.wait(ahead))) return undefined
    if (turn.isStopped()) return 'stopped'
    spoken += tokens
    if (data.length > 0) line.say(data)
  }
}

const conclude = (line: Line, ending: Ending | 'stopped' | undefined, isBroken: boolean): TurnEnd => {
  if (ending === 'whole' || ending === 'stopped') {
    line.finish()
    return ending
  }
  if (ending === 'reset') line.drop()
  else if (ending === 'close') line.hangUp(isBroken ? 1011 : 1001, isBroken ? 'internal error' : 'going away')
  // A stall leaves the line open and says no more.
  return 'over'
}
