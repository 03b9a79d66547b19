/** Images as Google has them: Imagen's predictions, and Gemini models that draw what they answer. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { ImagesBody, MadeImage, OperationAnswer, Upload } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isWord, recordOf, textOf } from '../fields.ts'
import { encodeAnswer, onlyPictures } from './openai-answer.ts'
import { ratioIn } from './shape.ts'

const noClients = (): Checked<never> => ({ ok: false, why: 'no client asks for images in this form' })

/** What was asked for and cannot be told, by the names that clients have for it. */
const lost = (request: ImagesBody, fields: Readonly<Record<string, keyof ImagesBody>>): readonly Loss[] =>
  Object.entries(fields)
    .filter(([, member]) => request[member] !== undefined)
    .map(([field]) => ({ field, why: `there is no way to tell ${field}` }))

const untold = { quality: 'quality', style: 'style', background: 'background' } as const
const typeOf = (fileType: string | undefined): string | undefined =>
  fileType === undefined ? undefined : `image/${fileType}`

/** OpenAI's masks say by transparency what may change. */
const noMask = 'takes masks in black and white, and this one is of transparency'

const imagenRatios = ['1:1', '3:4', '4:3', '9:16', '16:9']

/** Vertex takes wishes that Google's own API refuses, and pictures to start from. */
export interface ImagenPlace {
  readonly isVertex: boolean
}

const references = (images: readonly Upload[]): readonly Json[] =>
  images.map(({ bytes }, place) => ({
    referenceType: 'REFERENCE_TYPE_RAW',
    referenceId: place + 1,
    referenceImage: { bytesBase64Encoded: { inlined: bytes, behind: '' } },
  }))

const isSet = ([, value]: readonly [string, unknown]): boolean => value !== undefined
const told = (members: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(members).filter(isSet))

const parametersOf = (request: ImagesBody, aspectRatio: string | undefined, isVertex: boolean): Json => {
  const { count, images, fileType, negativePrompt, seed } = request
  const mimeType = typeOf(fileType)
  return told({
    sampleCount: count,
    aspectRatio,
    editMode: images.length > 0 ? 'EDIT_MODE_DEFAULT' : undefined,
    outputOptions: mimeType === undefined ? undefined : { mimeType },
    negativePrompt: isVertex ? negativePrompt : undefined,
    // A seed is taken only where no watermark is put in.
    ...(isVertex && seed !== undefined && { seed, addWatermark: false }),
    includeRaiReason: true,
  })
}

const encodeImagen =
  ({ isVertex }: ImagenPlace) =>
  (request: ImagesBody): Checked<Encoded<WireBody>> => {
    const { prompt, images, mask } = request
    if (mask !== undefined) return { ok: false, why: noMask }
    if (images.length > 0 && !isVertex) return { ok: false, why: 'takes no pictures to edit' }
    const { ratio, losses } = ratioIn(imagenRatios, request)
    const instance = images.length === 0 ? { prompt } : { prompt, referenceImages: references(images) }
    const json = { instances: [instance], parameters: parametersOf(request, ratio, isVertex) }
    const more = lost(request, isVertex ? untold : { ...untold, negative_prompt: 'negativePrompt', seed: 'seed' })
    return { ok: true, value: { value: { json, holdsFiles: true }, losses: [...losses, ...more] } }
  }

const predicted = (one: unknown): MadeImage | undefined => {
  if (!isRecord(one) || !isWord(one['bytesBase64Encoded'])) return undefined
  const { bytesBase64Encoded: base64, mimeType, prompt } = one
  return {
    base64,
    mediaType: isWord(mimeType) ? mimeType : 'image/png',
    ...(isWord(prompt) && { revisedPrompt: prompt }),
  }
}

const answerOf = (images: readonly MadeImage[], usage: Usage, refused: string): OperationAnswer => ({
  result: { type: 'images', images },
  usage,
  ...(images.length === 0 && { refused }),
})

const decodeImagen = (body: unknown): Checked<OperationAnswer> => {
  if (!isRecord(body)) return { ok: false, why: 'no predictions' }
  // Where every picture was filtered, there is no list of them.
  const all: readonly unknown[] = Array.isArray(body['predictions']) ? body['predictions'] : []
  const images = all.map(predicted).filter(image => image !== undefined)
  const [reason = 'every picture was filtered'] = all
    .filter(isRecord)
    .map(one => textOf(one, 'raiFilteredReason'))
    .filter(isWord)
  return { ok: true, value: answerOf(images, onlyPictures(images.length), reason) }
}

/** `POST …:predict` of an Imagen model. */
export const imagen = (place: ImagenPlace): OperationDialect<ImagesBody> => ({
  id: 'imagen' as DialectId,
  operations: place.isVertex ? ['images', 'image-edits'] : ['images'],
  decodeRequest: noClients,
  encodeRequest: encodeImagen(place),
  decodeAnswer: decodeImagen,
  encodeAnswer,
})

const geminiRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']

const inlineOf = ({ mediaType, bytes }: Upload): Json => ({
  inlineData: { mimeType: mediaType === '' ? 'image/png' : mediaType, data: { inlined: bytes, behind: '' } },
})

const encodeGemini = (request: ImagesBody): Checked<Encoded<WireBody>> => {
  const { prompt, count, images, mask } = request
  if (mask !== undefined) return { ok: false, why: 'takes no mask' }
  const { ratio, losses } = ratioIn(geminiRatios, request)
  const json = {
    contents: [{ role: 'user', parts: [...images.map(inlineOf), { text: prompt }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(ratio !== undefined && { imageConfig: { aspectRatio: ratio } }),
      ...(request.seed !== undefined && { seed: request.seed }),
    },
  }
  const more = lost(request, { ...untold, output_format: 'fileType', negative_prompt: 'negativePrompt' })
  const fewer = count === 1 ? [] : [{ field: 'n', why: 'it draws one image for each request' }]
  return {
    ok: true,
    value: { value: { json, ...(images.length > 0 && { holdsFiles: true }) }, losses: [...losses, ...more, ...fewer] },
  }
}

const drawn = (part: unknown): MadeImage | undefined => {
  const { data, mimeType } = isRecord(part) ? recordOf(part, 'inlineData') : {}
  return isWord(data) && isWord(mimeType) && mimeType.startsWith('image/')
    ? { base64: data, mediaType: mimeType }
    : undefined
}

const partsOf = (candidate: Json): readonly unknown[] => {
  const { parts } = recordOf(candidate, 'content')
  return Array.isArray(parts) ? parts : []
}
const saidIn = (candidate: Json): string =>
  partsOf(candidate)
    .map(part => (isRecord(part) ? textOf(part, 'text') : ''))
    .join(' ')
    .trim()

/** Why there is no picture, as exactly as it was told. */
const reasonOf = (body: Json, candidates: readonly Json[]): string => {
  const [first = {}] = candidates
  const block = textOf(recordOf(body, 'promptFeedback'), 'blockReason')
  const words = [block, textOf(first, 'finishReason'), textOf(first, 'finishMessage'), saidIn(first)].filter(isWord)
  return words.length === 0 ? 'it answered without an image' : words.join(': ').slice(0, 500)
}

const decodeGemini =
  (readUsage: (usage: unknown) => Usage | undefined) =>
  (body: unknown): Checked<OperationAnswer> => {
    if (!isRecord(body)) return { ok: false, why: 'no candidates' }
    const candidates = Array.isArray(body['candidates']) ? body['candidates'].filter(isRecord) : []
    const images = candidates
      .flatMap(partsOf)
      .map(drawn)
      .filter(image => image !== undefined)
    const usage = { ...onlyPictures(images.length), ...readUsage(body['usageMetadata']) }
    const { modelVersion, responseId } = body
    return {
      ok: true,
      value: {
        ...answerOf(images, { ...usage, units: { images: images.length } }, reasonOf(body, candidates)),
        ...(isWord(modelVersion) && { model: modelVersion }),
        ...(isWord(responseId) && { upstreamId: responseId }),
      },
    }
  }

/** `POST …:generateContent` of a Gemini model that draws; how it counts is the same as in a chat. */
export const geminiImages = (readUsage: (usage: unknown) => Usage | undefined): OperationDialect<ImagesBody> => ({
  id: 'gemini' as DialectId,
  operations: ['images', 'image-edits'],
  decodeRequest: noClients,
  encodeRequest: encodeGemini,
  decodeAnswer: decodeGemini(readUsage),
  encodeAnswer,
})
