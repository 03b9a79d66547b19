/** Good answers in each provider's own dialect, in pieces, so that a fault can be put between any two of them. */
import { anthropicMessages } from '../../../src/dialects/anthropic-messages/index.ts'
import { serverSentEvents } from '../../../src/dialects/framing.ts'
import { gemini } from '../../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../../src/dialects/openai-chat/index.ts'
import { openaiResponses } from '../../../src/dialects/openai-responses/index.ts'
import type { StreamEvent } from '../../../src/domain/stream-event.ts'
import type { Instant } from '../../../src/domain/units.ts'
import type { Dialect } from '../../../src/ports/dialect.ts'
import { counted } from '../script-upstream.ts'

/** The dialects that upstreams speak here, by how their addresses end. */
export const tongues = {
  chat: { dialect: openaiChat, at: /\/chat\/completions$/ },
  responses: { dialect: openaiResponses, at: /\/responses$/ },
  messages: { dialect: anthropicMessages, at: /\/messages$/ },
  gemini: { dialect: gemini, at: /enerateContent/ },
} as const satisfies Record<string, { readonly dialect: Dialect; readonly at: RegExp }>
export type TongueName = keyof typeof tongues

/** What the first candidate says, and what the other one does: nothing of one is in the other. */
export const firstWords = ['Alpha ', 'bravo ', 'charlie ', 'delta']
export const spareWords = ['Whisky ', 'xray ', 'yankee ', 'zulu']

const around = (middle: readonly StreamEvent[], reason: 'stop' | 'tool-calls' | 'refused'): readonly StreamEvent[] => [
  { type: 'response-start', model: 'm', upstreamId: 'up-1', created: 1 },
  ...middle,
  { type: 'choice-end', reason },
  { type: 'usage', usage: counted(10, 4) },
  { type: 'response-end' },
]

/** An answer of these words. */
export const wordsIn = (pieces: readonly string[], reason: 'stop' | 'refused' = 'stop'): readonly StreamEvent[] =>
  around(
    [
      { type: 'text-start', block: 0 },
      ...pieces.map(text => ({ type: 'text-delta', block: 0, text }) as const),
      { type: 'text-end', block: 0 },
    ],
    reason,
  )

/** An answer that calls this tool with a city. */
export const callOf = (name: string): readonly StreamEvent[] =>
  around(
    [
      { type: 'tool-call-start', block: 0, callId: `call_${name}`, name },
      ...['{"ci', 'ty":"', 'Par', 'is"}'].map(input => ({ type: 'tool-call-delta', block: 0, input }) as const),
      { type: 'tool-call-end', block: 0 },
    ],
    'tool-calls',
  )

const contextOf = { id: 'up-1', model: 'm', now: 1000 as Instant, streamUsage: true }

/** An answer as it lies in bytes. */
export interface Script {
  /** A stream, frame by frame. */
  readonly frames: readonly string[]
  /** How many of them hold nothing that the client would see. */
  readonly before: number
  readonly stream: string
  readonly whole: string
}

/** What the client sees of an answer first: a word, or what a tool is given. */
export const isSeen = (text: string): boolean => /Alpha|Whisky|\\"ci|"args"|"city/.test(text)

/** These events in this dialect. */
export const scriptOf = (name: TongueName, events: readonly StreamEvent[]): Script => {
  const dialect: Dialect = tongues[name].dialect
  const encoder = dialect.encodeStream(contextOf)
  const joiner = (dialect.framing ?? serverSentEvents).join()
  const pieces = [...events.map(event => joiner.write(encoder.push(event))), joiner.end()]
  const stream = pieces.map(piece => Buffer.from(piece).toString()).join('')
  const frames = stream.split(/(?<=\n\n)/)
  return {
    frames,
    before: frames.findIndex(isSeen),
    stream,
    whole: JSON.stringify(dialect.encodeAnswer(events, contextOf).value),
  }
}

/** What comes before anything that the client would see; up to the first of what it would; and the rest. */
export const unseen = ({ frames, before }: Script): string => frames.slice(0, before).join('')
export const firstSeen = ({ frames, before }: Script): string => frames.slice(0, before + 1).join('')
export const rest = ({ frames, before }: Script): readonly string[] => frames.slice(before + 1)
