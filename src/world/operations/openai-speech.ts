/** Speech in OpenAI's form: sound that goes out piece by piece, as bytes or as events. */
import { chanceOf } from '../chance.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { invalid } from '../openai-request.ts'
import { object, postTo } from '../operation.ts'
import type { Operation } from '../operation.ts'
import type { Complaint, Frame, Json } from '../speech.ts'
import { sampleRate, samplesOf, wavHead } from './write-wav.ts'

const types: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
}

/** A frame of MPEG layer three as players find it: its head, at 128 kbit/s and 44.1 kHz, and 413 bytes of noise. */
const mp3Frames = (text: string): Buffer => {
  const chance = chanceOf(`sound ${text}`)
  const count = text.split(/\s+/).filter(word => word !== '').length
  return Buffer.concat(
    Array.from({ length: 2 * count }, () => {
      // Never two high bytes in a row, which would look like another head.
      const noise = Array.from({ length: 413 }, () => Math.floor(chance() * 0xf0))
      return Buffer.from([0xff, 0xfb, 0x90, 0x00, ...noise])
    }),
  )
}

const soundOf = (text: string, format: string): Buffer => {
  if (format === 'pcm') return samplesOf(text)
  if (format !== 'wav') return mp3Frames(text)
  const samples = samplesOf(text)
  return Buffer.concat([wavHead(samples.length), samples])
}

/** Bytes in a piece: a fifth of a second of plain samples. */
const pieceSize = (2 * sampleRate) / 5

const piecesOf = (sound: Buffer): readonly Buffer[] =>
  Array.from({ length: Math.ceil(sound.length / pieceSize) }, (_, place) =>
    sound.subarray(place * pieceSize, (place + 1) * pieceSize),
  )

const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

const faultIn = (body: Json, model: WorldModel): Complaint | undefined => {
  const { input, voice, stream_format: stream } = body
  if (typeof input !== 'string' || input === '')
    return invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
  if (input.length > 4096) {
    return invalid(
      "Invalid 'input': string too long. Expected a string with maximum length 4096.",
      'input',
      'string_above_max_length',
    )
  }
  if (voice === undefined) return invalid("Missing required parameter: 'voice'.", 'voice', 'missing_required_parameter')
  return stream === 'sse' && model.id.startsWith('tts-1')
    ? invalid("'sse' is not supported for this model.", 'stream_format', 'unsupported_value')
    : faultInManner(body)
}

const faultInManner = ({ response_format: format = 'mp3', speed = 1 }: Json): Complaint | undefined => {
  if (!Object.hasOwn(types, String(format))) {
    return invalid(
      `Invalid value: '${String(format)}'. Supported values are: 'mp3', 'opus', 'aac', 'flac', 'wav', and 'pcm'.`,
      'response_format',
      'invalid_value',
    )
  }
  return typeof speed === 'number' && speed >= 0.25 && speed <= 4
    ? undefined
    : invalid("Invalid 'speed': expected a value between 0.25 and 4.0.", 'speed')
}

function* framesOf(sound: Buffer, events: Json | undefined): Iterable<Frame> {
  for (const piece of piecesOf(sound)) {
    const data = events === undefined ? piece : sse({ type: 'speech.audio.delta', audio: piece.toString('base64') })
    yield { data, tokens: 4 }
  }
  if (events !== undefined) yield { data: sse({ type: 'speech.audio.done', usage: events }), tokens: 0 }
}

/** OpenAI's. */
export const openaiSpeech: Operation = {
  name: 'audio.speech',
  voice: voiceOf(openaiFlavour),
  route: postTo('/audio/speech'),
  plan: ({ body, models }) => {
    const name = String(body['model'])
    const model = modelFor('speak', models, { provider: 'openai', name })
    if (model === undefined) return object(openaiFlavour.unknownModel(name))
    const complaint = faultIn(body, model)
    if (complaint !== undefined) return object(complaint)
    const text = String(body['input'])
    const format = String(body['response_format'] ?? 'mp3')
    const sound = soundOf(text, format)
    const inputTokens = estimateTokens(text)
    const outputTokens = 4 * piecesOf(sound).length
    const usage = { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
    const isEvents = body['stream_format'] === 'sse'
    const contentType = isEvents ? 'text/event-stream; charset=utf-8' : (types[format] ?? 'audio/mpeg')
    const make = () => ({ contentType, frames: framesOf(sound, isEvents ? usage : undefined) })
    return { ok: true, work: { model, inputTokens, stream: true, make } }
  },
}
