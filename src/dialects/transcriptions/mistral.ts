/** Transcriptions as Mistral has them: one form of answer, of which the others are made. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { OperationAnswer, TranscriptionBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isWord } from '../fields.ts'
import { encodeAnswer, heardIn, onlySeconds } from './openai-answer.ts'
import { partsOf } from './openai-request.ts'

const needsTimes = (format: string): boolean => ['srt', 'vtt', 'verbose_json', 'diarized_json'].includes(format)

const lossesOf = ({ prompt, stream }: TranscriptionBody): readonly Loss[] => [
  ...(prompt === undefined ? [] : [{ field: 'prompt', why: 'there is no way to tell what to expect' }]),
  ...(stream ? [{ field: 'stream', why: 'the answer is translated, and comes at once' }] : []),
]

const encodeRequest = (request: TranscriptionBody, model: string): Checked<Encoded<WireBody>> => {
  const { timestamps, format, language, prompt: _prompt, ...others } = request
  const times = timestamps ?? (needsTimes(format) ? (['segment'] as const) : undefined)
  // With times asked for, a language must not be.
  const told = {
    ...others,
    format,
    ...(times === undefined ? language !== undefined && { language } : { timestamps: times }),
  }
  const losses = [
    ...lossesOf(request),
    ...(times !== undefined && language !== undefined
      ? [{ field: 'language', why: 'it cannot be told where times are asked for' }]
      : []),
  ]
  const renamed = partsOf(told, model, undefined).map(part =>
    part.name === 'timestamp_granularities[]' ? { ...part, name: 'timestamp_granularities' } : part,
  )
  const diarize = format === 'diarized_json' ? [{ name: 'diarize', value: 'true' }] : []
  return { ok: true, value: { value: { form: [...diarize, ...renamed] }, losses } }
}

const count = (usage: Json, name: string): number => {
  const value = usage[name]
  return typeof value === 'number' && value > 0 ? value : 0
}
const usageOf = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage)) return undefined
  return {
    ...onlySeconds(count(usage, 'prompt_audio_seconds')),
    input: tokens(count(usage, 'prompt_tokens')),
    output: tokens(count(usage, 'completion_tokens')),
  }
}

const decodeAnswer = (body: unknown): Checked<OperationAnswer> => {
  const heard = isRecord(body) ? heardIn(body) : undefined
  if (!isRecord(body) || heard === undefined) return { ok: false, why: 'no text' }
  const usage = usageOf(body['usage'])
  const seconds = usage?.units?.seconds
  return {
    ok: true,
    value: {
      result: { type: 'transcript', heard: { ...heard, ...(seconds !== undefined && { seconds }) } },
      ...(isWord(body['model']) && { model: body['model'] }),
      ...(usage !== undefined && { usage }),
    },
  }
}

/** `POST /v1/audio/transcriptions` of Mistral's. */
export const mistralTranscriptions: OperationDialect<TranscriptionBody> = {
  id: 'mistral' as DialectId,
  operations: ['transcriptions'],
  decodeRequest: () => ({ ok: false, why: 'no client asks in this form' }),
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
}
