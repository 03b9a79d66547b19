/** What the world does beyond chats: what such a request carries, and what a provider's form of it must be able to do. */
import type { WorldModel } from './models.ts'
import type { ReadForm } from './read-form.ts'
import type { Complaint, Frame, Headers, Json, KeptAnswer, Voice } from './speech.ts'

/** What the path says: the model and what is wanted of it, where it names them. */
export interface OperationRoute {
  readonly model?: string
  readonly verb?: string
}

/** A request as it came. */
export interface Came {
  readonly route: OperationRoute
  readonly headers: Headers
  /** Empty where a form came. */
  readonly body: Json
  readonly form?: ReadForm
  readonly models: readonly WorldModel[]
  /** Answers given before that were kept, by id. */
  readonly kept: Map<string, KeptAnswer>
}

/** An answer as bytes go out; more than one frame where it streams. */
export interface Made {
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
  readonly frames: Iterable<Frame>
}

/** What is to be done for one request. */
export interface Work {
  readonly model: WorldModel
  readonly inputTokens: number
  readonly stream: boolean
  /** `now` is in milliseconds since the epoch. */
  make(seed: string, now: number): Made
}

/** The work that a request asks for, or what is wrong with it. */
export type Planned = { readonly ok: true; readonly work: Work } | { readonly ok: false; readonly complaint: Complaint }

/** One operation in one provider's form. */
export interface Operation {
  /** Such as `embeddings`. */
  readonly name: string
  readonly voice: Voice
  /** JSON unless told. */
  readonly takes?: 'form' | 'nothing'
  route(method: string, path: string): OperationRoute | undefined
  plan(came: Came): Planned
  /** An error in the middle of a stream, where the form has one. */
  errorFrame?(complaint: Complaint, seed: string): string | Uint8Array
}

/** A complaint, as what became of planning. */
export const object = (complaint: Complaint): Planned => ({ ok: false, complaint })

/** Work whose answer is one JSON value. */
export const jsonWork = (
  { model, inputTokens }: Pick<Work, 'model' | 'inputTokens'>,
  answer: (seed: string, now: number) => unknown,
): Planned => ({
  ok: true,
  work: {
    model,
    inputTokens,
    stream: false,
    make: (seed, now) => ({
      contentType: 'application/json',
      frames: [{ data: JSON.stringify(answer(seed, now)), tokens: 1 }],
    }),
  },
})

/** The route of an operation that has one address. */
export const postTo =
  (...paths: readonly string[]): Operation['route'] =>
  (method, path) =>
    method === 'POST' && paths.includes(path) ? {} : undefined
