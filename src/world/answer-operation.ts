/** Answers a request beyond chats: planned, and made at the model's pace. */
import { admit, deliverStream, deliverWhole, seedOf } from './deliver.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import type { Came, Made, Operation } from './operation.ts'
import { rhythmOf } from './pace.ts'
import { refuse } from './refuse.ts'

const joined = ({ frames }: Made): Buffer =>
  Buffer.concat([...frames].map(({ data }) => (typeof data === 'string' ? Buffer.from(data) : data)))

/** Answers it, or fails as the switches say. */
export const answerOperation = async (
  exchange: Exchange,
  ground: Ground,
  { operation, came }: { readonly operation: Operation; readonly came: Came },
): Promise<void> => {
  const { voice, name, errorFrame } = operation
  exchange.note({ operation: name })
  const planned = operation.plan(came)
  if (!planned.ok) return refuse(exchange, { voice, seed: seedOf(ground, exchange) }, planned.complaint)
  const { model, inputTokens, stream, make } = planned.work
  const made = make(`${ground.seed} ${model.id} ${ground.turns.get(model.id) ?? 0}`, Date.now())
  const admitted = await admit(exchange, ground, voice, { model, inputTokens, stream, contentType: made.contentType })
  if (admitted === undefined) return
  const { lot, seed, refuser } = admitted
  const rhythm = rhythmOf(model, inputTokens, seed, { factor: lot.factor, addMs: 0, pace: ground.pace })
  const { contentType, headers } = made
  if (!stream)
    return deliverWhole(exchange, admitted, { data: joined(made), contentType, headers, wait: rhythm.firstToken })
  const error =
    errorFrame === undefined ? undefined : () => errorFrame(voice.manners.trouble('overloaded', 529), refuser.seed)
  return deliverStream(exchange, admitted, { frames: made.frames, contentType, headers, ...rhythm, error })
}
