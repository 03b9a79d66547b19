/** What was heard, in OpenAI's forms: JSON short and long, text, captions, events. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Heard, OperationAnswer, TranscriptionBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded, Frame } from '../../ports/dialect.ts'
import type { EventTold } from '../../ports/operation-dialect.ts'
import { isWord, recordOf } from '../fields.ts'
import { tokenCount } from '../token-count.ts'
import { endOf, srtOf, vttOf, wordsIn } from './captions.ts'

const numberIn = (record: Json, name: string): number | undefined => {
  const value = record[name]
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

const none = tokens(0)
/** Nothing but so many seconds. */
export const onlySeconds = (seconds: number): Usage => ({
  input: none,
  inputCached: none,
  inputCacheWritten: none,
  output: none,
  reasoning: none,
  units: { seconds },
})

/** A recording is no longer than some weeks; more is nonsense, and must not make a bill. */
const mostSeconds = 1e7
const plausible = (seconds: number | undefined): number | undefined =>
  seconds === undefined || seconds > mostSeconds ? undefined : seconds

/** Newer models count tokens, older ones seconds; some tell the length of what was heard alone. */
export const usageOf = (usage: unknown, seconds: number | undefined): Usage | undefined => {
  const told = isRecord(usage) ? usage : {}
  const length = plausible(numberIn(told, 'seconds')) ?? plausible(seconds)
  const input = tokenCount(told['input_tokens'])
  if (input === undefined) return length === undefined ? undefined : onlySeconds(length)
  const audio = tokenCount(recordOf(told, 'input_token_details')['audio_tokens'])
  return {
    input: tokens(input),
    inputCached: none,
    inputCacheWritten: none,
    output: tokens(tokenCount(told['output_tokens']) ?? 0),
    reasoning: none,
    ...(audio !== undefined && { inputAudio: tokens(audio) }),
    ...(length !== undefined && { units: { seconds: length } }),
  }
}

const recordsIn = (body: Json, name: string): readonly Json[] | undefined => {
  const list = body[name]
  return Array.isArray(list) ? list.filter(isRecord) : undefined
}

/** What was heard, from a body of JSON. */
export const heardIn = (body: Json): Heard | undefined => {
  const { text, language } = body
  if (typeof text !== 'string') return undefined
  const seconds = numberIn(body, 'duration')
  const segments = recordsIn(body, 'segments')
  const words = recordsIn(body, 'words')
  return {
    text,
    ...(isWord(language) && { language }),
    ...(seconds !== undefined && { seconds }),
    ...(segments !== undefined && { segments }),
    ...(words !== undefined && { words }),
  }
}

export const decodeAnswer = (body: unknown): Checked<OperationAnswer> => {
  const heard = isRecord(body) ? heardIn(body) : undefined
  if (!isRecord(body) || heard === undefined) return { ok: false, why: 'no text' }
  const usage = usageOf(body['usage'], heard.seconds)
  return { ok: true, value: { result: { type: 'transcript', heard }, ...(usage !== undefined && { usage }) } }
}

/** Text alone, or captions, whose last time tells how long it was. */
export const decodeText = (text: string, { format }: TranscriptionBody): OperationAnswer => {
  const isCaptions = format === 'srt' || format === 'vtt'
  const seconds = isCaptions ? endOf(text) : undefined
  return {
    result: { type: 'transcript', heard: { text: isCaptions ? wordsIn(text) : text.trim() } },
    ...(seconds !== undefined && { usage: onlySeconds(seconds) }),
  }
}

const usageTold = (usage: Usage | undefined): { readonly usage?: Json } => {
  if (usage === undefined) return {}
  const { input, output, inputAudio, units } = usage
  if (input + output === 0) {
    return units?.seconds === undefined ? {} : { usage: { type: 'duration', seconds: Math.ceil(units.seconds) } }
  }
  const details =
    inputAudio === undefined
      ? {}
      : { input_token_details: { audio_tokens: inputAudio, text_tokens: input - inputAudio } }
  return {
    usage: { type: 'tokens', input_tokens: input, ...details, output_tokens: output, total_tokens: input + output },
  }
}

const lastEnd = ({ segments = [] }: Heard): number =>
  segments.reduce((latest, segment) => Math.max(latest, numberIn(segment, 'end') ?? 0), 0)

const verbose = (heard: Heard, request: TranscriptionBody, usage: Usage | undefined): Json => ({
  task: request.operation === 'translations' ? 'translate' : 'transcribe',
  language: heard.language ?? request.language ?? '',
  duration: heard.seconds ?? usage?.units?.seconds ?? lastEnd(heard),
  text: heard.text,
  ...(heard.words !== undefined && { words: heard.words }),
  ...(heard.segments !== undefined && { segments: heard.segments }),
  ...usageTold(usage),
})

const wanted = ({ format, timestamps = [] }: TranscriptionBody): readonly ('word' | 'segment')[] => {
  if (format !== 'verbose_json') return []
  return timestamps.length === 0 ? ['segment'] : timestamps
}
/** Times that were asked for and did not come. */
const lossesOf = ({ segments, words }: Heard, request: TranscriptionBody): readonly Loss[] => {
  const missing = wanted(request).filter(kind => (kind === 'word' ? words : segments) === undefined)
  return missing.map(kind => ({
    field: `timestamp_granularities.${kind}`,
    why: `the provider tells no times of a ${kind}`,
  }))
}

export const encodeAnswer = (
  { result, usage }: OperationAnswer,
  request: TranscriptionBody,
): Encoded<Record<string, unknown> | string> => {
  const heard = result.type === 'transcript' ? result.heard : { text: '' }
  const { segments = [], text } = heard
  const losses = lossesOf(heard, request)
  switch (request.format) {
    case 'text':
      return { value: `${text}\n`, losses }
    case 'srt':
      return { value: srtOf(segments), losses }
    case 'vtt':
      return { value: vttOf(segments), losses }
    case 'verbose_json':
    case 'diarized_json':
      return { value: verbose(heard, request, usage), losses }
    default:
      return { value: { text, ...usageTold(usage) }, losses }
  }
}

/** A stream in which all of it comes at once. */
export const encodeEvents = ({ result, usage }: OperationAnswer): Encoded<readonly Frame[]> => {
  const text = result.type === 'transcript' ? result.heard.text : ''
  const delta = text === '' ? [] : [{ data: JSON.stringify({ type: 'transcript.text.delta', delta: text }) }]
  const done = { data: JSON.stringify({ type: 'transcript.text.done', text, ...usageTold(usage) }) }
  return { value: [...delta, done], losses: [] }
}

/** What an event of a stream tells. */
export const readEvent = (event: unknown): EventTold => {
  if (!isRecord(event)) return { content: false, size: 0 }
  const { type, delta, text } = event
  if (type === 'transcript.text.delta' && isWord(delta)) return { content: true, size: delta.length }
  if (type === 'transcript.text.segment') return { content: true, size: isWord(text) ? text.length : 0 }
  if (type !== 'transcript.text.done') return { content: false, size: 0 }
  const usage = usageOf(event['usage'], undefined)
  return { content: true, size: 0, isLast: true, ...(usage !== undefined && { usage }) }
}
