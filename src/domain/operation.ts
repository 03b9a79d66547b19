/** Operations beyond chat: what is asked, and what is answered, in nobody's dialect. */
import type { SocketMessage } from './conversation.ts'
import type { Extensions, Part } from './message.ts'
import type { Usage } from './stream-event.ts'
import type { Tokens } from './units.ts'

/** Everything that may be asked of a model; `count-tokens` asks how long a chat request is, `passthrough` anything else. */
export const operations = [
  'chat',
  'embeddings',
  'rerank',
  'moderations',
  'images',
  'image-edits',
  'speech',
  'transcriptions',
  'translations',
  'count-tokens',
  'realtime',
  'passthrough',
] as const
export type Operation = (typeof operations)[number]

/** Bytes that are not held in memory: they can be opened again for another attempt. */
export interface ByteSource {
  /** How many; undefined if nobody knows before they have been read. */
  readonly length?: number
  /** From the first byte. */
  open(): AsyncIterable<Uint8Array>
  /** True once its beginning is gone, so that it cannot be opened again; absent: never. */
  isSpent?(): boolean
}

/** A file that came with a request. */
export interface Upload {
  readonly name: string
  /** An IANA media type, or '' where the sender did not say. */
  readonly mediaType: string
  readonly bytes: ByteSource
}

/** What came of a form: its fields in their order, and its files. */
export interface ReceivedForm {
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly files: readonly { readonly name: string; readonly file: Upload }[]
}

/** What every body beyond chat has. */
interface Common {
  /** What the client asked for: a pool, an alias or a model. */
  readonly target: string
  readonly stream: boolean
  readonly streamUsage: boolean
  readonly endUser?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Fields that only one dialect knows, by dialect, word for word. */
  readonly extensions: Extensions
}

/** How the numbers of a vector may be written: as floats, or in a byte or a bit each. */
export type VectorForm = 'float' | 'base64' | 'int8' | 'uint8' | 'binary' | 'ubinary'
/** Those of which a provider gives numbers of fewer bits. */
export type Quantized = Exclude<VectorForm, 'float' | 'base64'>

/** A text, token ids, or a text with pictures. */
export type EmbeddingInput = string | readonly number[] | readonly Part[]

export interface EmbeddingsBody extends Common {
  readonly operation: 'embeddings'
  readonly inputs: readonly EmbeddingInput[]
  /** How long each vector shall be; undefined for the model's own length. */
  readonly dimensions?: number
  readonly encoding: 'float' | 'base64'
  /** Where other forms than floats, or several, are asked for; absent: as `encoding` says. */
  readonly forms?: readonly VectorForm[]
  /** What the vectors are for, where the model makes a difference. */
  readonly purpose?:
    | 'query'
    | 'document'
    | 'classification'
    | 'clustering'
    | 'similarity'
    | 'code-query'
    | 'question'
    | 'fact'
  /** What to do with an input that is too long: cut its end or its start, or refuse. */
  readonly truncate?: 'end' | 'start' | 'none'
}

export interface RerankBody extends Common {
  readonly operation: 'rerank'
  readonly query: string
  /** Texts, or records of which the whole or some fields are ranked. */
  readonly documents: readonly (string | Readonly<Record<string, unknown>>)[]
  readonly topN?: number
  readonly returnDocuments?: boolean
}

export interface ModerationsBody extends Common {
  readonly operation: 'moderations'
  readonly inputs: readonly (readonly Part[])[]
}

export interface ImagesBody extends Common {
  readonly operation: 'images' | 'image-edits'
  readonly prompt: string
  readonly count: number
  /** `1024x1024` or a word such as `auto`. */
  readonly size?: string
  /** `16:9`, where the size is told so. */
  readonly aspectRatio?: string
  readonly quality?: string
  readonly style?: string
  readonly background?: string
  /** How the client wants to get each image. */
  readonly format?: 'url' | 'base64'
  /** `png`, `jpeg`, `webp`. */
  readonly fileType?: string
  readonly negativePrompt?: string
  readonly seed?: number
  /** The pictures to edit, and what of the first may change. */
  readonly images: readonly Upload[]
  readonly mask?: Upload
}

export interface SpeechBody extends Common {
  readonly operation: 'speech'
  readonly text: string
  readonly voice: string
  readonly instructions?: string
  /** `mp3`, `opus`, `aac`, `flac`, `wav`, `pcm`. */
  readonly fileType: string
  /** 1 is the usual pace. */
  readonly speed?: number
}

export interface TranscriptionBody extends Common {
  readonly operation: 'transcriptions' | 'translations'
  readonly file: Upload
  /** ISO-639-1, of what is heard. */
  readonly language?: string
  readonly prompt?: string
  readonly temperature?: number
  /** `json`, `text`, `srt`, `verbose_json`, `vtt`, `diarized_json`. */
  readonly format: string
  readonly timestamps?: readonly ('word' | 'segment')[]
}

/** A conversation over a socket: what is said on it is the provider's dialect. */
export interface RealtimeBody extends Common {
  readonly operation: 'realtime'
  readonly protocol: 'openai-realtime' | 'gemini-live'
  /** What else the address says, without the model and without keys. */
  readonly query?: string
  /** Headers of the protocol that go along: name, value, … */
  readonly headers?: readonly string[]
  /** What the client says before it is answered, where that is what tells the model. */
  readonly opening?: SocketMessage
}

/** Anything else that a provider offers, as it comes. */
export interface PassthroughBody extends Common {
  readonly operation: 'passthrough'
  readonly provider: string
  readonly method: string
  /** Behind the provider's address, with its query. */
  readonly path: string
  readonly headers: readonly string[]
  readonly content?: ByteSource
}

export type OperationBody =
  | EmbeddingsBody
  | RerankBody
  | ModerationsBody
  | ImagesBody
  | SpeechBody
  | TranscriptionBody
  | RealtimeBody
  | PassthroughBody

/** Numbers, or the same as the provider packed them: base64 of little-endian 32-bit floats. */
export type Vector = readonly number[] | { readonly base64: string }

export interface RankedDocument {
  /** Its place in the request. */
  readonly index: number
  /** Higher is nearer to the query. */
  readonly score: number
  readonly document?: string | Readonly<Record<string, unknown>>
}

export interface Judged {
  readonly flagged: boolean
  readonly categories: Readonly<Record<string, boolean>>
  readonly scores: Readonly<Record<string, number>>
  readonly extensions?: Extensions
}

export interface MadeImage {
  readonly base64?: string
  readonly url?: string
  readonly mediaType?: string
  readonly revisedPrompt?: string
}

export interface Heard {
  readonly text: string
  readonly language?: string
  readonly seconds?: number
  /** Each with `start` and `end` in seconds, and what else the provider tells. */
  readonly segments?: readonly Readonly<Record<string, unknown>>[]
  readonly words?: readonly Readonly<Record<string, unknown>>[]
}

export type Result =
  | {
      readonly type: 'embeddings'
      /** Floats; none where only other forms were asked for. */
      readonly vectors: readonly Vector[]
      readonly quantized?: Readonly<Partial<Record<Quantized, readonly (readonly number[])[]>>>
    }
  | { readonly type: 'rerank'; readonly ranked: readonly RankedDocument[] }
  | { readonly type: 'moderations'; readonly judged: readonly Judged[] }
  | { readonly type: 'images'; readonly images: readonly MadeImage[] }
  | { readonly type: 'transcript'; readonly heard: Heard }
  | { readonly type: 'token-count'; readonly input: Tokens }
  /** Sound, or a text in the client's own form: the whole answer as it is. */
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly mediaType: string }

/** A whole answer to an operation beyond chat. */
export interface OperationAnswer {
  readonly result: Result
  readonly model?: string
  readonly upstreamId?: string
  /** Seconds since the epoch, as the provider told it. */
  readonly created?: number
  readonly usage?: Usage
  /** Why the provider would not do it, where it said so instead of failing. */
  readonly refused?: string
  /** What only one dialect knows of the answer as a whole, word for word. */
  readonly extensions?: Extensions
}
