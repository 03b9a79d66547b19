/** How an answer goes out: counted, drawn its lot, at the model's pace, whole or damaged as the switches say. */
import { damaged, wholeCut } from './damage.ts'
import type { Damage, Ending, ErrorFrame } from './damage.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import { fail, refuse, usualHeaders } from './refuse.ts'
import type { Errand, Refuser } from './refuse.ts'
import type { Frame, Voice } from './speech.ts'
import type { Lot } from './switches.ts'

/** What chance and switches decided about a request that goes through. */
export interface Admitted {
  readonly refuser: Refuser
  readonly lot: Lot
  readonly seed: string
  /** How many requests the model had before. */
  readonly nth: number
}

/** The seed of everything that chance decides about the request that this exchange carries. */
export const seedOf = (ground: Ground, exchange: Exchange): string => `${ground.seed}-${exchange.seen.nth}`

/** Counts the request and waits for the switched latency; undefined if it was answered with what went wrong. */
export const admit = async (
  exchange: Exchange,
  ground: Ground,
  voice: Voice,
  errand: Errand,
): Promise<Admitted | undefined> => {
  const { id } = errand.model
  exchange.note({ model: id, stream: errand.stream })
  if (ground.switches.isDown(voice.provider, id)) {
    exchange.reset()
    return undefined
  }
  const nth = ground.turns.get(id) ?? 0
  ground.turns.set(id, nth + 1)
  const lot = ground.switches.lot(voice.provider, id, nth, Date.now())
  const seed = `${ground.seed} ${id} ${nth}`
  const refuser = { voice, seed, ...(lot.limited !== undefined && { limited: lot.limited }) }
  const isTakenUp = lot.fail === undefined && (lot.limited?.wait ?? 0) === 0
  if (errand.isBilled === true && isTakenUp) exchange.note({ billed: { input: errand.inputTokens, output: 0 } })
  return (await meets(exchange, refuser, lot, errand)) ? { refuser, lot, seed, nth } : undefined
}

/** Waits for the switched latency, then lets the request through, or has answered it with what went wrong. */
const meets = async (exchange: Exchange, refuser: Refuser, lot: Lot, errand: Errand): Promise<boolean> => {
  if (!(await exchange.wait(lot.addMs))) return false
  if (lot.fail !== undefined) {
    fail(exchange, refuser, lot.fail, errand)
    return false
  }
  if (lot.limited === undefined || lot.limited.wait === 0) return true
  refuse(exchange, refuser, refuser.voice.manners.limited(errand.model, lot.limited))
  return false
}

/** So much more of the answer was made. */
const bill = (exchange: Exchange, output: number): void => {
  const { billed } = exchange.seen
  if (billed !== undefined) exchange.note({ billed: { ...billed, output } })
}

/** A whole answer and how long the model takes for it. */
export interface WholeAnswer {
  /** Of the answer, where it is charged by them. */
  readonly outputTokens?: number
  readonly data: string | Uint8Array
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly wait: number
}

/** Gives a whole answer after its time, cut at its middle if it is to be cut. */
export const deliverWhole = async (
  exchange: Exchange,
  { refuser, lot }: Admitted,
  { data, contentType, headers: more, wait, outputTokens = 0 }: WholeAnswer,
): Promise<void> => {
  const startedAt = performance.now()
  if (!(await exchange.wait(wait))) {
    // It stops with the connection, and what it had made by then was made.
    return bill(exchange, Math.floor((outputTokens * Math.min(wait, performance.now() - startedAt)) / wait))
  }
  bill(exchange, outputTokens)
  const headers = { 'content-type': contentType, ...usualHeaders(refuser), ...more }
  if (lot.cut === undefined) return exchange.answer(200, headers, data)
  exchange.begin(200, headers)
  conclude(exchange, await speak(exchange, damaged([{ data, tokens: 1 }], { cut: wholeCut(lot.cut, data) }), 0))
}

/** A streamed answer, its times in milliseconds. */
export interface StreamedAnswer {
  readonly frames: Iterable<Frame>
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly firstToken: number
  readonly perToken: number
  /** Of the whole answer, where it is charged by them. */
  readonly outputTokens?: number
  /** What stands in the stream where the switches want an error; absent where the form knows none. */
  readonly error: ErrorFrame | undefined
}

/** Streams an answer, each piece when the model would have made it. */
export const deliverStream = async (
  exchange: Exchange,
  { refuser, lot }: Admitted,
  { frames, contentType, headers: more, firstToken, perToken, error, outputTokens }: StreamedAnswer,
): Promise<void> => {
  if (!(await exchange.wait(firstToken))) return
  const usual = { 'content-type': contentType, 'cache-control': 'no-cache', ...usualHeaders(refuser) }
  exchange.begin(200, { ...usual, ...more })
  const ending = await speak(exchange, damaged(frames, damageOf(lot, error)), perToken)
  // Pieces need not be whole tokens; the count that is told at the end is.
  if (ending === 'whole' && outputTokens !== undefined) bill(exchange, outputTokens)
  conclude(exchange, ending)
}

const damageOf = ({ cut, inbandAfter }: Lot, error: StreamedAnswer['error']): Damage => ({
  ...(cut !== undefined && { cut }),
  ...(inbandAfter !== undefined && error !== undefined && { error: { afterChunks: inbandAfter, frame: error } }),
})

/** Writes the pieces; how it ended, or undefined if the client left. */
const speak = async (
  exchange: Exchange,
  pieces: Generator<Frame, Ending>,
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
    bill(exchange, spoken)
    if (!exchange.write(data) && !(await exchange.drained())) return undefined
  }
}

const conclude = (exchange: Exchange, ending: Ending | undefined): void => {
  if (ending === 'reset') exchange.reset()
  else if (ending === 'whole' || ending === 'close') exchange.finish(ending === 'whole')
  // A stall leaves the answer open; the client's patience, or the end of the world, ends it.
}
