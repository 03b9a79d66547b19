/** Transcriptions by models that chat about what they hear (Gemini): the words, without times. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { OperationAnswer, TranscriptionBody, Upload } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isWord, recordOf, textOf } from '../fields.ts'
import { encodeAnswer } from './openai-answer.ts'

/** Larger files have to be put into Google's store first. */
const most = 75 * 1024 * 1024
/** A second of sound is as many tokens. */
const tokensPerSecond = 32

const bySuffix: Readonly<Record<string, string>> = {
  wav: 'audio/wav',
  mp3: 'audio/mp3',
  mpga: 'audio/mp3',
  mpeg: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'audio/mp4',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  aiff: 'audio/aiff',
  webm: 'audio/webm',
}
const typeOf = ({ mediaType, name }: Upload): string => {
  if (/^(?:audio|video)\//.test(mediaType)) return mediaType
  return bySuffix[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'audio/wav'
}

const taskOf = ({ operation, language, prompt }: TranscriptionBody): string => {
  const what =
    operation === 'translations'
      ? 'Translate what is said in this recording into English.'
      : `Write down word for word what is said in this recording${language === undefined ? '' : `, in the language "${language}"`}.`
  const context = prompt === undefined ? '' : ` Spellings and context: ${prompt}`
  return `${what} Answer with nothing but the words; with nothing at all if nobody speaks.${context}`
}

const encodeRequest = (request: TranscriptionBody): Checked<Encoded<WireBody>> => {
  const { file, format, temperature, stream } = request
  if (format === 'srt' || format === 'vtt' || format === 'diarized_json') {
    return { ok: false, why: `tells no times, of which ${format} is made` }
  }
  const { length } = file.bytes
  if (length !== undefined && length > most)
    return { ok: false, why: `takes files of up to ${most} bytes, and this one has ${length}` }
  const sound = { inlineData: { mimeType: typeOf(file), data: { inlined: file.bytes, behind: '' } } }
  const json = {
    contents: [{ role: 'user', parts: [{ text: taskOf(request) }, sound] }],
    ...(temperature !== undefined && { generationConfig: { temperature } }),
  }
  const losses = stream ? [{ field: 'stream', why: 'the answer is translated, and comes at once' }] : []
  return { ok: true, value: { value: { json, holdsFiles: true }, losses } }
}

const wordsIn = (candidate: Json): string => {
  const { parts } = recordOf(candidate, 'content')
  const all = Array.isArray(parts) ? parts.filter(isRecord) : []
  return all
    .filter(part => part['thought'] !== true)
    .map(part => textOf(part, 'text'))
    .join('')
    .trim()
}

const good = new Set(['', 'STOP', 'MAX_TOKENS', 'FINISH_REASON_UNSPECIFIED'])

const decodeAnswer =
  (readUsage: (usage: unknown) => Usage | undefined) =>
  (body: unknown): Checked<OperationAnswer> => {
    if (!isRecord(body)) return { ok: false, why: 'no candidates' }
    const [first] = Array.isArray(body['candidates']) ? body['candidates'].filter(isRecord) : []
    const block = textOf(recordOf(body, 'promptFeedback'), 'blockReason')
    if (first === undefined && block === '') return { ok: false, why: 'no candidates' }
    const end = textOf(first ?? {}, 'finishReason')
    const refused = block === '' && !good.has(end) ? end : block
    const usage = readUsage(body['usageMetadata'])
    const seconds = usage?.inputAudio === undefined ? undefined : usage.inputAudio / tokensPerSecond
    const { modelVersion, responseId } = body
    return {
      ok: true,
      value: {
        result: {
          type: 'transcript',
          heard: { text: wordsIn(first ?? {}), ...(seconds !== undefined && { seconds }) },
        },
        ...(refused !== '' && { refused }),
        ...(usage !== undefined && { usage }),
        ...(isWord(modelVersion) && { model: modelVersion }),
        ...(isWord(responseId) && { upstreamId: responseId }),
      },
    }
  }

/** `POST …:generateContent` of a model that hears; how it counts is the same as in a chat. */
export const geminiTranscriptions = (
  readUsage: (usage: unknown) => Usage | undefined,
): OperationDialect<TranscriptionBody> => ({
  id: 'gemini' as DialectId,
  operations: ['transcriptions', 'translations'],
  decodeRequest: () => ({ ok: false, why: 'no client asks in this form' }),
  encodeRequest,
  decodeAnswer: decodeAnswer(readUsage),
  encodeAnswer,
})
