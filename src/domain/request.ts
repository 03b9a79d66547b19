/** ChatRequest and its kin, by operation. */
import type { Caller } from './caller.ts'
import type { PriceCap } from './decision.ts'
import type { DialectId, RequestId, SessionId, SpanId, TraceId } from './ids.ts'
import type { Keeper, Memory } from './memory.ts'
import type { CacheMark, Extensions, Message } from './message.ts'
import type { OperationBody, ReceivedForm } from './operation.ts'
import type { Instant, Millis, MicroUsd, Tokens } from './units.ts'

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON Schema; undefined where the sender gave none. */
  readonly inputSchema?: unknown
  readonly strict?: boolean
  readonly cache?: CacheMark
  readonly extensions?: Extensions
}
/** A tool that only one dialect knows (server-side search, custom grammar): carried within it, a loss elsewhere. */
export interface OpaqueTool {
  readonly dialect: DialectId
  readonly kind: string
  readonly value: unknown
}

export type ToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly name: string }
  | { readonly oneOf: readonly string[]; readonly required: boolean }

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json'
      readonly schema: unknown
      readonly name?: string
      readonly description?: string
      readonly strict?: boolean
    }

/** How much the model should think. */
export interface ReasoningWish {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  readonly budget?: Tokens
}

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  /** Token id to bias in [-100, 100]. */
  readonly logitBias?: Readonly<Record<string, number>>
}

/** What the address of a request says that its body does not: some dialects name the model and streaming in the path. */
export interface Address {
  readonly model?: string
  readonly stream?: boolean
  /** The query as it came, without the question mark and without keys. */
  readonly query?: string
}

/** The body as it came, for the express lane. */
export interface RawBody {
  readonly dialect: DialectId
  readonly bytes: Uint8Array
  /** `bytes` parsed, never changed. */
  readonly json: Readonly<Record<string, unknown>>
  /** Protocol headers that belong to the dialect and go along on the same one, e.g. `anthropic-beta`: name, value, … */
  readonly headers?: readonly string[]
  readonly address?: Address
  /** It came as a form: `json` holds its fields, `bytes` nothing. */
  readonly form?: ReceivedForm
}

/** What a chat body says, in nobody's dialect. */
export interface ChatBody {
  readonly operation: 'chat'
  /** What the client asked for: a pool, an alias or a model. Resolved to candidates by config. */
  readonly target: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly opaqueTools?: readonly OpaqueTool[]
  /** Undefined where the sender did not say. */
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly output: OutputFormat
  readonly limits: { readonly maxOutputTokens?: Tokens; readonly stop: readonly string[] }
  readonly sampling: Sampling
  readonly reasoning?: ReasoningWish
  /** How many answers, 1 unless asked. */
  readonly choices: number
  /** How many alternatives a token; undefined = no log probabilities. */
  readonly logprobs?: number
  readonly serviceTier?: string
  readonly stream: boolean
  /** Does the client want usage at the end of a stream. Dialects that always tell it say true. */
  readonly streamUsage: boolean
  /** The end user's id as the client gave it. */
  readonly endUser?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Fields that only one dialect knows, kept word for word so the same dialect round-trips losslessly. */
  readonly extensions: Extensions
}

/** What the caller says about how to route, by header or body. */
export interface Wishes {
  readonly policy?: string
  readonly tags: Readonly<Record<string, string>>
  readonly session?: SessionId
  readonly run?: string
  /** One provider, hard. */
  readonly lock?: string
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly budgetCap?: MicroUsd
  readonly maxAttempts?: number
  readonly timeout?: Millis
  readonly task?: string
  readonly explain?: boolean
  /** Providers, deployments or models that the caller would have first. */
  readonly order?: readonly string[]
  /** Other models to ask, in this order, where the first cannot answer. */
  readonly models?: readonly string[]
  readonly sort?: 'cheap' | 'fast' | 'throughput'
  /** Sort who serves any of the models together, instead of one model's after another's. */
  readonly sortsAcross?: boolean
  /** False: nobody is asked beyond the first, or beyond `order`. */
  readonly allowFallbacks?: boolean
  readonly requireParameters?: boolean
  readonly maxPrice?: PriceCap
  /** Tags that a candidate must have, one of the values each. */
  readonly candidateTags?: Readonly<Record<string, readonly string[]>>
  /** The path of the face. */
  readonly path?: string
}

export interface TraceContext {
  readonly traceId: TraceId
  /** The caller's span, if it sent one. */
  readonly parent?: SpanId
  readonly sampled: boolean
  readonly state?: string
}

/** Who asks, how it wants to be routed, and where it stands in a trace. */
export interface Envelope {
  readonly id: RequestId
  readonly caller: Caller
  readonly wishes: Wishes
  readonly trace: TraceContext
  /** When its first byte was read. */
  readonly receivedAt: Instant
  readonly raw?: RawBody
  /** Set where it has to do with what providers keep. */
  readonly memory?: Memory
  /** Who keeps what it refers to, once that is known. */
  readonly keeper?: Keeper
}

export interface ChatRequest extends ChatBody, Envelope {
  /** Its answer is read as events though the client speaks the provider's dialect: something in it is judged or goes on. */
  readonly asEvents?: true
  /** The words of an answer to it that broke off: who is asked goes on from them. */
  readonly goesOnFrom?: string
}
/** How long a chat request is; asked of the provider itself where it tells. */
export interface CountRequest extends Omit<ChatBody, 'operation'>, Envelope {
  readonly operation: 'count-tokens'
}
export type OperationRequest = OperationBody & Envelope

/** True if the client asked for this very model, so that it knows what the model takes. */
export const asksFor = (target: string, model: string): boolean => target === model || target.endsWith(`/${model}`)

/** Every operation that takes the way through the house. */
export type ModelRequest = ChatRequest | CountRequest | OperationRequest
/** What a body says, whatever is asked. */
export type ModelBody =
  | ChatBody
  | (Omit<ChatBody, 'operation'> & { readonly operation: 'count-tokens' })
  | OperationBody
/** Those that are made of messages. */
export type Conversation = ChatRequest | CountRequest

/** True for requests that are made of messages. */
export const isConversation = (request: ModelRequest): request is Conversation =>
  request.operation === 'chat' || request.operation === 'count-tokens'
