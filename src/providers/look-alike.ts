/** What is known of one provider that speaks OpenAI's dialect: as plain data. */
import type { Prefill } from './go-on.ts'
import type { Quirks } from './quirks.ts'
import type { LimitFamily } from './rates.ts'

/** What a provider may offer beside chat completions: an operation, or chats in another dialect. */
export const doors = [
  'completions',
  'responses',
  'messages',
  'embeddings',
  'rerank',
  'moderations',
  'images',
  'image-edits',
  'speech',
  'transcriptions',
  'translations',
] as const
export type Door = (typeof doors)[number]

/** Where OpenAI's own API has each of them, below the address with `/v1`. */
export const usualPaths: Readonly<Record<Door, string>> = {
  completions: '/completions',
  responses: '/responses',
  messages: '/messages',
  embeddings: '/embeddings',
  rerank: '/rerank',
  moderations: '/moderations',
  images: '/images/generations',
  'image-edits': '/images/edits',
  speech: '/audio/speech',
  transcriptions: '/audio/transcriptions',
  translations: '/audio/translations',
}

/** Where a stream tells its usage. */
export type UsagePlace =
  /** In a chunk of its own, where `stream_options` asks for it. */
  | 'asked'
  /** In the last chunk that has choices, unasked. */
  | 'last'
  /** In every chunk, so far. */
  | 'every'
  /** In Groq's `x_groq` of the last chunk, and where `stream_options` asks for it. */
  | 'x_groq'

export interface LookAlike {
  /** The address as OpenAI's client takes it as its base; `{account}` stands for the provider's `account`. Absent where every installation has its own. */
  readonly url?: string
  /** Such an address, for those that have no own. */
  readonly example?: string
  /** Its name in telemetry, if it differs from the type's. */
  readonly system?: string
  /** Where its API is described. */
  readonly docs: string
  /** It runs on one's own machines: it needs no key, and its models can be asked for. */
  readonly isSelfHosted?: boolean
  readonly quirks?: Quirks
  readonly usage: UsagePlace
  /** The spelling of its limits in headers; absent where it tells none. */
  readonly limits?: LimitFamily
  /** What else it offers: by the usual path, or where it has it otherwise. An address with its host holds for the provider's own address only. */
  readonly also?: readonly Door[]
  readonly elsewhere?: Readonly<Partial<Record<Door, string>>>
  /** Those behind which only some of its models are: they are there, but no chat is led to them. */
  readonly partly?: readonly Door[]
  /** Whose form it speaks behind a door beyond chat, where it is not the usual one. */
  readonly forms?: Readonly<Partial<Record<Door, string>>>
  /** Formats of transcriptions that it gives; absent: all. Others are made of them where they can be. */
  readonly transcripts?: readonly string[]
  /** It takes the size of a picture as `width` and `height`. */
  readonly drawsBySides?: boolean
  /** It does not chat: it embeds, ranks or draws. */
  readonly isMute?: boolean
  /** How it tells how long a conversation is. */
  readonly counts?: 'tokenize' | 'messages' | 'estimate' | 'tokenizer'
  /** How it lets a model write on behind its own words. */
  readonly prefills?: readonly Prefill[]
  /** What it wants otherwise at its other doors. */
  readonly doorQuirks?: Readonly<Partial<Record<Door, Quirks>>>
}
