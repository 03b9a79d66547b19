/** Images and sound: who offers them in whose form, and what differs from model to model. */
import { openaiImageEdits, openaiImages } from '../dialects/images/openai.ts'
import { amazonImages, stabilityImages } from '../dialects/images/bedrock.ts'
import { geminiImages, imagen } from '../dialects/images/google.ts'
import { readUsage } from '../dialects/gemini/usage.ts'
import { geminiSpeech } from '../dialects/speech/gemini.ts'
import { openaiSpeech } from '../dialects/speech/openai.ts'
import { geminiTranscriptions } from '../dialects/transcriptions/gemini.ts'
import { openaiGives, openaiTranscriptions, openaiTranslations } from '../dialects/transcriptions/openai.ts'
import type { Edits, Quirks } from './quirks.ts'
import type { Path, Service } from './voice.ts'

const oneSize = ['1024x1024', '1536x1024', '1024x1536', 'auto']

/** OpenAI's models for images refuse each other's words. */
const pictureQuirks: Quirks = {
  models: [
    {
      names: /^(?:gpt-image-1(?:-mini)?|chatgpt-image)(?:-latest|-\d{4}-\d\d-\d\d)?$/,
      quirks: {
        drop: ['style'],
        words: {
          response_format: ['b64_json'],
          quality: ['auto', 'low', 'medium', 'high'],
          size: oneSize,
        },
      },
    },
    {
      names: /^(?:gpt|chatgpt)-image/,
      quirks: {
        drop: ['style'],
        words: { response_format: ['b64_json'], quality: ['auto', 'low', 'medium', 'high'] },
      },
    },
    {
      names: /^dall-e-3/,
      quirks: {
        drop: ['background', 'output_format', 'output_compression', 'moderation', 'partial_images', 'stream'],
        words: { quality: ['standard', 'hd', 'auto'], size: ['1024x1024', '1792x1024', '1024x1792', 'auto'] },
        clamp: { n: [1, 1] },
      },
    },
    {
      names: /^dall-e-2/,
      quirks: {
        drop: ['background', 'output_format', 'output_compression', 'moderation', 'partial_images', 'stream', 'style'],
        words: { quality: ['standard', 'auto'], size: ['256x256', '512x512', '1024x1024', 'auto'] },
      },
    },
  ],
}

/** The newer models give bytes always, and refuse to be asked for them. */
const unasked = (body: Readonly<Record<string, unknown>>, model: string): Edits =>
  /^(?:gpt|chatgpt)-image/.test(model) && body['response_format'] === 'b64_json' ? { response_format: undefined } : {}

const drawing: Pick<Service, 'quirks' | 'edits'> = {
  quirks: pictureQuirks,
  edits: (body, { model }) => unasked(body, model),
}

/** All that OpenAI has of them, and so has Azure; `pathOf` tells where, e.g. of `/audio/speech`. */
export const openaiMedia = (pathOf: (operation: string) => Path): readonly Service[] => [
  { dialect: openaiImages, path: pathOf('/images/generations'), ...drawing },
  { dialect: openaiImageEdits, path: pathOf('/images/edits'), ...drawing },
  { dialect: openaiSpeech, path: pathOf('/audio/speech') },
  { dialect: openaiTranscriptions(openaiGives), path: pathOf('/audio/transcriptions') },
  { dialect: openaiTranslations(openaiGives), path: pathOf('/audio/translations') },
]

const isImagen = (model: string): boolean => /(?:^|\/)(?:imagen|imagegeneration)/.test(model)
const isNoImagen = (model: string): boolean => !isImagen(model)

/** All that Google has of them; `pathOf` tells where a verb is, e.g. `:predict`. */
export const googleMedia = (pathOf: (verb: string) => Path, isVertex: boolean): readonly Service[] => [
  { dialect: imagen({ isVertex }), path: pathOf(':predict'), serves: isImagen },
  { dialect: geminiImages(readUsage), path: pathOf(':generateContent'), serves: isNoImagen },
  { dialect: geminiSpeech(readUsage), path: pathOf(':generateContent') },
  { dialect: geminiTranscriptions(readUsage), path: pathOf(':generateContent') },
]

/** All that Bedrock has of them, at this path. */
export const bedrockMedia = (path: Path): readonly Service[] => [
  { dialect: amazonImages, path, serves: model => /amazon\.(?:titan-image|nova-canvas)/.test(model) },
  { dialect: stabilityImages, path, serves: model => /stability\./.test(model) },
]

/** Sizes as two numbers, and bytes by another word: what a few hosts of open models want. */
export const inSides = (body: Readonly<Record<string, unknown>>): Edits => {
  const { size, response_format: format } = body
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(typeof size === 'string' ? size : '') ?? []
  return {
    ...(size !== undefined && { size: undefined }),
    ...(width !== undefined && { width: Number(width), height: Number(height) }),
    ...(format === 'b64_json' && { response_format: 'base64' }),
  }
}
