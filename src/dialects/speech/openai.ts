/** Speech as OpenAI and its look-alikes have it: sound as it is made, as bytes or as events. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { OperationAnswer, SpeechBody } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded, Frame } from '../../ports/dialect.ts'
import type { EventTold, OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { isAbsent, isWord, otherMembers } from '../fields.ts'
import { checked, optionalNumber, optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { tokenCount } from '../token-count.ts'
import { base64Of } from './base64.ts'

const id = 'openai' as DialectId

const known = new Set(['model', 'input', 'voice', 'instructions', 'response_format', 'speed', 'stream_format'])

/** A voice by its name, or one of one's own by its id. */
const voiceOf = (findings: Findings, value: unknown): string => {
  const name = isRecord(value) ? value['id'] : value
  if (isWord(name)) return name
  report(findings, 'voice', value, 'the name of a voice')
  return ''
}

/** An object stands for more than its id says. */
const ownVoice = (voice: unknown): Json => (isRecord(voice) ? { voice } : {})

const streamOf = (findings: Findings, value: unknown): boolean => {
  if (!isAbsent(value) && value !== 'sse' && value !== 'audio') {
    report(findings, 'stream_format', value, '"sse" or "audio", or left out')
  }
  return value === 'sse'
}

const decodeRequest = (body: unknown): Checked<SpeechBody> => {
  if (!isRecord(body)) {
    return { ok: false, at: '', why: 'the body is no object; {"model": …, "input": …, "voice": …} would be right' }
  }
  const findings: Findings = {}
  const instructions = optionalText(findings, 'instructions', body['instructions'])
  const speed = optionalNumber(findings, 'speed', body['speed'])
  const rest = { ...otherMembers(body, known), ...ownVoice(body['voice']) }
  return checked(findings, {
    operation: 'speech',
    target: requiredWord(findings, 'model', body['model']),
    text: requiredWord(findings, 'input', body['input']),
    voice: voiceOf(findings, body['voice']),
    fileType: optionalText(findings, 'response_format', body['response_format']) ?? 'mp3',
    stream: streamOf(findings, body['stream_format']),
    streamUsage: true,
    ...(instructions !== undefined && { instructions }),
    ...(speed !== undefined && { speed }),
    extensions: Object.keys(rest).length === 0 ? {} : { [id]: rest },
  })
}

const encodeRequest = (request: SpeechBody, model: string): Checked<Encoded<WireBody>> => {
  const { text, voice, fileType, instructions, speed, stream, extensions } = request
  const json = {
    model,
    input: text,
    voice,
    response_format: fileType,
    ...(instructions !== undefined && { instructions }),
    ...(speed !== undefined && { speed }),
    ...(stream && { stream_format: 'sse' }),
    ...extensions[id],
  }
  return { ok: true, value: { value: { json }, losses: [] } }
}

/** About as many bytes as a second of speech has, in OpenAI's own files. */
const bytesPerSecond: Readonly<Record<string, number>> = {
  mp3: 16_000,
  opus: 6_000,
  aac: 12_000,
  flac: 25_000,
  wav: 48_000,
  pcm: 48_000,
}
/** A second of speech is some 21 tokens of sound to those who bill by the token, which is what 83 characters of text are. */
const charactersPerSecond = 83

const worthOf = (bytes: number, { fileType }: SpeechBody): number =>
  (bytes / (bytesPerSecond[fileType] ?? 16_000)) * charactersPerSecond

const count = (usage: Json, name: string): number => tokenCount(usage[name]) ?? 0

const usageOf = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage)) return undefined
  const none = tokens(0)
  const output = tokens(count(usage, 'output_tokens'))
  return {
    input: tokens(count(usage, 'input_tokens')),
    inputCached: none,
    inputCacheWritten: none,
    output,
    outputAudio: output,
    reasoning: none,
  }
}

const readEvent = (event: unknown): EventTold => {
  if (!isRecord(event)) return { content: false, size: 0 }
  const { type, audio } = event
  if (type === 'speech.audio.done') {
    const usage = usageOf(event['usage'])
    return { content: false, size: 0, isLast: true, ...(usage !== undefined && { usage }) }
  }
  return { content: isWord(audio), size: 0 }
}

/** Sound that is there already, in pieces that fit into events. */
const pieceSize = 48 * 1024

const usageTold = ({ usage }: OperationAnswer): Json => {
  const { input = 0, output = 0 } = usage ?? {}
  return { usage: { input_tokens: input, output_tokens: output, total_tokens: input + output } }
}

const encodeEvents = (answer: OperationAnswer): Encoded<readonly Frame[]> => {
  const bytes = answer.result.type === 'bytes' ? answer.result.bytes : new Uint8Array()
  const frames: Frame[] = []
  for (let place = 0; place < bytes.length; place += pieceSize) {
    const audio = base64Of(bytes.subarray(place, place + pieceSize))
    frames.push({ data: JSON.stringify({ type: 'speech.audio.delta', audio }) })
  }
  frames.push({ data: JSON.stringify({ type: 'speech.audio.done', ...usageTold(answer) }) })
  return { value: frames, losses: [] }
}

/** `POST /v1/audio/speech`. */
export const openaiSpeech: OperationDialect<SpeechBody> = {
  id,
  operations: ['speech'],
  decodeRequest,
  encodeRequest,
  decodeAnswer: () => ({ ok: false, why: 'JSON where sound should be' }),
  // Sound that is whole goes out as the bytes that it is.
  encodeAnswer: () => ({ value: '', losses: [] }),
  encodeEvents,
  readEvent,
  worthOf,
}
