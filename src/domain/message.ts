/** Message and its parts. */
import type { DialectId } from './ids.ts'

/** Fields that only one dialect knows, by dialect, kept word for word. */
export type Extensions = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Ask the provider to cache the prompt up to and including this place. */
export interface CacheMark {
  readonly ttl?: string
}

interface Carried {
  readonly extensions?: Extensions
  readonly cache?: CacheMark
}

export type MediaSource =
  | { readonly url: string }
  | { readonly base64: string }
  | { readonly fileId: string }
  /** Plain text given as a file. */
  | { readonly text: string }

/** True for an address in one cloud's own storage, which nobody outside of that cloud can read. */
export const isInCloud = (url: string): boolean => /^(?:s3|gs):\/\//i.test(url)

export interface TextPart extends Carried {
  readonly type: 'text'
  readonly text: string
}
export interface MediaPart extends Carried {
  readonly type: 'image' | 'audio' | 'file'
  /** An IANA media type, or '' where the sender did not say. */
  readonly mediaType: string
  readonly source: MediaSource
  readonly name?: string
}
export interface ReasoningPart extends Carried {
  readonly type: 'reasoning'
  readonly text: string
  /** Proof by the provider that it wrote this; worthless to any other provider. */
  readonly signature?: string
  /** Encrypted reasoning in place of text. */
  readonly redacted?: string
}
export interface RefusalPart extends Carried {
  readonly type: 'refusal'
  readonly text: string
}
export interface ToolCallPart extends Carried {
  readonly type: 'tool-call'
  readonly callId: string
  readonly name: string
  /** JSON text as the model wrote it; '' means no arguments. */
  readonly input: string
}
export interface ToolResultPart extends Carried {
  readonly type: 'tool-result'
  readonly callId: string
  readonly output: readonly Part[]
  readonly isError: boolean
}
/** A block that only one dialect knows, whole: carried within it, a loss elsewhere. */
export interface OpaquePart extends Carried {
  readonly type: 'opaque'
  readonly dialect: DialectId
  /** The block's own type, e.g. `server_tool_use`. */
  readonly kind: string
  readonly value: unknown
  /** What it says in words, where another dialect can at least tell those. */
  readonly words?: string
  /** The request makes no sense without it, so that only its own dialect can be asked. */
  readonly isEssential?: true
}

export type Part = TextPart | MediaPart | ReasoningPart | RefusalPart | ToolCallPart | ToolResultPart | OpaquePart

export interface Message {
  /** OpenAI's `developer` is `system` with the word kept in `extensions`. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly parts: readonly Part[]
  readonly extensions?: Extensions
}
