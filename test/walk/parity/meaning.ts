/** What a conversation means in nobody's words: what is asked, what is answered, and how two of either differ. */

export type Json = Readonly<Record<string, unknown>>

export interface Media {
  readonly kind: 'image' | 'file'
  readonly mediaType: string
  readonly base64: string
  /** Without its ending, which few keep. */
  readonly name?: string
}
export interface Call {
  readonly name: string
  readonly input: unknown
}
export interface Thought {
  readonly text: string
  readonly signature?: string
}
/** One turn. A result names the call that it belongs to by its number in the conversation, since ids are everybody's own. */
export type Turn =
  | { readonly by: 'user'; readonly text?: string; readonly media?: readonly Media[] }
  | {
      readonly by: 'model'
      readonly thoughts?: readonly Thought[]
      readonly text?: string
      readonly calls?: readonly Call[]
    }
  | { readonly by: 'tools'; readonly results: readonly { readonly call: number; readonly text: string }[] }

export interface Ask {
  readonly system?: string
  readonly turns: readonly Turn[]
  readonly stop?: readonly string[]
  readonly length?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly frequency?: number
  readonly presence?: number
  readonly seed?: number
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly schema: unknown }[]
  /** `none`, `required`, or `named:` and the name. */
  readonly choice?: string
  readonly schema?: unknown
  readonly thinks?: 'low' | 'medium' | 'high'
  readonly answers?: number
  readonly stream: boolean
}

export interface Usage {
  /** All that went in, cached or not. */
  readonly input: number
  readonly cached?: number
  readonly written?: number
  readonly output: number
  readonly reasoning?: number
}
export type End = 'stop' | 'length' | 'calls' | 'refused'
export interface Choice {
  readonly thoughts?: readonly Thought[]
  readonly text?: string
  readonly refusal?: string
  readonly calls?: readonly Call[]
  readonly end?: End
  /** The sequence that ended it. */
  readonly stoppedBy?: string
}
/** `limit`, `request` and `server` are whose fault it was. */
export interface Fault {
  readonly whose: 'limit' | 'request' | 'server'
  readonly message: string
}
export interface Answer {
  readonly choices: readonly Choice[]
  readonly usage?: Usage
  readonly fault?: Fault
  /** It ended as a good answer does. */
  readonly isWhole: boolean
}

/** An answer as it lies in bytes. */
export interface Wire {
  readonly status: number
  readonly headers: Json
  readonly body: Uint8Array
}

/** One format, written and read here without any of the house's own code. */
export interface Tongue {
  readonly id: string
  path(model: string, stream: boolean): string
  /** The request in these words; whatever has no word in them is left out. */
  ask(ask: Ask, model: string): Json
  /** What a request in these words asks. */
  hear(body: Json, path: string): Ask
  /** The answer in these words. */
  say(answer: Answer): Json
  /** The same as a stream, in pieces; one with a fault breaks off with it. */
  sayPieces(answer: Answer): readonly (string | Uint8Array)[]
  readonly streamType: string
  /** An error before anything was said. */
  refuse(fault: Fault): { readonly status: number; readonly headers?: Json; readonly body: Json }
  understand(wire: Wire): Answer
  understandStream(wire: Wire): Answer
  /** The request that goes on with the answer, as it was given, and these results of its calls. */
  goOn?(asked: Json, answered: Json, results: readonly string[]): Json
}

let answers = 0
/** Calls of an answer are numbered from here, so that no two conversations have an id in common. */
export const firstOfAnswer = (): number => 100 * ++answers

export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
export const record = (value: unknown): Json => (isRecord(value) ? value : {})
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const records = (value: unknown): readonly Json[] => list(value).filter(isRecord)
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The members that are there: undefined, empty lists, empty strings and counts of nothing say nothing. */
export const told = <T extends object>(members: T): T => {
  const says = (value: unknown): boolean =>
    value !== undefined &&
    value !== null &&
    value !== '' &&
    value !== 0 &&
    !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(members).filter(([, value]) => says(value))) as T
}

/** How much a budget of tokens is. */
export const asMuch = (budget: number | undefined): Ask['thinks'] => {
  if (budget === undefined || budget <= 0) return undefined
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}

/** A schema without what only some spell: the case of types, openness, titles. */
export const plainSchema = (schema: unknown): unknown => {
  if (!isRecord(schema)) return schema
  const { type, properties, required, items, description, enum: words } = schema
  return told({
    type: typeof type === 'string' ? type.toLowerCase() : type,
    description,
    enum: words,
    required: Array.isArray(required) ? [...required].sort() : required,
    items: items === undefined ? undefined : plainSchema(items),
    properties:
      properties === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(record(properties))
              .map(([name, inner]) => [name, plainSchema(inner)] as const)
              .toSorted(([left], [right]) => left.localeCompare(right)),
          ),
  })
}

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    // What is no JSON stands for itself, so that it is seen.
    return json
  }
}
/** The input of a call, which some write as text. */
export const inputOf = (value: unknown): unknown =>
  typeof value === 'string' ? parse(value === '' ? '{}' : value) : value

/** Turns of the same one behind each other are one. */
export const joined = (turns: readonly Turn[]): readonly Turn[] => {
  const all: Turn[] = []
  for (const turn of turns) {
    const last = all.at(-1)
    if (last?.by === 'tools' && turn.by === 'tools')
      all[all.length - 1] = { by: 'tools', results: [...last.results, ...turn.results] }
    else if (last?.by === 'model' && turn.by === 'model') all[all.length - 1] = bothOf(last, turn)
    else if (last?.by === 'user' && turn.by === 'user')
      all[all.length - 1] = told({
        by: 'user',
        text: `${last.text ?? ''}${turn.text ?? ''}`,
        media: [...(last.media ?? []), ...(turn.media ?? [])],
      })
    else all.push(turn)
  }
  return all
}
type ModelTurn = Extract<Turn, { by: 'model' }>
const bothOf = (left: ModelTurn, right: ModelTurn): ModelTurn =>
  told({
    by: 'model',
    thoughts: [...(left.thoughts ?? []), ...(right.thoughts ?? [])],
    text: `${left.text ?? ''}${right.text ?? ''}`,
    calls: [...(left.calls ?? []), ...(right.calls ?? [])],
  })

const leaves = (value: unknown, path: string, into: Map<string, string>): void => {
  if (Array.isArray(value)) value.forEach((one, place) => leaves(one, `${path}[${place}]`, into))
  else if (isRecord(value) && Object.keys(value).length > 0)
    for (const [name, one] of Object.entries(value)) leaves(one, path === '' ? name : `${path}.${name}`, into)
  else if (value !== undefined && !isRecord(value)) into.set(path, JSON.stringify(value))
}
/** What differs, by the paths of its leaves, with both sides. */
export const differences = (wanted: unknown, found: unknown): ReadonlyMap<string, string> => {
  const [left, right] = [new Map<string, string>(), new Map<string, string>()]
  leaves(wanted, '', left)
  leaves(found, '', right)
  const all = new Map<string, string>()
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const [one = 'nothing', other = 'nothing'] = [left.get(path), right.get(path)]
    if (one !== other) all.set(path, `${one.slice(0, 80)} became ${other.slice(0, 80)}`)
  }
  return all
}
