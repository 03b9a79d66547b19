/** Embeddings as Cohere has them: its own `/v2/embed`, and its models as Bedrock hosts them. */
import { isAbsent } from '../fields.ts'
import { isRecord } from '../../domain/json.ts'
import { found as shown } from '../findings.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { Part } from '../../domain/message.ts'
import type { EmbeddingInput, EmbeddingsBody, OperationAnswer } from '../../domain/operation.ts'
import type { Address } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { decodeAnswer, encodeBody } from './cohere-body.ts'
import { formsOf, inForm, isForm, vectorForms, wishFor } from './forms.ts'
import { imageAt } from './media.ts'
import { asked, faultInSize, faultInWord, isCount, isText, listOf, othersOf, textOf, wrong } from './wire.ts'

const known = new Set('model texts images inputs input_type truncate output_dimension embedding_types'.split(' '))
const cuts: Readonly<Record<string, EmbeddingsBody['truncate']>> = { END: 'end', START: 'start', NONE: 'none' }
const types = ['search_document', 'search_query', 'classification', 'clustering', 'image']
const purposes: Readonly<Record<string, EmbeddingsBody['purpose']>> = {
  search_document: 'document',
  search_query: 'query',
  classification: 'classification',
  clustering: 'clustering',
}

const faultInForms = (forms: unknown): Checked<never> | undefined => {
  if (isAbsent(forms)) return undefined
  if (!Array.isArray(forms)) return wrong('embedding_types', `embedding_types is ${shown(forms)}; a list is right`)
  const place = forms.findIndex((form: unknown) => !isForm(form))
  const at = `embedding_types[${place}]`
  return place < 0 ? undefined : faultInWord(at, forms[place], vectorForms)
}

const faultIn = (body: Json): Checked<never> | undefined =>
  faultInWord('input_type', body['input_type'], types) ??
  faultInWord('truncate', body['truncate'], Object.keys(cuts)) ??
  faultInSize('output_dimension', body['output_dimension']) ??
  faultInForms(body['embedding_types'])

/** A part of a mixed input; undefined if it is neither text nor picture. */
const partOf = (part: unknown): Part | undefined => {
  if (!isRecord(part)) return undefined
  if (isText(part['text'])) return { type: 'text', text: part['text'] }
  const image = part['image_url']
  const url = isRecord(image) ? image['url'] : image
  return isText(url) ? imageAt(url) : undefined
}
const mixed = (input: unknown, place: number): Checked<EmbeddingInput> => {
  const parts = isRecord(input) && Array.isArray(input['content']) ? input['content'].map(partOf) : []
  return parts.length > 0 && parts.every(part => part !== undefined)
    ? { ok: true, value: parts }
    : wrong(
        `inputs[${place}].content`,
        'it is no list of texts and pictures: {"type": "text", "text": …} would be right',
      )
}
const texted = (text: unknown, place: number): Checked<EmbeddingInput> =>
  isText(text) ? { ok: true, value: text } : wrong(`texts[${place}]`, `it is ${shown(text)}; a text is right`)
const pictured = (image: unknown, place: number): Checked<EmbeddingInput> =>
  isText(image)
    ? { ok: true, value: [imageAt(image)] }
    : wrong(`images[${place}]`, `it is ${shown(image)}; a data URL is right`)

const readInputs = ({ texts, images, inputs }: Json): Checked<readonly EmbeddingInput[]> => {
  const all = [...listOf(texts).map(texted), ...listOf(images).map(pictured), ...listOf(inputs).map(mixed)]
  const values: EmbeddingInput[] = []
  for (const one of all) {
    if (!one.ok) return one
    values.push(one.value)
  }
  return values.length > 0
    ? { ok: true, value: values }
    : wrong('texts', 'there is nothing to embed; a list of texts, images or inputs would be right')
}

/** How the answer looks depends on whether forms were named at all. */
const ownOf = (body: Json, id: DialectId): EmbeddingsBody['extensions'] => {
  const others = othersOf(body, known, id)
  const { embedding_types: forms } = body
  return Array.isArray(forms) ? { [id]: { ...others[id], embedding_types: forms } } : others
}

const decode = (id: DialectId, body: unknown, address?: Address): Checked<EmbeddingsBody> => {
  if (!isRecord(body)) return wrong('', 'the body is no object; {"model": …, "texts": …} would be right')
  const model = address?.model ?? body['model']
  if (!isText(model) || model === '')
    return wrong('model', 'model is missing; the name of a pool or model would be right')
  const fault = faultIn(body)
  if (fault !== undefined) return fault
  const inputs = readInputs(body)
  if (!inputs.ok) return inputs
  const { input_type: type, truncate, output_dimension: dimensions, embedding_types: forms } = body
  return asked(model, inputs.value, {
    ...wishFor(listOf(forms).filter(isForm)),
    extensions: ownOf(body, id),
    purpose: isText(type) ? purposes[type] : undefined,
    dimensions: isCount(dimensions) ? dimensions : undefined,
    truncate: isText(truncate) ? cuts[truncate] : undefined,
  })
}

/** The texts that were asked for, which Cohere repeats. */
const textsAsked = ({ inputs }: EmbeddingsBody): readonly string[] => inputs.map(textOf).filter(isText)

const encodeAnswer = (answer: OperationAnswer, request: EmbeddingsBody, { id }: AnswerContext): Encoded<Json> => {
  const embeddings = Object.fromEntries(formsOf(request).map(form => [form, inForm(answer.result, form)]))
  const input = answer.usage?.input ?? 0
  return {
    value: {
      id: answer.upstreamId ?? id,
      texts: textsAsked(request),
      embeddings,
      meta: { api_version: { version: '2' }, billed_units: { input_tokens: input } },
      response_type: 'embeddings_by_type',
    },
    losses: [],
  }
}

const cohereId = 'cohere' as DialectId

/** `POST /v2/embed`. */
export const cohereEmbeddings: OperationDialect<EmbeddingsBody> = {
  id: cohereId,
  operations: ['embeddings'],
  decodeRequest: body => decode(cohereId, body),
  encodeRequest: (request, model): Checked<Encoded<WireBody>> => {
    const encoded = encodeBody(request, model, false)
    if (!encoded.ok) return encoded
    const { value, losses } = encoded.value
    return { ok: true, value: { value: { json: { model, ...value } }, losses } }
  },
  decodeAnswer,
  encodeAnswer: (answer, request, context) => {
    const { value, losses } = encodeAnswer(answer, request, context)
    return { value: { ...value }, losses }
  },
}

const hostedId = 'cohere-invoke' as DialectId

/** Cohere's models behind Bedrock's `invoke`: the path names the model, and floats come bare unless forms are named. */
export const cohereOnBedrock: OperationDialect<EmbeddingsBody> = {
  id: hostedId,
  operations: ['embeddings'],
  decodeRequest: (body, address) => decode(hostedId, body, address),
  encodeRequest: (request, model): Checked<Encoded<WireBody>> => {
    const encoded = encodeBody(request, model, true)
    if (!encoded.ok) return encoded
    return { ok: true, value: { value: { json: encoded.value.value }, losses: encoded.value.losses } }
  },
  decodeAnswer,
  encodeAnswer: (answer, request, context) => {
    const { value, losses } = encodeAnswer(answer, request, context)
    const { meta: _counts, ...rest } = value
    if (request.extensions[hostedId]?.['embedding_types'] !== undefined) return { value: rest, losses }
    const embeddings = inForm(answer.result, 'float')
    return { value: { ...rest, embeddings, response_type: 'embeddings_floats' }, losses }
  },
  // The path names the model.
  editRequest: ({ bytes }) => bytes,
}
