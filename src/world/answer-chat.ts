/** Answers a chat request: understood, and spoken at the model's pace. */
import { admit, deliverStream, deliverWhole, seedOf } from './deliver.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import { rhythmOf } from './pace.ts'
import { contentType, refuse } from './refuse.ts'
import { replyOf, sayTo } from './reply.ts'
import type { Asked, Json, Route, Speech } from './speech.ts'

/** A request for a chat, or for the count of its tokens. */
export interface ChatCall {
  readonly speech: Speech
  readonly route: Route
  readonly body: Json
}

const typeOf = (speech: Speech, asked: Asked): string =>
  asked.stream ? (speech.streamType?.(asked) ?? contentType(true)) : contentType(false)

/** Answers it, or fails as the switches say. */
export const answerChat = async (
  exchange: Exchange,
  ground: Ground,
  { speech, route, body }: ChatCall,
): Promise<void> => {
  const understood = speech.understand(body, ground.models, route)
  if (!understood.ok) return refuse(exchange, { voice: speech, seed: seedOf(ground, exchange) }, understood.complaint)
  const { asked } = understood
  const type = typeOf(speech, asked)
  exchange.note({ operation: route.to === 'count' ? 'count-tokens' : 'chat' })
  const isBilled = route.to !== 'count'
  const admitted = await admit(exchange, ground, speech, { ...asked, isBilled, contentType: type })
  if (admitted === undefined) return
  const { lot, seed, nth } = admitted
  if (route.to === 'count') {
    const counted = JSON.stringify(speech.counted(asked))
    return deliverWhole(exchange, admitted, { data: counted, contentType: type, headers: undefined, wait: 0 })
  }
  const cue = { asked, provider: speech.provider, model: asked.model.id, nth }
  const said = sayTo(cue, ground.recordings, ground.script)
  if (said.prompt !== undefined) exchange.note({ prompt: said.prompt.id })
  const reply = replyOf(said, asked, seed, Date.now())
  // What `addMs` adds was waited for already.
  const rhythm = rhythmOf(asked.model, asked.inputTokens, seed, { factor: lot.factor, addMs: 0, pace: ground.pace })
  const headers = speech.answerHeaders?.(reply)
  const outputTokens = (reply.outputTokens + reply.thoughtTokens) * asked.choices
  const kept = speech.keep?.(reply)
  if (kept !== undefined) ground.kept.set(kept.id, kept)
  if (asked.stream) {
    const error = (sent: number): string | Uint8Array =>
      speech.errorFrame(speech.manners.trouble('overloaded', 529), admitted.refuser.seed, { asked, sent })
    return deliverStream(exchange, admitted, {
      frames: speech.stream(reply),
      contentType: type,
      headers,
      ...rhythm,
      outputTokens,
      error,
    })
  }
  const wait = rhythm.firstToken + reply.outputTokens * asked.choices * rhythm.perToken
  return deliverWhole(exchange, admitted, {
    data: JSON.stringify(speech.whole(reply)),
    contentType: type,
    headers,
    wait,
    outputTokens,
  })
}
