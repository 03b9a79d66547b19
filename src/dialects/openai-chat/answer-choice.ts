/** One choice of an answer while its deltas come in, told as events; a whole message is one delta. */
import type { Extensions } from '../../domain/message.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { closeCalls, readCalls, readLegacyCall } from './answer-calls.ts'
import type { At, Calls } from './answer-calls.ts'
import { closeThought, readThought } from './answer-thoughts.ts'
import type { OpenThought } from './answer-thoughts.ts'
import { finishReason } from './finish.ts'
import { thinkingText } from './parts.ts'
import { readThoughts, thoughtMembers } from './thoughts.ts'
import type { Thought } from './thoughts.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, without } from '../fields.ts'
import { carried, joined, openaiChatId } from './wire.ts'

/** A choice that is open. */
export interface OpenChoice {
  readonly at: At
  readonly calls: Calls
  blocks: number
  /** Block numbers of the text and of the refusal, once they have begun. */
  text: number | undefined
  refusal: number | undefined
  thought: OpenThought | undefined
  audio: Json | undefined
  /** Log probabilities that no event has taken along yet. */
  logprobs: unknown
  finish: string | undefined
  /** Members of the choice, and of its message, that have no other place. */
  others: Json | undefined
  message: Json | undefined
}

/** A choice of which nothing was read yet. */
export const openChoice = (index: number): OpenChoice => {
  const choice: OpenChoice = {
    at: index === 0 ? {} : { choice: index },
    calls: { all: [], nextBlock: () => choice.blocks++ },
    blocks: 0,
    text: undefined,
    refusal: undefined,
    thought: undefined,
    audio: undefined,
    logprobs: undefined,
    finish: undefined,
    others: undefined,
    message: undefined,
  }
  return choice
}

const none: readonly StreamEvent[] = []
const known = {
  choice: new Set(['index', 'delta', 'message', 'finish_reason', 'logprobs', 'usage']),
  message: new Set(
    ['role', 'content', 'refusal', 'tool_calls', 'function_call', 'audio', 'images'].concat(thoughtMembers),
  ),
}

const isEmpty = (value: unknown): boolean =>
  isAbsent(value) || value === '' || (Array.isArray(value) && value.length === 0)
/** The members not named that say something, joined to those before. */
const gathered = (before: Json | undefined, record: Json, names: ReadonlySet<string>): Json | undefined => {
  const rest = without(record, names)
  if (rest === undefined) return before
  const telling = Object.entries(rest).filter(([, value]) => !isEmpty(value))
  if (telling.length === 0) return before
  const more = Object.fromEntries(telling)
  const both = before === undefined ? more : joined(before, more)
  return isRecord(both) ? both : before
}

const endThought = (choice: OpenChoice): readonly StreamEvent[] => {
  const { thought } = choice
  choice.thought = undefined
  return thought === undefined ? none : closeThought(thought, choice.at)
}

/** Log probabilities go along with the first words that come with them. */
const takeLogprobs = (choice: OpenChoice): { readonly extensions?: Extensions } => {
  const { logprobs } = choice
  choice.logprobs = undefined
  return logprobs === undefined ? {} : { extensions: { [openaiChatId]: { logprobs } } }
}

const growText = (choice: OpenChoice, text: string): readonly StreamEvent[] => {
  if (text === '') return none
  const events: StreamEvent[] = choice.thought === undefined ? [] : [...endThought(choice)]
  if (choice.text === undefined) {
    choice.text = choice.blocks++
    events.push({ type: 'text-start', block: choice.text, ...choice.at })
  }
  events.push({ type: 'text-delta', block: choice.text, ...choice.at, text, ...takeLogprobs(choice) })
  return events
}
const growRefusal = (choice: OpenChoice, text: unknown): readonly StreamEvent[] => {
  if (!isWord(text)) return none
  choice.refusal ??= choice.blocks++
  const told: StreamEvent = {
    type: 'refusal-delta',
    block: choice.refusal,
    ...choice.at,
    text,
    ...takeLogprobs(choice),
  }
  return [...endThought(choice), told]
}
const think = (choice: OpenChoice, thought: Thought, isWhole: boolean): readonly StreamEvent[] => {
  const read = readThought(choice.thought, thought, { choice, isWhole })
  choice.thought = read.open
  return read.events
}

const opaque = (choice: OpenChoice, kind: string, value: unknown): StreamEvent => {
  const block = choice.blocks++
  return { type: 'opaque', block, ...choice.at, dialect: openaiChatId, kind, value }
}

/** A part of content that comes as a list: words, Mistral's thinking, or what only this dialect knows. */
const growPart = (choice: OpenChoice, part: unknown, isWhole: boolean): readonly StreamEvent[] => {
  if (typeof part === 'string') return growText(choice, part)
  if (!isRecord(part)) return none
  const { type, text, thinking, signature } = part
  if (type === 'text' || type === 'output_text') return typeof text === 'string' ? growText(choice, text) : none
  if (type === 'refusal') return growRefusal(choice, part['refusal'])
  if (type !== 'thinking') return [...endThought(choice), opaque(choice, isWord(type) ? type : '', part)]
  const words = thinkingText(thinking)
  const thought = { ...(words !== '' && { text: words }), ...(isWord(signature) && { signature }) }
  return Object.keys(thought).length === 0 ? none : think(choice, thought, isWhole)
}
const growContent = (choice: OpenChoice, content: unknown, isWhole: boolean): readonly StreamEvent[] => {
  if (typeof content === 'string') return growText(choice, content)
  return Array.isArray(content) ? content.flatMap((part: unknown) => growPart(choice, part, isWhole)) : none
}

/** Pieces of sound add up: their data and their words are joined. */
const growAudio = (choice: OpenChoice, audio: unknown): void => {
  if (!isRecord(audio) || Object.values(audio).every(value => isEmpty(value) || value === 0)) return
  const before = choice.audio ?? {}
  const pieces = ['data', 'transcript'].flatMap(key => {
    const [old, more] = [before[key], audio[key]]
    return isWord(old) && isWord(more) ? [[key, old + more] as const] : []
  })
  choice.audio = { ...before, ...audio, ...Object.fromEntries(pieces) }
}

const growCalls = (choice: OpenChoice, delta: Json, isWhole: boolean): readonly StreamEvent[] => {
  const events = [
    ...readCalls(choice.calls, delta['tool_calls'], choice.at, isWhole),
    ...readLegacyCall(choice.calls, delta['function_call'], choice.at),
  ]
  return events.length === 0 ? none : [...endThought(choice), ...events]
}

const growDelta = (choice: OpenChoice, delta: Json, isWhole: boolean): readonly StreamEvent[] => {
  const { images, content } = delta
  // Most deltas are words and nothing else.
  if (typeof content === 'string' && Object.keys(delta).length === 1) return growText(choice, content)
  growAudio(choice, delta['audio'])
  choice.message = gathered(choice.message, delta, known.message)
  return [
    ...readThoughts(delta).flatMap(thought => think(choice, thought, isWhole)),
    ...growContent(choice, content, isWhole),
    ...growRefusal(choice, delta['refusal']),
    ...growCalls(choice, delta, isWhole),
    ...(Array.isArray(images) ? images.map((image: unknown) => opaque(choice, 'images', image)) : none),
  ]
}

/** Reads an entry of `choices`; `isWhole` for one of a whole answer. */
export const growChoice = (choice: OpenChoice, entry: Json, isWhole: boolean): readonly StreamEvent[] => {
  // Perplexity tells both: in a stream the whole message so far beside each delta, in a whole answer an empty delta.
  const [first, second] = isWhole ? [entry['message'], entry['delta']] : [entry['delta'], entry['message']]
  const delta = isRecord(first) ? first : second
  if (!isAbsent(entry['logprobs'])) choice.logprobs = joined(choice.logprobs, entry['logprobs'])
  const events = isRecord(delta) ? growDelta(choice, delta, isWhole) : none
  choice.others = gathered(choice.others, entry, known.choice)
  const finish = entry['finish_reason']
  // In a stream an empty word says that the answer goes on.
  if (isWord(finish) || (isWhole && finish === '')) choice.finish = finish
  return events
}

const endOf = (choice: OpenChoice): StreamEvent => {
  const { finish, logprobs, message } = choice
  const own = {
    ...choice.others,
    ...(logprobs !== undefined && { logprobs }),
    ...(message !== undefined && { message }),
  }
  return {
    type: 'choice-end',
    ...choice.at,
    reason: finishReason(finish, choice.calls.all.length > 0),
    ...(finish !== undefined && { raw: finish }),
    ...carried(Object.keys(own).length === 0 ? undefined : own),
  }
}

/** The last events of a choice: what is open is closed. */
export const closeChoice = (choice: OpenChoice): readonly StreamEvent[] => {
  const { text, audio, at } = choice
  const events: StreamEvent[] = [...endThought(choice)]
  if (text !== undefined) events.push({ type: 'text-end', block: text, ...at })
  for (const event of closeCalls(choice.calls, at)) events.push(event)
  if (audio !== undefined) events.push(opaque(choice, 'audio', audio))
  events.push(endOf(choice))
  return events
}

/** True if something of the answer was read that no event has told yet. */
export const holdsBack = ({ audio, calls }: OpenChoice): boolean =>
  audio !== undefined || calls.all.some(({ isTold }) => !isTold)
