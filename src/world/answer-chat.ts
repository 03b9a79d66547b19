/** Answers a chat request: understood, drawn its lot, and spoken at the model's pace. */
import { damaged, wholeCut } from './damage.ts'
import type { Damage, Ending, Piece } from './damage.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import { rhythmOf } from './pace.ts'
import type { Rhythm } from './pace.ts'
import { contentType, fail, refuse, usualHeaders } from './refuse.ts'
import type { Refuser } from './refuse.ts'
import { replyOf, sayTo } from './reply.ts'
import type { Asked, Json, Reply, Route, Speech } from './speech.ts'
import type { Lot } from './switches.ts'

/** A request for a chat, or for the count of its tokens. */
export interface ChatCall {
  readonly speech: Speech
  readonly route: Route
  readonly body: Json
}

/** The seed of everything that chance decides about the request that this exchange carries. */
export const seedOf = (ground: Ground, exchange: Exchange): string => `${ground.seed}-${exchange.seen.nth}`

/** Answers it, or fails as the switches say. */
export const answerChat = async (
  exchange: Exchange,
  ground: Ground,
  { speech, route, body }: ChatCall,
): Promise<void> => {
  const understood = speech.understand(body, ground.models, route)
  if (!understood.ok) return refuse(exchange, { speech, seed: seedOf(ground, exchange) }, understood.complaint)
  const { asked } = understood
  const { id } = asked.model
  exchange.note({ model: id, stream: asked.stream })
  if (ground.switches.isDown(speech.provider, id)) return exchange.reset()
  const nth = ground.turns.get(id) ?? 0
  ground.turns.set(id, nth + 1)
  const lot = ground.switches.lot(speech.provider, id, nth, Date.now())
  const seed = `${ground.seed} ${id} ${nth}`
  const refuser = { speech, seed, ...(lot.limited !== undefined && { limited: lot.limited }) }
  if (!(await meets(exchange, refuser, lot, asked))) return
  if (route.to === 'count') {
    return exchange.answer(
      200,
      { ...contentType(false), ...usualHeaders(refuser) },
      JSON.stringify(speech.counted(asked)),
    )
  }
  const said = sayTo({ asked, provider: speech.provider, model: id, nth }, ground.recordings, ground.script)
  if (said.prompt !== undefined) exchange.note({ prompt: said.prompt.id })
  const reply = replyOf(said, asked, seed, Date.now())
  // What `addMs` adds was waited for already.
  const rhythm = rhythmOf(asked.model, asked.inputTokens, seed, { factor: lot.factor, addMs: 0, pace: ground.pace })
  await (asked.stream ? stream : whole)(exchange, refuser, { reply, lot, rhythm })
}

/** Waits for the switched latency, then lets the request through, or has answered it with what went wrong. */
const meets = async (exchange: Exchange, refuser: Refuser, lot: Lot, asked: Asked): Promise<boolean> => {
  if (!(await exchange.wait(lot.addMs))) return false
  if (lot.fail !== undefined) {
    fail(exchange, refuser, lot.fail, asked)
    return false
  }
  if (lot.limited === undefined || lot.limited.wait === 0) return true
  refuse(exchange, refuser, refuser.speech.manners.limited(asked.model, lot.limited))
  return false
}

/** What is to be said and how. */
interface Delivery {
  readonly reply: Reply
  readonly lot: Lot
  readonly rhythm: Rhythm
}

const whole = async (exchange: Exchange, refuser: Refuser, { reply, lot, rhythm }: Delivery): Promise<void> => {
  const text = JSON.stringify(refuser.speech.whole(reply))
  const spoken = reply.outputTokens * reply.asked.choices
  if (!(await exchange.wait(rhythm.firstToken + spoken * rhythm.perToken))) return
  const headers = { ...contentType(false), ...usualHeaders(refuser) }
  if (lot.cut === undefined) return exchange.answer(200, headers, text)
  exchange.begin(200, headers)
  const pieces = damaged([{ text, tokens: 1 }], { cut: wholeCut(lot.cut, text) })
  conclude(exchange, await speak(exchange, pieces, 0))
}

const stream = async (exchange: Exchange, refuser: Refuser, { reply, lot, rhythm }: Delivery): Promise<void> => {
  if (!(await exchange.wait(rhythm.firstToken))) return
  exchange.begin(200, { ...contentType(true), ...usualHeaders(refuser) })
  const pieces = damaged(refuser.speech.stream(reply), damageOf(refuser, lot))
  conclude(exchange, await speak(exchange, pieces, rhythm.perToken))
}

const damageOf = ({ speech, seed }: Refuser, { cut, inbandAfter }: Lot): Damage => ({
  ...(cut !== undefined && { cut }),
  ...(inbandAfter !== undefined && {
    error: { afterChunks: inbandAfter, text: speech.errorFrame(speech.manners.trouble('overloaded', 529), seed) },
  }),
})

/** Writes the pieces, each when the model would have made it; how it ended, or undefined if the client left. */
const speak = async (
  exchange: Exchange,
  pieces: Generator<Piece, Ending>,
  perToken: number,
): Promise<Ending | undefined> => {
  const startedAt = performance.now()
  let spoken = 0
  for (;;) {
    const next = pieces.next()
    if (next.done === true) return next.value
    const { data, tokens } = next.value
    // By the clock and not from piece to piece: late timers must not add up over a long answer.
    const ahead = startedAt + spoken * perToken - performance.now()
    if (tokens > 0 && ahead > 0 && !(await exchange.wait(ahead))) return undefined
    spoken += tokens
    if (!exchange.write(data) && !(await exchange.drained())) return undefined
  }
}

const conclude = (exchange: Exchange, ending: Ending | undefined): void => {
  if (ending === 'reset') exchange.reset()
  else if (ending === 'whole' || ending === 'close') exchange.finish(ending === 'whole')
  // A stall leaves the answer open; the client's patience, or the end of the world, ends it.
}
