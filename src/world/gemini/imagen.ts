/** Imagen's pictures, asked for as predictions. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import { jsonWork, object } from '../operation.ts'
import type { Operation } from '../operation.ts'
import { drawPng } from '../operations/draw-png.ts'
import { geminiVoice } from './gemini.ts'
import { invalid, unknownModel } from './manners.ts'
import { listIn, member, objectIn } from './members.ts'

const address = /^\/v1(?:beta|alpha)?\/models\/([^/:]+):predict$/

/** Google's. */
export const imagen: Operation = {
  name: 'images.generations',
  voice: geminiVoice,
  route: (method, path) => {
    const [, model] = (method === 'POST' ? address.exec(path) : null) ?? []
    return model === undefined ? undefined : { model }
  },
  plan: ({ route, body, models }) => {
    const name = route.model ?? ''
    const model = modelFor('draw', models, { provider: 'gemini', name })
    if (model === undefined) return object(unknownModel(name))
    const prompt = member(listIn(body, 'instances')[0], 'prompt')
    if (typeof prompt !== 'string' || prompt === '') return object(invalid('Prompt is required.'))
    const count = Number(member(objectIn(body, 'parameters'), 'sampleCount') ?? 1)
    if (!Number.isInteger(count) || count < 1 || count > 4)
      return object(invalid('Sample count must be between 1 and 4.'))
    return jsonWork({ model, inputTokens: estimateTokens(prompt) }, () => ({
      predictions: Array.from({ length: count }, (_, place) => ({
        mimeType: 'image/png',
        bytesBase64Encoded: drawPng(`${prompt} ${place}`).toString('base64'),
      })),
    }))
  },
}
