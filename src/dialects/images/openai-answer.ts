/** Answers with images in OpenAI's form, whole and as events. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { ImagesBody, MadeImage, OperationAnswer } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import type { AnswerContext, Encoded, Frame } from '../../ports/dialect.ts'
import type { EventTold } from '../../ports/operation-dialect.ts'
import { isWord, otherMembers, recordOf } from '../fields.ts'
import { tokenCount } from '../token-count.ts'
import { id } from './openai-request.ts'

const numberIn = (record: Json, name: string): number => tokenCount(record[name]) ?? 0

/** Nothing but so many pictures. */
export const onlyPictures = (images: number): Usage => {
  const none = tokens(0)
  return { input: none, inputCached: none, inputCacheWritten: none, output: none, reasoning: none, units: { images } }
}

/** Usage as OpenAI counts it; where it counts no tokens, the pictures alone. */
const usageOf = (told: unknown, images: number): Usage => {
  if (!isRecord(told) || tokenCount(told['input_tokens']) === undefined) return onlyPictures(images)
  const output = numberIn(told, 'output_tokens')
  const outputDetails = recordOf(told, 'output_tokens_details')
  const inputDetails = recordOf(told, 'input_tokens_details')
  const drawn = 'image_tokens' in outputDetails ? numberIn(outputDetails, 'image_tokens') : output
  return {
    ...onlyPictures(images),
    input: tokens(numberIn(told, 'input_tokens')),
    inputCached: tokens(numberIn(inputDetails, 'cached_tokens')),
    output: tokens(output),
    inputImage: tokens(numberIn(inputDetails, 'image_tokens')),
    outputImage: tokens(drawn),
  }
}

const imageOf = (one: unknown, fileType: unknown): MadeImage | undefined => {
  if (!isRecord(one)) return undefined
  const { b64_json: base64, url, revised_prompt: revised } = one
  if (!isWord(base64) && !isWord(url)) return undefined
  return {
    ...(isWord(base64) && { base64 }),
    ...(isWord(url) && { url }),
    ...(isWord(fileType) && { mediaType: `image/${fileType}` }),
    ...(isWord(revised) && { revisedPrompt: revised }),
  }
}

const known = new Set(['created', 'data', 'images', 'usage', 'output_format'])

export const decodeAnswer = (body: unknown): Checked<OperationAnswer> => {
  const list = isRecord(body) ? (body['data'] ?? body['images']) : undefined
  if (!isRecord(body) || !Array.isArray(list)) return { ok: false, why: 'no list of images' }
  const images = list.map(one => imageOf(one, body['output_format']))
  if (images.length === 0) return { ok: false, why: 'no image' }
  if (!images.every(image => image !== undefined)) {
    return { ok: false, why: 'an image that has neither an address nor bytes' }
  }
  const { created } = body
  const rest = otherMembers(body, known)
  return {
    ok: true,
    value: {
      result: { type: 'images', images },
      usage: usageOf(body['usage'], images.length),
      ...(typeof created === 'number' && { created }),
      ...(rest !== undefined && { extensions: { [id]: rest } }),
    },
  }
}

const formatLoss = (images: readonly MadeImage[], { format }: ImagesBody): readonly Loss[] => {
  if (format === 'url' && images.some(({ url }) => url === undefined)) {
    return [{ field: 'response_format', why: 'the images come as base64, without an address' }]
  }
  return format === 'base64' && images.some(({ base64 }) => base64 === undefined)
    ? [{ field: 'response_format', why: 'the images come as addresses, without their bytes' }]
    : []
}

/** Whichever the client wants where both are there, else what there is. */
const dataOf = ({ base64, url, revisedPrompt }: MadeImage, { format }: ImagesBody): Json => {
  const isUrl = url !== undefined && (format === 'url' || base64 === undefined)
  return {
    ...(isUrl ? { url } : { b64_json: base64 }),
    ...(revisedPrompt !== undefined && { revised_prompt: revisedPrompt }),
  }
}

/** Only what was counted: a provider that bills by the picture counts no tokens. */
const writeUsage = (usage: Usage | undefined): { readonly usage?: Json } => {
  if (usage === undefined || usage.input + usage.output === 0) return {}
  const { input, output, inputImage = 0 } = usage
  return {
    usage: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      input_tokens_details: { image_tokens: inputImage, text_tokens: input - inputImage },
    },
  }
}

const fileTypes = new Set(['png', 'jpeg', 'webp'])
const fileTypeOf = (images: readonly MadeImage[]): string | undefined => {
  const type = images[0]?.mediaType?.slice('image/'.length)
  return type !== undefined && fileTypes.has(type) ? type : undefined
}

const imagesIn = ({ result }: OperationAnswer): readonly MadeImage[] => (result.type === 'images' ? result.images : [])
const createdAt = ({ created }: OperationAnswer, { now }: AnswerContext): number => created ?? Math.floor(now / 1000)

export const encodeAnswer = (
  answer: OperationAnswer,
  request: ImagesBody,
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const images = imagesIn(answer)
  const fileType = fileTypeOf(images)
  return {
    value: {
      created: createdAt(answer, context),
      data: images.map(image => dataOf(image, request)),
      ...(fileType !== undefined && { output_format: fileType }),
      ...writeUsage(answer.usage),
    },
    losses: formatLoss(images, request),
  }
}

/** The events of a stream that shows each image once it is done. */
export const encodeEvents = (
  answer: OperationAnswer,
  request: ImagesBody,
  context: AnswerContext,
): Encoded<readonly Frame[]> => {
  const images = imagesIn(answer)
  const event = request.operation === 'images' ? 'image_generation.completed' : 'image_edit.completed'
  const { background = 'auto', quality = 'auto', size = 'auto' } = request
  const frames = images.map(({ base64 = '' }) => ({
    event,
    data: JSON.stringify({
      type: event,
      b64_json: base64,
      created_at: createdAt(answer, context),
      size,
      quality,
      background,
      output_format: fileTypeOf(images) ?? 'png',
      ...writeUsage(answer.usage),
    }),
  }))
  const why = 'the provider draws without showing what is half done'
  const losses = request.extensions[id]?.['partial_images'] === undefined ? [] : [{ field: 'partial_images', why }]
  return { value: frames, losses }
}

/** Some call the list by another name. */
export const passes = (body: unknown): boolean => isRecord(body) && Array.isArray(body['data'])

/** What an event of a stream tells. */
export const readEvent = (event: unknown): EventTold => {
  if (!isRecord(event) || !isWord(event['b64_json'])) return { content: false, size: 0 }
  const isLast = String(event['type']).endsWith('.completed')
  return { content: true, size: 0, ...(isLast && { isLast, usage: usageOf(event['usage'], 1) }) }
}
