/** An official client as the tests use it: one question in nobody's words, asked in the client's own, and what it gave. */

export interface Call {
  readonly id: string
  readonly name: string
  readonly input: unknown
}
/** What the client's user gets. */
export interface Said {
  readonly text: string
  readonly calls: readonly Call[]
  /** The client's own word for the end. */
  readonly finish: string
  readonly input: number
  readonly output: number
  /** The client's own answer, as it wants it back in the next turn. */
  readonly native: unknown
}
export interface Question {
  readonly model: string
  readonly say: string
  readonly image?: boolean
  /** Offers the tool `weather`. */
  readonly tools?: boolean
  /** The answer must be a person. */
  readonly person?: boolean
  /** The turn before, and what each of its calls came to. */
  readonly before?: { readonly said: Said; readonly results: readonly string[] }
  readonly signal?: AbortSignal
  /** Called with each piece of text of a stream. */
  readonly hear?: () => void
}
export interface Client {
  ask(question: Question): Promise<Said>
  stream(question: Question): Promise<Said>
  /** The status that an error of this client's own class tells; undefined for any other error. */
  statusOf(error: unknown): number | undefined
}
/** Where the gateway is, and the key to it. */
export interface Door {
  readonly url: string
  readonly key: string
}

export const weather = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
}
export const person = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const }, age: { type: 'integer' as const } },
  required: ['name', 'age'],
  additionalProperties: false,
}
export const about = 'Tells the weather in a city'
/** The smallest PNG there is: one transparent pixel. */
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** Each call with what it came to. */
export const answered = ({ said, results }: NonNullable<Question['before']>): readonly (readonly [Call, string])[] =>
  said.calls.map((call, place) => [call, results[place] ?? ''] as const)

/** Arguments that a client hands out as text. */
export const parsed = (text: string): unknown => JSON.parse(text === '' ? '{}' : text)
