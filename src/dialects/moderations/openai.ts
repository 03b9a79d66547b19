/** Moderations as OpenAI has them: texts, or one input of texts and pictures. */
import { isRecord } from '../../domain/json.ts'
import { found as shown } from '../findings.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { MediaPart, Part } from '../../domain/message.ts'
import type { Judged, ModerationsBody, OperationAnswer } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { categories } from './categories.ts'
import { inputUsage, isText, readJudged, textOf, wrong } from './wire.ts'

const id = 'openai' as DialectId
/** What OpenAI judges with where nothing else is named. */
const usualModel = 'omni-moderation-latest'

const imageAt = (url: string): MediaPart => {
  const [whole, mediaType = '', base64 = ''] = /^data:([^;,]*)(?:;[^,]*)?;base64,(.*)$/s.exec(url) ?? []
  return whole === undefined
    ? { type: 'image', mediaType: '', source: { url } }
    : { type: 'image', mediaType, source: { base64 } }
}

const partOf = (part: unknown): Part | undefined => {
  if (!isRecord(part)) return undefined
  if (part['type'] === 'text' && isText(part['text'])) return { type: 'text', text: part['text'] }
  const image = part['image_url']
  return part['type'] === 'image_url' && isRecord(image) && isText(image['url']) ? imageAt(image['url']) : undefined
}

const rightInput = 'a text, a list of texts, or a list of {"type": "text"} and {"type": "image_url"} would be right'

const readInput = (input: unknown): Checked<ModerationsBody['inputs']> => {
  if (isText(input)) return { ok: true, value: [[{ type: 'text', text: input }]] }
  if (!Array.isArray(input) || input.length === 0) return wrong('input', `input is ${shown(input)}; ${rightInput}`)
  const list: readonly unknown[] = input
  if (list.every(isText)) return { ok: true, value: list.map(text => [{ type: 'text', text }]) }
  const parts = list.map(partOf)
  const place = isText(list[0]) ? list.findIndex(one => !isText(one)) : parts.indexOf(undefined)
  if (place >= 0) return wrong(`input[${place}]`, `it is ${shown(list[place])}; ${rightInput}`)
  // All parts are judged together.
  return { ok: true, value: [parts.filter(part => part !== undefined)] }
}

const decodeRequest = (body: unknown): Checked<ModerationsBody> => {
  if (!isRecord(body)) return wrong('', 'the body is no object; {"input": …} would be right')
  const { model = usualModel, input, ...rest } = body
  if (!isText(model) || model === '') return wrong('model', `model is ${shown(model)}; a name would be right`)
  const inputs = readInput(input)
  if (!inputs.ok) return inputs
  return {
    ok: true,
    value: {
      operation: 'moderations',
      target: model,
      stream: false,
      streamUsage: false,
      inputs: inputs.value,
      extensions: Object.keys(rest).length === 0 ? {} : { [id]: rest },
    },
  }
}

const writePart = (part: Part): Json | undefined => {
  if (part.type === 'text') return { type: 'text', text: part.text }
  if (part.type !== 'image') return undefined
  const { source, mediaType } = part
  if ('url' in source) return { type: 'image_url', image_url: { url: source.url } }
  const url =
    'base64' in source ? `data:${mediaType === '' ? 'image/png' : mediaType};base64,${source.base64}` : undefined
  return url === undefined ? undefined : { type: 'image_url', image_url: { url } }
}

/** Texts as they are; pictures only in one input, which stands for itself. */
const inputFor = ({ inputs }: ModerationsBody): Checked<unknown> => {
  const texts = inputs.map(textOf)
  if (texts.every(isText)) return { ok: true, value: texts.length === 1 ? texts[0] : texts }
  const parts = (inputs[0] ?? []).map(writePart)
  if (inputs.length > 1 || parts.includes(undefined))
    return { ok: false, why: 'takes texts, or one input with pictures a request' }
  return { ok: true, value: parts }
}

const encodeRequest = (request: ModerationsBody, model: string): Checked<Encoded<WireBody>> => {
  const input = inputFor(request)
  if (!input.ok) return input
  return { ok: true, value: { value: { json: { model, input: input.value, ...request.extensions[id] } }, losses: [] } }
}

const usageIn = ({ usage }: Json): Usage | undefined =>
  isRecord(usage) ? inputUsage(usage['prompt_tokens'] ?? usage['total_tokens']) : undefined

const decodeAnswer = (body: unknown, request: ModerationsBody): Checked<OperationAnswer> => {
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const judged = readJudged(body['results'], request, one => {
    const { category_applied_input_types: applied } = one
    return isRecord(applied) ? { [id]: { category_applied_input_types: applied } } : {}
  })
  if (!judged.ok) return judged
  const { model, id: upstreamId } = body
  const usage = usageIn(body)
  return {
    ok: true,
    value: {
      result: { type: 'moderations', judged: judged.value },
      ...(isText(model) && { model }),
      ...(isText(upstreamId) && { upstreamId }),
      ...(usage !== undefined && { usage }),
    },
  }
}

/** Each category by OpenAI's names, with what was not judged as false. */
const resultOf = ({ flagged, categories: found, scores, extensions }: Judged, hasImage: boolean): Json => {
  const applied = extensions?.[id]?.['category_applied_input_types']
  const kinds = hasImage ? ['text', 'image'] : ['text']
  return {
    flagged,
    categories: Object.fromEntries(categories.map(name => [name, found[name] ?? false])),
    category_scores: Object.fromEntries(categories.map(name => [name, scores[name] ?? 0])),
    category_applied_input_types:
      applied ?? Object.fromEntries(categories.map(name => [name, found[name] === undefined ? [] : kinds])),
  }
}

const encodeAnswer: OperationDialect<ModerationsBody>['encodeAnswer'] = (answer, request, context) => {
  const judged = answer.result.type === 'moderations' ? answer.result.judged : []
  const hasImage = request.inputs.some(parts => parts.some(({ type }) => type === 'image'))
  const names = new Set(judged.flatMap(one => Object.keys(one.categories)))
  const unjudged = categories.filter(name => !names.has(name))
  const foreign = [...names].filter(name => !categories.some(known => known === name))
  return {
    value: {
      id: answer.upstreamId ?? `modr-${context.id}`,
      model: answer.model ?? request.target,
      results: judged.map(one => resultOf(one, hasImage)),
    },
    losses: [
      ...unjudged.map(name => ({ field: `categories.${name}`, why: 'whoever judged does not know it' })),
      ...foreign.map(name => ({ field: `categories.${name}`, why: 'it is judged, but has no name here' })),
    ],
  }
}

/** `POST /v1/moderations`. */
export const openaiModerations: OperationDialect<ModerationsBody> = {
  id,
  operations: ['moderations'],
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
}
