/** Embeddings in OpenAI's form, and as Mistral, vLLM and Google take it over. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { geminiFlavour, mistralFlavour, openaiFlavour, selfHostedFlavour } from '../openai-flavours.ts'
import type { Flavour } from '../openai-flavours.ts'
import { invalid } from '../openai-request.ts'
import { jsonWork, object, postTo } from '../operation.ts'
import type { Operation, Planned } from '../operation.ts'
import { listOf } from '../speech.ts'
import type { Complaint, Json } from '../speech.ts'
import { floatsInBase64, vectorOf } from './vector.ts'

/** The inputs as texts; tokens by their numbers, since nobody can read them. */
const textsOf = (input: unknown): readonly string[] => {
  if (typeof input === 'string') return [input]
  const list = listOf(input)
  if (list.length > 0 && list.every(one => typeof one === 'number')) return [list.join(' ')]
  return list.map(one => (typeof one === 'string' ? one : listOf(one).join(' ')))
}

/** How many tokens an input counts for: numbers are tokens already. */
const tokensIn = (input: unknown): number => {
  if (typeof input === 'string') return estimateTokens(input)
  return listOf(input).reduce<number>((sum, one) => {
    if (typeof one === 'number') return sum + 1
    return sum + (typeof one === 'string' ? estimateTokens(one) : listOf(one).length)
  }, 0)
}

const mostInputs = 2048

const faultInInput = (input: unknown): Complaint | undefined => {
  const texts = textsOf(input)
  if (texts.length === 0)
    return invalid(
      "Invalid type for 'input': expected one of a string, array of strings, array of integers, or array of integer arrays.",
      'input',
      'invalid_type',
    )
  if (texts.length > mostInputs) {
    return invalid(
      `Invalid 'input': array too long. Expected an array with maximum length ${mostInputs}, but got an array with length ${texts.length} instead.`,
      'input',
      'array_above_max_length',
    )
  }
  return texts.includes('') ? invalid("Invalid 'input': input cannot be an empty string.", 'input') : undefined
}

const members = new Set(['input', 'model', 'dimensions', 'encoding_format', 'user'])
const mistralMembers = new Set([
  'input',
  'inputs',
  'model',
  'output_dimension',
  'output_dtype',
  'encoding_format',
  'metadata',
])
const membersOf: Readonly<Record<string, ReadonlySet<string>>> = { openai: members, mistral: mistralMembers }

const faultInBody = (body: Json, flavour: Flavour, full: number): Complaint | undefined => {
  const known = membersOf[flavour.provider]
  const stranger = known === undefined ? undefined : Object.keys(body).find(name => !known.has(name))
  if (stranger !== undefined) return flavour.unknownMember(stranger)
  const { encoding_format: format } = body
  return format === undefined || format === null || format === 'float' || format === 'base64'
    ? faultInSize(body['dimensions'] ?? body['output_dimension'], full)
    : invalid(
        `Invalid value: '${String(format)}'. Supported values are: 'float' and 'base64'.`,
        'encoding_format',
        'invalid_value',
      )
}

const faultInSize = (wanted: unknown, full: number): Complaint | undefined =>
  wanted === undefined || wanted === null || (Number.isInteger(wanted) && Number(wanted) >= 1 && Number(wanted) <= full)
    ? undefined
    : invalid(
        `Invalid value for 'dimensions' = ${String(wanted)}. Must be less than or equal to ${full}.`,
        'dimensions',
      )

const plan = (body: Json, models: Parameters<Operation['plan']>[0]['models'], flavour: Flavour): Planned => {
  const name = body['model']
  if (typeof name !== 'string') return object(invalid('you must provide a model parameter'))
  const model = modelFor('embed', models, { provider: flavour.provider, name: name.replace(/^models\//, '') })
  if (model === undefined) return object(flavour.unknownModel(name))
  const input = body['input'] ?? body['inputs']
  const full = model.dimensions ?? 1024
  const complaint = faultInBody(body, flavour, full) ?? faultInInput(input)
  if (complaint !== undefined) return object(complaint)
  const wanted = body['dimensions'] ?? body['output_dimension']
  const inputTokens = tokensIn(input)
  return jsonWork({ model, inputTokens }, seed => ({
    ...(flavour.provider === 'openai' ? {} : { id: flavour.answerId(seed) }),
    object: 'list',
    data: textsOf(input).map((text, index) => {
      const vector = vectorOf(text, full, typeof wanted === 'number' ? wanted : full)
      return {
        object: 'embedding',
        index,
        embedding: body['encoding_format'] === 'base64' ? floatsInBase64(vector) : vector,
      }
    }),
    model: model.id,
    usage: {
      prompt_tokens: inputTokens,
      total_tokens: inputTokens,
      ...(flavour.provider === 'mistral' && { completion_tokens: 0 }),
    },
  }))
}

const embeddingsOf = (flavour: Flavour): Operation => ({
  name: 'embeddings',
  voice: voiceOf(flavour),
  route: postTo('/embeddings'),
  plan: ({ body, models }) => plan(body, models, flavour),
})

/** Of all that take OpenAI's form. */
export const openaiEmbeddings: readonly Operation[] = [
  openaiFlavour,
  mistralFlavour,
  selfHostedFlavour,
  geminiFlavour,
].map(embeddingsOf)
