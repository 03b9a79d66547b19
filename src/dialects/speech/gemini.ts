/** Speech by Gemini models: samples in base64, given on as they are or as a WAV file. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { OperationAnswer, SpeechBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isWord, recordOf, textOf } from '../fields.ts'
import { bytesOf } from './base64.ts'
import { wavOf } from './wav.ts'

const voices = new Map(
  (
    'Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel Algieba Despina ' +
    'Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar Gacrux Pulcherrima Achird Zubenelgenubi ' +
    'Vindemiatrix Sadachbia Sadaltager Sulafat'
  )
    .split(' ')
    .map(name => [name.toLowerCase(), name]),
)
const usualVoice = 'Kore'

const lossesOf = ({ voice, fileType, speed }: SpeechBody): readonly Loss[] => [
  ...(voices.has(voice.toLowerCase())
    ? []
    : [{ field: 'voice', why: `there is no voice "${voice}"; ${usualVoice} reads instead` }]),
  ...(speed === undefined || speed === 1 ? [] : [{ field: 'speed', why: 'there is no way to tell the pace' }]),
  ...(fileType === 'wav' || fileType === 'pcm'
    ? []
    : [{ field: 'response_format', why: 'the sound comes as samples, given on as WAV' }]),
]

const encodeRequest = (request: SpeechBody): Checked<Encoded<WireBody>> => {
  const { text, voice, instructions } = request
  const voiceName = voices.get(voice.toLowerCase()) ?? usualVoice
  const json = {
    contents: [{ role: 'user', parts: [{ text: instructions === undefined ? text : `${instructions}: ${text}` }] }],
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } },
    },
  }
  return { ok: true, value: { value: { json }, losses: lossesOf(request) } }
}

interface Sound {
  readonly type: string
  readonly samples: Uint8Array
}

const soundOf = (part: unknown): Sound | undefined => {
  const { data, mimeType } = isRecord(part) ? recordOf(part, 'inlineData') : {}
  const samples = isWord(data) ? bytesOf(data) : undefined
  return samples === undefined || !isWord(mimeType) || !mimeType.startsWith('audio/')
    ? undefined
    : { type: mimeType, samples }
}

const joined = (sounds: readonly Sound[]): Uint8Array => {
  const all = new Uint8Array(sounds.reduce((sum, { samples }) => sum + samples.length, 0))
  let place = 0
  for (const { samples } of sounds) {
    all.set(samples, place)
    place += samples.length
  }
  return all
}

const rateOf = (type: string): number => Number(/\brate=(\d+)/.exec(type)?.[1] ?? 24_000)
const isSamples = (type: string): boolean => /^audio\/(?:l16|pcm)/i.test(type)

/** What is no bare samples is a file already. */
const resultOf = (sounds: readonly Sound[], { fileType }: SpeechBody): OperationAnswer['result'] => {
  const type = sounds[0]?.type ?? ''
  const bytes = joined(sounds)
  if (!isSamples(type)) return { type: 'bytes', bytes, mediaType: type }
  return fileType === 'pcm'
    ? { type: 'bytes', bytes, mediaType: `audio/pcm;rate=${rateOf(type)}` }
    : { type: 'bytes', bytes: wavOf(bytes, rateOf(type)), mediaType: 'audio/wav' }
}

const partsIn = (candidate: Json): readonly unknown[] => {
  const { parts } = recordOf(candidate, 'content')
  return Array.isArray(parts) ? parts : []
}

const reasonOf = (body: Json, [first = {}]: readonly Json[]): string => {
  const words = [textOf(recordOf(body, 'promptFeedback'), 'blockReason'), textOf(first, 'finishReason')].filter(isWord)
  return words.length === 0 ? 'it answered without sound' : words.join(': ')
}

const decodeAnswer =
  (readUsage: (usage: unknown) => Usage | undefined) =>
  (body: unknown, request: SpeechBody): Checked<OperationAnswer> => {
    if (!isRecord(body)) return { ok: false, why: 'no candidates' }
    const candidates = Array.isArray(body['candidates']) ? body['candidates'].filter(isRecord) : []
    const sounds = candidates
      .flatMap(partsIn)
      .map(soundOf)
      .filter(sound => sound !== undefined)
    const usage = readUsage(body['usageMetadata'])
    const { modelVersion, responseId } = body
    return {
      ok: true,
      value: {
        result: resultOf(sounds, request),
        ...(sounds.length === 0 && { refused: reasonOf(body, candidates) }),
        ...(usage !== undefined && { usage }),
        ...(isWord(modelVersion) && { model: modelVersion }),
        ...(isWord(responseId) && { upstreamId: responseId }),
      },
    }
  }

/** `POST …:generateContent` of a model that speaks; how it counts is the same as in a chat. */
export const geminiSpeech = (readUsage: (usage: unknown) => Usage | undefined): OperationDialect<SpeechBody> => ({
  id: 'gemini' as DialectId,
  operations: ['speech'],
  decodeRequest: () => ({ ok: false, why: 'no client asks for speech in this form' }),
  encodeRequest,
  decodeAnswer: decodeAnswer(readUsage),
  encodeAnswer: () => ({ value: '', losses: [] }),
})
