/** How a model is asked to go on from the words of an answer that broke off: as its own, or by telling it to. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Message } from '../domain/message.ts'
import type { Continuation } from '../domain/outcome.ts'
import type { ChatRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import type { Edits } from './quirks.ts'

/** How a provider lets a model write on behind its own words, for models with such names; the first row that fits counts. */
export interface Prefill {
  /** Absent: every model. */
  readonly names?: RegExp
  /**
   * `turn`: the last turn is the assistant's, and that is all. `prefix`, `partial`: that turn says so by a member of this
   * name. `final`: the body says so, for templates.
   */
  readonly form: 'turn' | 'prefix' | 'partial' | 'final'
  /** What was given comes again, in front of what is new. */
  readonly repeats?: boolean
  /** Another address, where only that one takes it. Holds for the provider's own address only. */
  readonly door?: string
}

/** Claude up to 4.5; from 4.6 on it answers 400 to a last turn of the assistant's (seen 2026-02). */
export const claudePrefills: readonly Prefill[] = [
  { names: /claude-(?:[23]|instant|(?:opus|sonnet|haiku)-4(?:[-@](?:[0-5](?!\d)|20\d{6})|$|[@:]))/, form: 'turn' },
]

/** A request that goes on, as it is sent. */
export interface Continued {
  readonly request: ChatRequest
  readonly goesOn: { readonly by: Continuation['by']; readonly repeats: boolean }
  readonly door?: string
  /** What the body wants beside; made last. */
  edits(body: Json): Edits
}

const turn = (role: 'assistant' | 'user', text: string): Message => ({ role, parts: [{ type: 'text', text }] })

/** So many of its last characters, from the beginning of a word on where there is one, are to be repeated. */
const anchorLength = 60
/** A text without white space, as in Chinese, may be cut anywhere. */
const anchorOf = (text: string): string => {
  const end = text.slice(-anchorLength)
  if (end.length === text.length) return end
  const border = end.search(/\s\S/)
  return border < 0 || border > anchorLength / 2 ? end.slice(-anchorLength / 2) : end.slice(border + 1)
}

/** Repeating a few words shows where the seam lies, spaces and halves of words included; they are cut away again. */
const instruction = (text: string): string =>
  [
    'Your last answer was cut off by a broken connection. Go on with it exactly where it stopped, to its end, in the same',
    'language, voice and format. Say nothing about the interruption, and do not begin again. Start by repeating, letter',
    'for letter, the last words between the marks, then write on right behind them:',
  ].join(' ') + `\n<last-words>${anchorOf(text)}</last-words>`

/** Rough, as everywhere before anybody has counted. */
const charactersPerToken = 4
/** What is left of the length that was asked for; a few tokens always are, since zero is refused. */
const leastLeft = 16
const shortened = (request: ChatRequest, text: string): ChatRequest['limits'] => {
  const { maxOutputTokens } = request.limits
  if (maxOutputTokens === undefined) return request.limits
  const left = maxOutputTokens - Math.ceil(text.length / charactersPerToken)
  return { ...request.limits, maxOutputTokens: tokens(Math.min(maxOutputTokens, Math.max(leastLeft, left))) }
}

/** Whoever thinks first cannot be given its first words. */
const thinks = ({ reasoning }: ChatRequest): boolean => reasoning !== undefined && reasoning.effort !== 'none'

const marked = ({ form }: Prefill, body: Json): Edits => {
  if (form === 'turn') return {}
  if (form === 'final') return { continue_final_message: true, add_generation_prompt: false }
  const messages: readonly unknown[] = Array.isArray(body['messages']) ? body['messages'] : []
  return {
    messages: messages.map((one, at) => (at === messages.length - 1 && isRecord(one) ? { ...one, [form]: true } : one)),
  }
}

/** A model that completes text goes on with what it is given: the one thing that was said, or the transcript's last word. */
const completed = (messages: readonly Message[], text: string): readonly Message[] => {
  const [only, ...more] = messages
  if (only?.role !== 'user' || more.length > 0) return [...messages, turn('assistant', text)]
  const last = only.parts.at(-1)
  if (last?.type !== 'text') return [{ ...only, parts: [...only.parts, { type: 'text', text }] }]
  return [{ ...only, parts: [...only.parts.slice(0, -1), { ...last, text: last.text + text }] }]
}

/** How a model can be asked. */
interface Ways {
  readonly prefills: readonly Prefill[]
  /** It completes text, and knows no turns. */
  readonly completes: boolean
}

/** The request as this model is asked to go on with it. */
export const continued = (asked: ChatRequest, { prefills, completes }: Ways, model: string): Continued => {
  const { goesOnFrom: text = '', ...rest } = asked
  const request = { ...rest, limits: shortened(rest, text) }
  if (completes) {
    const goesOn = { by: 'prefill', repeats: false } as const
    return { request: { ...request, messages: completed(rest.messages, text) }, goesOn, edits: () => ({}) }
  }
  const prefill = thinks(asked) ? undefined : prefills.find(({ names }) => names === undefined || names.test(model))
  if (prefill === undefined) {
    return {
      request: { ...request, messages: [...rest.messages, turn('assistant', text), turn('user', instruction(text))] },
      goesOn: { by: 'instruction', repeats: true },
      edits: () => ({}),
    }
  }
  // A last turn may not end in white space, and models write none of their own before what follows it.
  return {
    request: { ...request, messages: [...rest.messages, turn('assistant', text.trimEnd())] },
    goesOn: { by: 'prefill', repeats: prefill.repeats === true },
    ...(prefill.door !== undefined && { door: prefill.door }),
    edits: body => marked(prefill, body),
  }
}
