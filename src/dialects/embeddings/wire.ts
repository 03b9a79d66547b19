/** What the formats of embeddings share: checks of members, plain inputs, vectors, usage, and what is told as lost. */
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import { found as shown } from '../findings.ts'
import type { EmbeddingInput, EmbeddingsBody, OperationAnswer, Quantized, Vector } from '../../domain/operation.ts'
import type { Extensions } from '../../domain/message.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { packedLength } from './floats.ts'

/** A whole number of one or more. */
export const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0
export const isText = (value: unknown): value is string => typeof value === 'string'
export const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(each => Number.isFinite(each))
/** The elements of a list; none of anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const wrong = (at: string, why: string): Checked<never> => ({ ok: false, at, why })

/** Why a wish for so many dimensions makes no sense; undefined if it does. */
export const faultInSize = (at: string, value: unknown): Checked<never> | undefined =>
  isAbsent(value) || isCount(value)
    ? undefined
    : wrong(at, `${at} is ${shown(value)}; a positive whole number is right`)

/** Why this is none of the words; undefined if it is one or absent. */
export const faultInWord = (at: string, value: unknown, words: readonly string[]): Checked<never> | undefined =>
  isAbsent(value) || words.some(word => word === value)
    ? undefined
    : wrong(at, `${at} is ${shown(value)}; ${words.join(', ')} would be right`)

/** The text of an input that is text alone; undefined for tokens and pictures. */
export const textOf = (input: EmbeddingInput): string | undefined => {
  if (typeof input === 'string') return input
  let text = ''
  for (const part of input) {
    if (typeof part === 'number' || part.type !== 'text') return undefined
    text += part.text
  }
  return text
}

/** True for token ids, which mean something to one family of models only. */
export const isTokens = (input: EmbeddingInput): input is readonly number[] =>
  typeof input !== 'string' && input.length > 0 && input.every(one => typeof one === 'number')

/** Forms that only a provider can give: how many of the numbers' steps a byte holds is the model's own affair. */
export const bytesAsked = ({ forms = [] }: EmbeddingsBody): readonly Quantized[] =>
  forms.filter(form => form === 'int8' || form === 'uint8')

/** What a format can be asked for. */
export interface Bounds {
  /** Inputs in one request. */
  readonly most: number
  readonly takesBytes?: boolean
  readonly takesTokens?: boolean
}

/** Why a format with these bounds cannot ask for it; undefined if it can. */
export const beyond = (request: EmbeddingsBody, { most, takesBytes, takesTokens }: Bounds): string | undefined => {
  const { inputs } = request
  if (inputs.length > most)
    return `takes at most ${most} input${most === 1 ? '' : 's'} a request; ${inputs.length} came`
  if (takesTokens !== true && inputs.some(isTokens)) return 'takes texts, not token ids'
  const [form] = bytesAsked(request)
  return form === undefined || takesBytes === true ? undefined : `gives no vectors of ${form}`
}

/** All inputs as texts, or why this format cannot ask for them. */
export const textsOf = (request: EmbeddingsBody, bounds: Bounds): Checked<readonly string[]> => {
  const why = beyond(request, bounds)
  if (why !== undefined) return { ok: false, why }
  const texts = request.inputs.map(textOf)
  return texts.every(isText)
    ? { ok: true, value: texts }
    : { ok: false, why: 'takes no pictures among what is embedded' }
}

/** How many numbers it has; 0 for what is no vector. */
const lengthOf = (vector: Vector): number => ('base64' in vector ? packedLength(vector.base64) : vector.length)

/** As many vectors as there were inputs, all of one length, or what is wrong with them. */
export const asMany = <Each extends Vector>(
  vectors: readonly (Each | undefined)[],
  { inputs }: EmbeddingsBody,
): Checked<readonly Each[]> => {
  if (!vectors.every(vector => vector !== undefined)) return { ok: false, why: 'a vector that is no list of numbers' }
  if (vectors.length !== inputs.length)
    return { ok: false, why: `${vectors.length} vectors for ${inputs.length} inputs` }
  const lengths = new Set(vectors.map(lengthOf))
  if (lengths.has(0)) return { ok: false, why: 'a vector without a number in it' }
  return lengths.size > 1
    ? { ok: false, why: `vectors of different lengths: ${[...lengths].slice(0, 3).join(', ')}` }
    : { ok: true, value: vectors }
}

/** A list of numbers as a vector; undefined for anything else. */
export const numbersIn = (value: unknown): Vector | undefined => (isNumbers(value) ? value : undefined)

/** Usage of so many input tokens; undefined where nobody counted. */
export const usageOf = (count: unknown, ofImages?: unknown): Usage | undefined => {
  const [input, images = 0] = [tokenCount(count), tokenCount(ofImages)]
  if (input === undefined) return undefined
  const none = tokens(0)
  const plain = { input: tokens(input + images), inputCached: none, inputCacheWritten: none, output: none }
  return { ...plain, reasoning: none, ...(images > 0 && { inputImage: tokens(images) }) }
}

/** Members of other formats that are understood, whoever sends them. */
const understood = new Set(
  (
    'input_type task output_dimension output_dtype embedding_type embedding_types truncation truncate ' +
    'title requests'
  ).split(' '),
)

/** Fields of other formats that nothing here corresponds to. */
export const strangers = (extensions: Extensions, id: string, more: readonly string[] = []): readonly Loss[] =>
  Object.entries(extensions)
    .filter(([dialect]) => dialect !== id)
    .flatMap(([dialect, fields]) =>
      Object.keys(fields)
        .filter(field => !understood.has(field) && !more.includes(field))
        .map(field => ({ field, why: `only those who speak ${dialect} know it` })),
    )

/** The members that the format does not know by itself, under its name. */
export const othersOf = (body: Json, known: ReadonlySet<string>, id: string): Extensions => {
  const rest = Object.entries(body).filter(([name]) => !known.has(name))
  return rest.length === 0 ? {} : { [id]: Object.fromEntries(rest) }
}

/** That a wish for a purpose or for cutting could not be told. */
export const untold = ({ purpose, truncate }: EmbeddingsBody, tells: readonly string[]): readonly Loss[] => [
  ...(purpose === undefined || tells.includes('purpose')
    ? []
    : [{ field: 'purpose', why: 'there is no way to tell what the vectors are for' }]),
  ...(truncate === undefined || tells.includes('truncate')
    ? []
    : [{ field: 'truncate', why: 'there is no way to tell what to do with long inputs' }]),
]

/** A request for these inputs, understood. */
export const asked = (
  target: string,
  inputs: readonly EmbeddingInput[],
  more: Partial<EmbeddingsBody> & Pick<EmbeddingsBody, 'extensions'>,
): Checked<EmbeddingsBody> => ({
  ok: true,
  value: { operation: 'embeddings', target, stream: false, streamUsage: false, inputs, encoding: 'float', ...more },
})

/** An answer of these vectors, with what was counted. */
export const answered = (vectors: Checked<readonly Vector[]>, usage: Usage | undefined): Checked<OperationAnswer> =>
  vectors.ok
    ? {
        ok: true,
        value: { result: { type: 'embeddings', vectors: vectors.value }, ...(usage !== undefined && { usage }) },
      }
    : vectors

/** That end users cannot be told apart. */
export const userLoss = ({ endUser }: EmbeddingsBody): readonly Loss[] =>
  endUser === undefined ? [] : [{ field: 'user', why: 'end users are not told apart' }]
