/** Transcriptions and translations in OpenAI's form: what was heard is the size and the hash of the file, so that a test sees every byte arrive. */
import { estimateTokens, piecesOf } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { invalid } from '../openai-request.ts'
import { object, postTo } from '../operation.ts'
import type { Came, Made, Operation, Planned } from '../operation.ts'
import { fieldOf } from '../read-form.ts'
import type { ReadFile } from '../read-form.ts'
import type { Frame, Json } from '../speech.ts'

const voice = voiceOf(openaiFlavour)

/** What is said of a file; a second for every 32,000 bytes, as plain samples of speech have them. */
const wordsFor = ({ bytes, sha256, name }: ReadFile): string =>
  `I heard ${bytes} bytes of ${name} with the SHA-256 ${sha256}.`
const secondsOf = ({ bytes }: ReadFile): number => Math.max(1, Math.ceil(bytes / 32_000))

const formats = new Set(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'])

/** The newer models count tokens, Whisper counts seconds. */
const usageOf = (file: ReadFile, text: string, model: string): Json => {
  if (model === 'whisper-1') return { type: 'duration', seconds: secondsOf(file) }
  const audio = 10 * secondsOf(file)
  const output = estimateTokens(text)
  const details = { audio_tokens: audio, text_tokens: 0 }
  return {
    type: 'tokens',
    input_tokens: audio,
    input_token_details: details,
    output_tokens: output,
    total_tokens: audio + output,
  }
}

const stamp = (seconds: number, mark: string): string =>
  `${new Date(1000 * seconds).toISOString().slice(11, 19)}${mark}000`

const captions = (text: string, file: ReadFile): string =>
  `1\n${stamp(0, ',')} --> ${stamp(secondsOf(file), ',')}\n${text}\n\n`

const verbose = (text: string, file: ReadFile, task: string): Json => {
  const end = secondsOf(file)
  const scores = { tokens: [1], temperature: 0, avg_logprob: -0.2, compression_ratio: 1, no_speech_prob: 0 }
  return {
    task,
    language: 'english',
    duration: end,
    text,
    segments: [{ id: 0, seek: 0, start: 0, end, text, ...scores }],
    usage: { type: 'duration', seconds: end },
  }
}

interface Heard {
  readonly text: string
  readonly file: ReadFile
  readonly task: 'transcribe' | 'translate'
  readonly model: string
}

const plainly: Readonly<Record<string, (heard: Heard) => string>> = {
  text: ({ text }) => `${text}\n`,
  srt: ({ text, file }) => captions(text, file),
  vtt: ({ text, file }) => `WEBVTT\n\n${captions(text, file).slice(2).replaceAll(',000', '.000')}`,
  verbose_json: ({ text, file, task }) => JSON.stringify(verbose(text, file, task)),
  json: ({ text, file, task, model }) =>
    JSON.stringify({ text, ...(task === 'transcribe' && { usage: usageOf(file, text, model) }) }),
}

const wholeOf = (heard: Heard, format: string): Made => ({
  contentType: format.endsWith('json') ? 'application/json' : 'text/plain; charset=utf-8',
  frames: [{ data: (plainly[format] ?? plainly['json'])?.(heard) ?? '', tokens: 1 }],
})

const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

function* streamOf({ text, file, model }: Heard): Iterable<Frame> {
  for (const delta of piecesOf(text, () => 2))
    yield { data: sse({ type: 'transcript.text.delta', delta }), tokens: estimateTokens(delta) }
  yield { data: sse({ type: 'transcript.text.done', text, usage: usageOf(file, text, model) }), tokens: 0 }
}

const plan = ({ form, models }: Came, task: Heard['task']): Planned => {
  const name = fieldOf(form, 'model')
  if (name === undefined) return object(invalid('you must provide a model parameter', 'model'))
  const model = modelFor('hear', models, { provider: 'openai', name })
  if (model === undefined) return object(openaiFlavour.unknownModel(name))
  const file = form?.files.find(({ field }) => field === 'file')
  if (file === undefined)
    return object(invalid("Missing required parameter: 'file'.", 'file', 'missing_required_parameter'))
  const format = fieldOf(form, 'response_format') ?? 'json'
  if (!formats.has(format))
    return object(
      invalid(
        `response_format '${format}' is not compatible with model '${model.id}'.`,
        'response_format',
        'unsupported_value',
      ),
    )
  const heard = { text: wordsFor(file), file, task, model: model.id }
  // Whisper takes the wish and does not stream.
  const stream = fieldOf(form, 'stream') === 'true' && model.id !== 'whisper-1'
  const make = (): Made =>
    stream ? { contentType: 'text/event-stream; charset=utf-8', frames: streamOf(heard) } : wholeOf(heard, format)
  return { ok: true, work: { model, inputTokens: 10 * secondsOf(file), stream, make } }
}

const errorFrame: Operation['errorFrame'] = complaint => sse(openaiFlavour.error(complaint))

/** Both. */
export const transcriptions: readonly Operation[] = [
  {
    name: 'audio.transcriptions',
    voice,
    takes: 'form',
    route: postTo('/audio/transcriptions'),
    plan: came => plan(came, 'transcribe'),
    errorFrame,
  },
  {
    name: 'audio.translations',
    voice,
    takes: 'form',
    route: postTo('/audio/translations'),
    plan: came => plan(came, 'translate'),
    errorFrame,
  },
]
