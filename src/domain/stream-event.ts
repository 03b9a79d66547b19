/** Every answer is a stream of these; usage; where content begins. */
import type { Failure } from './failure.ts'
import type { DialectId } from './ids.ts'
import type { Extensions } from './message.ts'
import type { Tokens } from './units.ts'

export interface Usage {
  /** All input tokens, those read from or written to a cache included. */
  readonly input: Tokens
  readonly inputCached: Tokens
  readonly inputCacheWritten: Tokens
  /** Of `inputCacheWritten`: those kept for an hour, where that costs more. */
  readonly inputCacheWrittenLong?: Tokens
  /** All output tokens, reasoning included. */
  readonly output: Tokens
  readonly reasoning: Tokens
  /** Of `input` and `output`: those of audio and of images, where they are counted apart. */
  readonly inputAudio?: Tokens
  readonly inputAudioCached?: Tokens
  readonly outputAudio?: Tokens
  readonly inputImage?: Tokens
  readonly outputImage?: Tokens
  /** What is billed by the piece. */
  readonly units?: Units
  readonly extensions?: Extensions
}
/** Pieces that are no tokens. */
export interface Units {
  readonly images?: number
  /** Seconds of audio, heard or spoken. */
  readonly seconds?: number
  /** Characters read aloud. */
  readonly characters?: number
  /** Searches of the web, or of documents to rank. */
  readonly searches?: number
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused' | 'other'

interface InBlock {
  /** Numbered from 0 in the order of start, unique within its choice. */
  readonly block: number
  /** Which of `n` answers; 0 unless several were asked for. */
  readonly choice?: number
}

/** Every answer is a stream of these; a non-streaming answer is the same events, collected. Deltas are never empty. */
export type StreamEvent =
  | {
      readonly type: 'response-start'
      readonly model: string
      readonly upstreamId?: string
      /** Seconds since the epoch, as the provider told it. */
      readonly created?: number
      /** How the request was served: `default`, `priority`, `batch`, or a word of the provider's own. */
      readonly serviceTier?: string
      readonly extensions?: Extensions
    }
  | ({ readonly type: 'text-start' | 'text-end'; readonly extensions?: Extensions } & InBlock)
  | ({ readonly type: 'text-delta'; readonly text: string; readonly extensions?: Extensions } & InBlock)
  | ({ readonly type: 'refusal-delta'; readonly text: string; readonly extensions?: Extensions } & InBlock)
  | ({ readonly type: 'reasoning-start'; readonly redacted?: string; readonly extensions?: Extensions } & InBlock)
  | ({ readonly type: 'reasoning-delta'; readonly text: string } & InBlock)
  | ({ readonly type: 'reasoning-end'; readonly signature?: string; readonly extensions?: Extensions } & InBlock)
  | ({
      readonly type: 'tool-call-start'
      readonly callId: string
      readonly name: string
      readonly extensions?: Extensions
    } & InBlock)
  | ({ readonly type: 'tool-call-delta'; readonly input: string } & InBlock)
  | ({ readonly type: 'tool-call-end' } & InBlock)
  /** A block that only one dialect knows, whole. */
  | ({ readonly type: 'opaque'; readonly dialect: DialectId; readonly kind: string; readonly value: unknown } & InBlock)
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'choice-end'
      readonly choice?: number
      readonly reason: FinishReason
      /** The provider's own word, e.g. `pause_turn`. */
      readonly raw?: string
      readonly stopSequence?: string
      readonly extensions?: Extensions
    }
  /** The clean end. Without it or `response-failed` an answer was cut off. */
  | { readonly type: 'response-end'; readonly extensions?: Extensions }
  | { readonly type: 'response-failed'; readonly failure: Failure }

export type StreamEventType = StreamEvent['type']

/** True once the client would see something: from here on, no fallback. */
export const isContent = (event: StreamEvent): boolean =>
  event.type.endsWith('-delta') ||
  event.type === 'tool-call-start' ||
  event.type === 'opaque' ||
  (event.type === 'reasoning-start' && event.redacted !== undefined)

/** How many characters of the answer this event brings. */
export const sizeOf = (event: StreamEvent): number => {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return event.text.length
    case 'tool-call-delta':
      return event.input.length
    case 'tool-call-start':
      return event.name.length
    default:
      return 0
  }
}
