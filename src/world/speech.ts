/** How the world listens and speaks: what is asked, what is replied, and what a wire format must be able to do. */
import type { WorldModel } from './models.ts'
import type { Limited } from './switches.ts'

export type Json = Readonly<Record<string, unknown>>
export const isJson = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
/** The value as a list; anything else is an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** A tool that the request offers. */
export interface OfferedTool {
  readonly name: string
  readonly schema: unknown
}

/** A request as the world understands it. */
export interface Asked {
  readonly model: WorldModel
  readonly stream: boolean
  /** The text of the last user message that has one. */
  readonly text: string
  readonly inputTokens: number
  readonly maxTokens?: number
  readonly stops: readonly string[]
  readonly tools: readonly OfferedTool[]
  /** Set if a tool must be called: its name, or `any`. */
  readonly mustCall?: { readonly name?: string }
  /** The JSON schema that the answer must fit, or `true` for any JSON object. */
  readonly schema?: unknown
  readonly choices: number
  readonly includeUsage: boolean
  readonly images: number
  /** The form of the answer, where the path says it. */
  readonly form?: string
  readonly body: Json
}

/** What is wrong with a request, or with the world. */
export interface Complaint {
  readonly status: number
  readonly kind:
    | 'invalid'
    | 'context'
    | 'unauthenticated'
    | 'missing'
    | 'model-missing'
    | 'too-large'
    | 'rate-limited'
    | 'broken'
    | 'unavailable'
    | 'overloaded'
  readonly message: string
  readonly param?: string
  readonly code?: string
  /** Seconds after which there is room again. */
  readonly retryAfter?: number
}

export type Understood =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly complaint: Complaint }

export interface ToolCall {
  readonly name: string
  /** As JSON. */
  readonly input: string
}

/** A whole reply, before it is written in a wire format. */
export interface Reply {
  /** 32 random hexadecimal digits, from which a format makes its own kind of ids. */
  readonly seed: string
  readonly createdAt: number
  readonly asked: Asked
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly refusal?: string
  /** What the model thought before it spoke, where a script says so. */
  readonly thought?: string
  readonly finish: 'stop' | 'length' | 'stop-sequence' | 'calls' | 'refusal'
  /** The stop sequence that ended it. */
  readonly stop?: string
  readonly inputTokens: number
  /** Without those of thoughts. */
  readonly outputTokens: number
  readonly thoughtTokens: number
  /** Cuts a text as the model would stream it. */
  cut(text: string): readonly string[]
}

/** One piece of an answer as it goes out. */
export interface Frame {
  readonly data: string | Uint8Array
  /** How many tokens the model had to make for it; 0 for what only frames the answer. */
  readonly tokens: number
}

/** What a path asks for; some name the model and the form of the answer in it. */
export type Route =
  | { readonly to: 'chat' | 'count'; readonly model?: string; readonly form?: string }
  | { readonly to: 'models' }
  | { readonly to: 'model'; readonly id: string }

/** What can go wrong with a request before its body is understood. */
export type Unread =
  | { readonly what: 'not-json' }
  | { readonly what: 'not-object' }
  | { readonly what: 'too-large' }
  | { readonly what: 'wrong-key'; readonly key: string }
  | { readonly what: 'missing' | 'wrong-method'; readonly method: string; readonly path: string }
  | { readonly what: 'model-missing'; readonly model: string }

/** A provider's trouble of its own. */
export type Trouble = 'broken' | 'unavailable' | 'overloaded'

/** How a provider says no. */
export interface Manners {
  /** Of a request that was not understood. */
  unread(what: Unread): Complaint
  /** Of an input that the model's window cannot hold. */
  tooLong(model: WorldModel, inputTokens: number): Complaint
  /** Of a request over the limit. */
  limited(model: WorldModel, limited: Limited): Complaint
  /** Of itself. */
  trouble(what: Trouble, status: number): Complaint
  /** What its headers tell of a limit; `now` is in milliseconds. */
  limitHeaders(limited: Limited, now: number): Readonly<Record<string, string>>
}

/** What is known of a request before its body is understood. */
export interface Envelope {
  readonly method: string
  /** As it came, with escapes and the query. */
  readonly url: string
  readonly headers: Headers
}

/** A provider, whatever it is asked: who it is, whom it lets in, how it says no. */
export interface Voice {
  /** The first part of its paths, e.g. `/openai/v1`. */
  readonly prefix: string
  readonly provider: string
  readonly manners: Manners
  /** The key that the request carries in this provider's own way. */
  key(headers: Headers, query: URLSearchParams): string | undefined
  /** What is wrong with a request that carries no such key, or with its other headers. */
  unwelcome(headers: Headers, key: string | undefined): Complaint | undefined
  /** What is wrong with a signature over the whole request, where requests are signed; without a secret any will do. */
  forged?(envelope: Envelope, body: Uint8Array, secret: string | undefined): Complaint | undefined
  headers(seed: string): Readonly<Record<string, string>>
  /** An error body; some providers write it by the address that was asked. */
  error(complaint: Complaint, seed: string, url: string): unknown
  /** What an error carries in headers, beside `retry-after`. */
  errorHeaders?(complaint: Complaint): Readonly<Record<string, string>>
  /** Tells when to come back in the error's body alone, or nowhere. */
  readonly tellsRetryInBody?: boolean
}

/** A wire format for chats, both ways. */
export interface Speech extends Voice {
  route(method: string, path: string, query: URLSearchParams): Route | undefined
  understand(body: Json, models: readonly WorldModel[], route: Route): Understood
  whole(reply: Reply): unknown
  stream(reply: Reply): Iterable<Frame>
  /** What an answer carries in headers beside the usual. */
  answerHeaders?(reply: Reply): Readonly<Record<string, string>>
  /** The content type of a stream; server-sent events unless told. */
  streamType?(asked: Asked): string
  /** The answer to a request that only wants its tokens counted. */
  counted(asked: Asked): Json
  /** The models, where this is the format that lists them. */
  list?(models: readonly WorldModel[]): Json
  single?(model: WorldModel): Json
  /** An error in the middle of a stream. */
  errorFrame(complaint: Complaint, seed: string, place: ErrorPlace): string | Uint8Array
  /** The answer as it can be asked for later, where the provider keeps it. */
  keep?(reply: Reply): KeptAnswer | undefined
}

/** Where an error comes in the middle of a stream. */
export interface ErrorPlace {
  readonly asked: Asked
  /** How many frames came before it. */
  readonly sent: number
}

/** An answer that can be asked for again by its id. */
export interface KeptAnswer {
  readonly id: string
  readonly model: WorldModel
  readonly value: unknown
}

/** A complaint, as what became of understanding. */
export const complain = (complaint: Complaint): Understood => ({ ok: false, complaint })
/** The value of a header that should come once. */
export const headerOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
/** The key of an `authorization: Bearer …` header. */
export const bearerOf = (headers: Headers): string | undefined => {
  const found = /^bearer\s+(\S+)\s*$/i.exec(headerOf(headers, 'authorization') ?? '')
  return found?.[1]
}
