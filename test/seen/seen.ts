/** What an answer says, as a reader finds it who knows the published documentation of its format and nothing of the code. */
import type { Answer } from '../../src/domain/response.ts'
import type { FinishReason, StreamEvent } from '../../src/domain/stream-event.ts'

export type Json = Readonly<Record<string, unknown>>

/** Words of all choices in order; calls in order; how it ended; input, cached, output and reasoning tokens. */
export interface Seen {
  readonly text: string
  readonly thoughts: string
  readonly refusal: string
  readonly calls: readonly (readonly [name: string, input: unknown])[]
  readonly finish: readonly FinishReason[]
  readonly usage: readonly number[] | undefined
}
/** Reads a whole answer, and the payloads of a streamed one in order. */
export interface Reader {
  whole(body: Json): Seen
  streamed(events: readonly Payload[]): Seen
}
/** One event of a stream; `name` where the form names its events. */
export interface Payload {
  readonly name?: string
  readonly body: Json
}

export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
export const record = (value: unknown): Json => (isRecord(value) ? value : {})
export const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
export const words = (value: unknown): string => (typeof value === 'string' ? value : '')
/** A member, however deep; undefined where there is none. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)
/** A number, or a number in words; 0 for anything else. */
export const count = (value: unknown, path: string): number => Number(at(value, path) ?? 0)

/** Arguments of a call: JSON in words, or a value; nothing at all is an empty object. */
export const inputOf = (value: unknown): unknown => {
  if (value === undefined || value === null || value === '' || value === 'null') return {}
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    // Some tools are called with plain words.
    return value
  }
}

/** The same in the words of the house. */
export const seenIn = (answer: Answer): Seen => {
  const parts = answer.choices.flatMap(choice => choice.parts)
  const all = (type: 'text' | 'reasoning' | 'refusal'): string =>
    parts.map(part => (part.type === type && 'text' in part ? part.text : '')).join('')
  const { usage } = answer
  return {
    text: all('text'),
    thoughts: all('reasoning'),
    refusal: all('refusal'),
    calls: parts.flatMap(part => (part.type === 'tool-call' ? [[part.name, inputOf(part.input)] as const] : [])),
    finish: answer.choices.flatMap(({ reason }) => reason ?? []),
    usage: usage && [usage.input, usage.inputCached, usage.output, usage.reasoning],
  }
}

/** All events of these deliveries. */
export const eventsOf = (deliveries: readonly { readonly events?: readonly StreamEvent[] }[]): readonly StreamEvent[] =>
  deliveries.flatMap(({ events }) => events ?? [])
