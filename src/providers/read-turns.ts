/** Reads along with a conversation over a socket: every message passes as it is; what turns used is added up. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { readUsage as readGeminiUsage } from '../dialects/gemini/usage.ts'
import { tokenCount } from '../dialects/token-count.ts'
import { isFarewell } from '../domain/conversation.ts'
import type { Closing, MessageForm } from '../domain/conversation.ts'
import { nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import type { AnswerReader } from '../ports/provider.ts'
import { parseJson } from '../dialects/fields.ts'
import { redact } from './redact.ts'

/** What a message tells beside what it says. */
interface Fact {
  readonly model?: string
  readonly upstreamId?: string
  /** What a turn used that is now over. */
  readonly turn?: Usage
  /** A turn has begun, or is over. */
  readonly isSpeaking?: boolean
  /** Nothing but an error, in the provider's words. */
  readonly error?: Json
}

/** One protocol, as far as it tells facts. */
export interface Reckoning {
  /** Texts without one of these words tell nothing and are not parsed. */
  readonly words: RegExp
  /** Makes what reads one conversation. */
  start(): { read(message: Json): Fact; end(): Fact }
}

const none: Fact = {}
const recordIn = (value: unknown, name: string): Json => {
  const found = isRecord(value) ? value[name] : undefined
  return isRecord(found) ? found : {}
}
const wordIn = (value: Json, name: string): string | undefined => {
  const found = value[name]
  return typeof found === 'string' && found !== '' ? found : undefined
}
const countIn = (value: Json, name: string): number => tokenCount(value[name]) ?? 0

/** OpenAI's count: all tokens, of them those of sound and of pictures, and what the cache gave of each. */
const realtimeUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage) || tokenCount(usage['input_tokens']) === undefined) return undefined
  const input = recordIn(usage, 'input_token_details')
  const output = recordIn(usage, 'output_token_details')
  return {
    input: tokens(countIn(usage, 'input_tokens')),
    inputCached: tokens(countIn(input, 'cached_tokens')),
    inputCacheWritten: tokens(0),
    output: tokens(countIn(usage, 'output_tokens')),
    reasoning: tokens(countIn(output, 'reasoning_tokens')),
    inputAudio: tokens(countIn(input, 'audio_tokens')),
    inputAudioCached: tokens(countIn(recordIn(input, 'cached_tokens_details'), 'audio_tokens')),
    inputImage: tokens(countIn(input, 'image_tokens')),
    outputAudio: tokens(countIn(output, 'audio_tokens')),
  }
}

const mostSeconds = 86_400

/** What was heard in a session that only writes down: by tokens, or by the second. */
const heardUsage = (usage: unknown): Usage | undefined => {
  const seconds = isRecord(usage) && usage['type'] === 'duration' ? usage['seconds'] : undefined
  if (typeof seconds !== 'number') return realtimeUsage(usage)
  // Nobody speaks for a day at a time: a larger count is nonsense, and must not make a bill.
  if (!(seconds >= 0 && seconds <= mostSeconds)) return undefined
  const zero = tokens(0)
  return { input: zero, inputCached: zero, inputCacheWritten: zero, output: zero, reasoning: zero, units: { seconds } }
}

/** OpenAI's Realtime. */
export const realtimeReckoning: Reckoning = {
  words:
    /"(?:session\.created|response\.created|response\.done|error|conversation\.item\.input_audio_transcription\.completed)"/,
  start: () => {
    let isTranscription = false
    const readTurn = (turn: Usage | undefined): Fact => ({ isSpeaking: false, ...(turn !== undefined && { turn }) })
    const created = (message: Json): Fact => {
      const session = recordIn(message, 'session')
      isTranscription = session['type'] === 'transcription'
      const [model, upstreamId] = [wordIn(session, 'model'), wordIn(session, 'id')]
      return { ...(model !== undefined && { model }), ...(upstreamId !== undefined && { upstreamId }) }
    }
    return {
      read: message => {
        switch (message['type']) {
          case 'session.created':
            return created(message)
          case 'response.created':
            return { isSpeaking: true }
          case 'error':
            return { error: recordIn(message, 'error') }
          case 'response.done':
            return readTurn(realtimeUsage(recordIn(message, 'response')['usage']))
          case 'conversation.item.input_audio_transcription.completed':
            // Beside a model that speaks, another one writes down what it hears, at a price of its own.
            return isTranscription ? readTurn(heardUsage(message['usage'])) : none
          default:
            return none
        }
      },
      end: () => none,
    }
  },
}

/** Live has other names for what was answered. */
const asAnswered = (usage: Json): Json => ({
  ...usage,
  candidatesTokenCount: usage['candidatesTokenCount'] ?? usage['responseTokenCount'],
  candidatesTokensDetails: usage['candidatesTokensDetails'] ?? usage['responseTokensDetails'],
})

/** Gemini's Live: counts are of the turn so far, which `turnComplete` ends. */
export const liveReckoning: Reckoning = {
  words: /"(?:usageMetadata|usage_metadata|turnComplete|turn_complete|setupComplete)"/,
  start: () => {
    let pending: Usage | undefined
    const close = (): Fact => {
      const turn = pending
      pending = undefined
      return turn === undefined ? none : { turn }
    }
    return {
      read: message => {
        const usage = message['usageMetadata']
        if (isRecord(usage)) pending = readGeminiUsage(asAnswered(usage)) ?? pending
        const session = wordIn(recordIn(message, 'setupComplete'), 'sessionId')
        if (recordIn(message, 'serverContent')['turnComplete'] === true) return close()
        return session === undefined ? none : { upstreamId: session }
      },
      end: close,
    }
  },
}

const sumOf = (one: number | undefined, other: number | undefined) => tokens((one ?? 0) + (other ?? 0))

/** Two turns as one. */
export const addUsage = (one: Usage | undefined, other: Usage): Usage => {
  if (one === undefined) return other
  const seconds = (one.units?.seconds ?? 0) + (other.units?.seconds ?? 0)
  return {
    input: sumOf(one.input, other.input),
    inputCached: sumOf(one.inputCached, other.inputCached),
    inputCacheWritten: sumOf(one.inputCacheWritten, other.inputCacheWritten),
    output: sumOf(one.output, other.output),
    reasoning: sumOf(one.reasoning, other.reasoning),
    inputAudio: sumOf(one.inputAudio, other.inputAudio),
    inputAudioCached: sumOf(one.inputAudioCached, other.inputAudioCached),
    outputAudio: sumOf(one.outputAudio, other.outputAudio),
    inputImage: sumOf(one.inputImage, other.inputImage),
    outputImage: sumOf(one.outputImage, other.outputImage),
    ...(seconds > 0 && { units: { seconds } }),
  }
}

/** Statuses that mean what these codes do, so that a reason is understood as an error's words are. */
const statuses: Readonly<Record<number, number>> = { 1011: 500, 1012: 503, 1013: 503, 1014: 502 }
/** These too, as long as nothing was said or where a key is named: a credential with which a conversation began was accepted. */
const refusals: Readonly<Record<number, number>> = { 3000: 401, 3003: 403 }

/** What it takes to understand why a conversation went wrong. */
export interface TurnReading {
  readonly who: string
  readonly reckoning: Reckoning
  /** What an error with this status and body means. */
  readonly failureIn: (status: number, body: string) => Failure
}

const bodyOf = (error: Json): string => JSON.stringify({ error })

/** What a close means that is no goodbye; once there was something to see, a fault of theirs is a break. */
const failureOf = ({ who, failureIn }: TurnReading, { code, reason }: Closing, isBegun: boolean): Failure => {
  // Who goes away in the middle of what it says has not said it.
  const refused = isBegun && !/key|credential/i.test(reason) ? undefined : refusals[code]
  const status = code === 1001 ? 500 : (statuses[code] ?? refused ?? 400)
  const said = reason === '' ? '' : ` (${reason})`
  const told = failureIn(status, bodyOf({ message: `the conversation was closed with ${code}${said}` }))
  return isBegun && status >= 500 && code !== 1013
    ? { kind: 'stream-broken', message: `${who} closed the conversation with ${code}${said}` }
    : told
}

/** A reader for one conversation. */
export const readTurns = (reading: TurnReading): AnswerReader => {
  const { reckoning, failureIn } = reading
  const reader = reckoning.start()
  const decoder = new TextDecoder()
  let sum: Usage | undefined
  let isBegun = false
  let isSpeaking = false
  const told = ({ model, upstreamId, turn, isSpeaking: speaks = isSpeaking }: Fact): Delivery => {
    isSpeaking = speaks
    if (turn !== undefined) sum = addUsage(sum, turn)
    return {
      ...nothing,
      ...(model !== undefined && { model }),
      ...(upstreamId !== undefined && { upstreamId }),
      ...(turn !== undefined && { turn, usage: sum }),
    }
  }
  const factOf = (chunk: Uint8Array): Fact => {
    const text = decoder.decode(chunk)
    const json = reckoning.words.test(text) ? parseJson(text) : undefined
    return isRecord(json) ? reader.read(json) : none
  }
  return {
    lane: 'express',
    push(chunk: Uint8Array, form: MessageForm = 'text') {
      const fact = factOf(chunk)
      // A first message that is an error is no beginning: another may still be asked.
      if (fact.error !== undefined && !isBegun) return { ...nothing, failure: failureIn(400, bodyOf(fact.error)) }
      isBegun = true
      return { ...told(fact), bytes: chunk, form, content: true }
    },
    end({ code, reason }: Closing = { code: 1006, reason: '' }) {
      // Providers repeat keys in reasons as they do in errors.
      const closing = { code, reason: redact(reason) }
      const last = { ...told(reader.end()), closing }
      if (isFarewell(closing) && !(isSpeaking && closing.code === 1001)) return { ...last, ended: true }
      return { ...last, failure: failureOf(reading, closing, isBegun) }
    },
  }
}
