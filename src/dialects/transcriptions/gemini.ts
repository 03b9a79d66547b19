/** Transcriptions by models that chat about what they hear (Gemini): the words, without times. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { OperationAnswer, TranscriptionBody, Upload } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isWord, noMembers, recordOf, textOf } from '../fields.ts'
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

/** Why nothing was written down; '' where something was. */
const refusalIn = (body: Json, first: Json): string => {
  const block = textOf(recordOf(body, 'promptFeedback'), 'blockReason')
  const end = textOf(first, 'finishReason')
  return block === '' && !good.has(end) ? end : block
}

const headOf = ({ modelVersion, responseId }: Json): Partial<OperationAnswer> => ({
  ...(isWord(modelVersion) && { model: modelVersion }),
  ...(isWord(responseId) && { upstreamId: responseId }),
})

const decodeAnswer =
  (readUsage: (usage: unknown) => Usage | undefined) =>
  (body: unknown): Checked<OperationAnswer> => {
    if (!isRecord(body)) return { ok: false, why: 'no candidates' }
    const [first = noMembers] = Array.isArray(body['candidates']) ? body['candidates'].filter(isRecord) : []
    const refused = refusalIn(body, first)
    if (first === noMembers && refused === '') return { ok: false, why: 'no candidates' }
    const usage = readUsage(body['usageMetadata'])
    const heard = { text: wordsIn(first) }
    const audio = usage?.inputAudio
    return {
      ok: true,
      value: {
        result: {
          type: 'transcript',
          heard: audio === undefined ? heard : { ...heard, seconds: audio / tokensPerSecond },
        },
        ...(refused !== '' && { refused }),
        ...(usage !== undefined && { usage }),
        ...headOf(body),
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
