/** Images as Bedrock's models have them: Amazon's own, and Stability's. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { ImagesBody, OperationAnswer } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isWord } from '../fields.ts'
import { encodeAnswer, onlyPictures } from './openai-answer.ts'
import { ratioIn, sidesOf } from './shape.ts'

const noClients = (): Checked<never> => ({ ok: false, why: 'no client asks for images in this form' })

const lost = (
  request: ImagesBody,
  ...fields: readonly (readonly [field: string, member: keyof ImagesBody])[]
): readonly Loss[] =>
  fields
    .filter(([, member]) => request[member] !== undefined)
    .map(([field]) => ({ field, why: `there is no way to tell ${field}` }))

/** Amazon's two words for it, by everybody else's. */
const qualities: Readonly<Record<string, string>> = {
  standard: 'standard',
  low: 'standard',
  medium: 'standard',
  hd: 'premium',
  high: 'premium',
}
/** Nova Canvas knows styles by names of its own. */
const isStyle =
  /^(?:3D_ANIMATED_FAMILY_FILM|DESIGN_SKETCH|FLAT_VECTOR_ILLUSTRATION|GRAPHIC_NOVEL_ILLUSTRATION|MAXIMALISM|MIDCENTURY_RETRO|PHOTOREALISM|SOFT_DIGITAL_PAINTING)$/

const taskOf = ({ prompt, negativePrompt, images, style }: ImagesBody) => {
  const words = { text: prompt, ...(negativePrompt !== undefined && { negativeText: negativePrompt }) }
  if (images.length === 0) {
    return { taskType: 'TEXT_IMAGE', textToImageParams: { ...words, ...(isStyle.test(style ?? '') && { style }) } }
  }
  const pictures = images.map(({ bytes }) => ({ inlined: bytes, behind: '' }))
  return { taskType: 'IMAGE_VARIATION', imageVariationParams: { ...words, images: pictures } }
}

const encodeAmazon = (request: ImagesBody): Checked<Encoded<WireBody>> => {
  const { count, size, quality, style, mask, images, seed } = request
  if (mask !== undefined) return { ok: false, why: 'takes masks in black and white, and this one is of transparency' }
  const sides = sidesOf(size)
  const word = qualities[quality ?? '']
  const json = {
    ...taskOf(request),
    imageGenerationConfig: {
      numberOfImages: count,
      ...sides,
      ...(word !== undefined && { quality: word }),
      ...(seed !== undefined && { seed }),
    },
  }
  const losses = [
    ...lost(request, ['background', 'background'], ['output_format', 'fileType'], ['aspect_ratio', 'aspectRatio']),
    ...(style === undefined || isStyle.test(style) ? [] : [{ field: 'style', why: 'there is no such style' }]),
  ]
  return { ok: true, value: { value: { json, ...(images.length > 0 && { holdsFiles: true }) }, losses } }
}

const isWords = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isWord)

/** What filtered a picture, whichever way it was told. */
const filterIn = ({ error, finish_reasons: reasons }: Readonly<Record<string, unknown>>): string | undefined => {
  const told: readonly unknown[] = Array.isArray(reasons) ? reasons : [error]
  return told.find(isWord)
}

const decode =
  (mediaType: string) =>
  (body: unknown): Checked<OperationAnswer> => {
    if (!isRecord(body)) return { ok: false, why: 'no list of images' }
    const refused = filterIn(body)
    const all = isWords(body['images']) ? body['images'] : []
    if (all.length === 0 && refused === undefined) return { ok: false, why: 'no list of images' }
    const images = all.map(base64 => ({ base64, mediaType }))
    const answer: OperationAnswer = { result: { type: 'images', images }, usage: onlyPictures(images.length) }
    return { ok: true, value: images.length === 0 && refused !== undefined ? { ...answer, refused } : answer }
  }

/** Titan's and Nova's. */
export const amazonImages: OperationDialect<ImagesBody> = {
  id: 'amazon' as DialectId,
  operations: ['images', 'image-edits'],
  decodeRequest: noClients,
  encodeRequest: encodeAmazon,
  decodeAnswer: decode('image/png'),
  encodeAnswer,
}

const stabilityRatios = ['1:1', '16:9', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21']

const encodeStability = (request: ImagesBody): Checked<Encoded<WireBody>> => {
  const { prompt, count, negativePrompt, seed } = request
  const { ratio, losses } = ratioIn(stabilityRatios, request)
  const json = {
    prompt,
    ...(negativePrompt !== undefined && { negative_prompt: negativePrompt }),
    ...(ratio !== undefined && { aspect_ratio: ratio }),
    ...(seed !== undefined && { seed }),
    output_format: 'png',
  }
  const fewer = count === 1 ? [] : [{ field: 'n', why: 'it draws one image for each request' }]
  const isOther = request.fileType !== undefined && request.fileType !== 'png'
  const other = isOther ? [{ field: 'output_format', why: 'the images come as PNG' }] : []
  const more = lost(request, ['quality', 'quality'], ['style', 'style'], ['background', 'background'])
  return { ok: true, value: { value: { json }, losses: [...losses, ...more, ...fewer, ...other] } }
}

/** Stability's. */
export const stabilityImages: OperationDialect<ImagesBody> = {
  id: 'stability' as DialectId,
  operations: ['images'],
  decodeRequest: noClients,
  encodeRequest: encodeStability,
  decodeAnswer: decode('image/png'),
  encodeAnswer,
}
