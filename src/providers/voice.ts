/** How a provider can be asked: a dialect at a path, with what this provider wants otherwise. */
import type { OperationBody } from '../domain/operation.ts'
import type { DialectId } from '../domain/ids.ts'
import type { ChatRequest, Envelope, ModelRequest } from '../domain/request.ts'
import type { Dialect, Framing } from '../ports/dialect.ts'
import type { OperationDialect } from '../ports/operation-dialect.ts'
import type { Prefill } from './go-on.ts'
import type { Edits, Quirks } from './quirks.ts'

/** What a path may depend on. */
export interface At {
  readonly model: string
  readonly stream: boolean
  readonly request: ModelRequest
}
/** Joined to the provider's address, e.g. `/chat/completions`. May have a query. */
export type Path = string | ((at: At) => string)

export const pathAt = (path: Path, at: At): string => (typeof path === 'string' ? path : path(at))

interface Door {
  readonly path: Path
  /** Another address than the provider's, where one model is served elsewhere. */
  readonly host?: (base: string, at: At) => string
  /** Absent: every model. */
  readonly serves?: (model: string) => boolean
  readonly quirks?: Quirks
  /** Sent with every request unless the settings say otherwise, e.g. `anthropic-version`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Headers of the client that go along where it speaks this dialect. */
  readonly passes?: readonly string[]
  /** Members that this address wants otherwise than the dialect says, whichever lane the body took; undefined takes one out. */
  readonly edits?: (body: Readonly<Record<string, unknown>>, at: At) => Edits
}

/** Where and how a provider tells how long a conversation is. */
export interface Counting {
  readonly path: Path
  /** Where it lies at another address than the chats. */
  readonly host?: (base: string) => string
  /** The chat body as this door wants it; absent: as it is. */
  readonly body?: (chat: Readonly<Record<string, unknown>>, at: At) => Readonly<Record<string, unknown>>
  /** The number of input tokens, or undefined where the answer has none. */
  readonly read: (answer: unknown) => number | undefined
}

/** Conversations in one dialect. */
export interface Voice extends Door {
  readonly dialect: Dialect
  /** The dialect asks for the longest answer to be named: where the client named none, the deployment's own is. */
  readonly needsLength?: boolean
  /** How its streams lie in bytes, where they do not as the dialect says. */
  readonly framing?: Framing
  readonly counting?: Counting
  /** How a model is let write on behind its own words; absent: it is told to go on from them. */
  readonly prefills?: readonly Prefill[]
}

/** One or more operations beyond chat in one format. */
export interface Service extends Door {
  readonly dialect: OperationDialect
}

/** A voice for this request: the client's own dialect where the provider has it, else the first that serves the model. */
export const voiceFor = (voices: readonly Voice[], request: ModelRequest, model: string): Voice | undefined => {
  const able = voices.filter(({ serves }) => serves === undefined || serves(model))
  return able.find(({ dialect, quirks }) => dialect.id === request.raw?.dialect && quirks?.express !== false) ?? able[0]
}

/** The kind of a part without which the request makes no sense and which only another dialect has; undefined if there is none. */
export const untellable = ({ messages, raw }: ChatRequest, dialect: DialectId): string | undefined => {
  // What a client says in this very dialect can be told in it: only a translation looks at every part.
  if (raw?.dialect === dialect) return undefined
  for (const { parts } of messages) {
    for (const part of parts) {
      if (part.type === 'opaque' && part.isEssential === true && part.dialect !== dialect) return part.kind
    }
  }
  return undefined
}

/** As `voiceFor`, among those that do what is asked. */
export const serviceFor = (
  services: readonly Service[],
  request: OperationBody & Pick<Envelope, 'raw'>,
  model: string,
): Service | undefined => {
  const able = services.filter(
    ({ serves, dialect }) => dialect.operations.includes(request.operation) && (serves === undefined || serves(model)),
  )
  return able.find(({ dialect }) => dialect.id === request.raw?.dialect) ?? able[0]
}
