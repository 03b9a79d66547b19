/** `generationConfig`, read: how answers are drawn, how long they may be, and in which form they come. */
import type { ChatBody, OutputFormat, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { otherReasoning, readReasoning } from './reasoning.ts'
import { fromOpenApi } from './schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { optionalFlag, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelRecord, someMembers } from './wire.ts'

const at = 'generationConfig'
const known = new Set([
  'temperature',
  'topP',
  'topK',
  'candidateCount',
  'maxOutputTokens',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'thinkingConfig',
])

interface Right {
  readonly words: string
  readonly test: (value: number) => boolean
}
const anyNumber: Right = { words: 'a number', test: value => Number.isFinite(value) }
const whole: Right = { words: 'a whole number', test: value => Number.isSafeInteger(value) }
const count: Right = { words: 'a whole number, 0 or more', test: value => Number.isSafeInteger(value) && value >= 0 }
const positive: Right = { words: 'a whole number, 1 or more', test: value => Number.isSafeInteger(value) && value >= 1 }
const heat: Right = { words: 'a number from 0 to 2', test: value => value >= 0 && value <= 2 }
const share: Right = { words: 'a number from 0 to 1', test: value => value >= 0 && value <= 1 }

const readNumber = (config: Json, key: string, right: Right, findings: Findings): number | undefined => {
  const value = config[key]
  if (isAbsent(value)) return undefined
  if (typeof value === 'number' && right.test(value)) return value
  return report(findings, `${at}.${key}`, value, right.words)
}

const readSampling = (config: Json, findings: Findings): Sampling => {
  const read: readonly (readonly [keyof Sampling, number | undefined])[] = [
    ['temperature', readNumber(config, 'temperature', heat, findings)],
    ['topP', readNumber(config, 'topP', share, findings)],
    ['topK', readNumber(config, 'topK', anyNumber, findings)],
    ['seed', readNumber(config, 'seed', whole, findings)],
    ['frequencyPenalty', readNumber(config, 'frequencyPenalty', anyNumber, findings)],
    ['presencePenalty', readNumber(config, 'presencePenalty', anyNumber, findings)],
  ]
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

const readStop = (given: unknown, findings: Findings): readonly string[] => {
  if (isAbsent(given)) return []
  if (Array.isArray(given) && given.every(one => typeof one === 'string')) return given
  report(findings, `${at}.stopSequences`, given, 'a list of strings')
  return []
}

/** The form of the answer, and what of it only this dialect knows. */
interface Form {
  readonly output: OutputFormat
  readonly own: Json
}
const isPlainText = (type: unknown): boolean => isAbsent(type) || type === 'text/plain' || type === ''

const checkForm = ({ responseMimeType: type, responseSchema }: Json, findings: Findings): void => {
  if (!isAbsent(type) && typeof type !== 'string') report(findings, `${at}.responseMimeType`, type, 'a media type')
  if (!isAbsent(responseSchema) && !isRecord(responseSchema)) {
    report(findings, `${at}.responseSchema`, responseSchema, 'a schema, an object')
  }
}
const readForm = (config: Json): Form => {
  const { responseMimeType: type, responseSchema, responseJsonSchema } = config
  // Null marks Google's older form of schema.
  const older = isAbsent(responseJsonSchema) && !isAbsent(responseSchema)
  const schema: unknown = older ? fromOpenApi(responseSchema) : responseJsonSchema
  const mark = older ? { responseSchema: null } : {}
  if (type === 'application/json') {
    return { output: isAbsent(schema) ? { type: 'json' } : { type: 'json', schema }, own: mark }
  }
  const form = { responseMimeType: type, responseSchema, responseJsonSchema }
  // Null marks that plain text was asked for by name.
  const plain = type === 'text/plain' ? { responseMimeType: null } : {}
  const isBare = isPlainText(type) && isAbsent(schema)
  return { output: { type: 'text' }, own: isBare ? plain : { form: otherMembers(form, new Set()) } }
}

const isTextOnly = (modalities: unknown): boolean =>
  Array.isArray(modalities) && modalities.length === 1 && (modalities[0] === 'TEXT' || modalities[0] === 1)

/** What only this dialect knows, word for word. That text is to be the answer goes without saying, and null marks it. */
const readOthers = (config: Json): Json => {
  const others = { ...otherMembers(config, known) }
  const isText = isTextOnly(others['responseModalities'])
  if (isText) delete others['responseModalities']
  const rest = someMembers(others)
  return { ...(rest && { generationConfig: rest }), ...(isText && { responseModalities: null }) }
}

type Read = Pick<ChatBody, 'output' | 'limits' | 'sampling' | 'reasoning' | 'choices' | 'logprobs'> & {
  readonly own: Json
}

const readLogprobs = (config: Json, findings: Findings): number | undefined => {
  const wanted = optionalFlag(findings, `${at}.responseLogprobs`, config['responseLogprobs'])
  const most = readNumber(config, 'logprobs', count, findings)
  return wanted === true ? (most ?? 0) : undefined
}

/** All that `generationConfig` says, and under `own` what only this dialect knows. */
export const readConfig = (body: Json, findings: Findings): Read => {
  const given = body['generationConfig']
  if (!isAbsent(given) && !isRecord(given)) report(findings, at, given, 'an object')
  const config = camelRecord(body, 'generationConfig') ?? {}
  if (!isAbsent(config['thinkingConfig']) && !isRecord(config['thinkingConfig'])) {
    report(findings, `${at}.thinkingConfig`, config['thinkingConfig'], 'an object')
  }
  const thinking = camelRecord(config, 'thinkingConfig')
  const reasoning = readReasoning(thinking, findings)
  const logprobs = readLogprobs(config, findings)
  const most = readNumber(config, 'maxOutputTokens', positive, findings)
  checkForm(config, findings)
  const { output, own } = readForm(config)
  return {
    output,
    limits: {
      ...(most !== undefined && { maxOutputTokens: tokens(most) }),
      stop: readStop(config['stopSequences'], findings),
    },
    sampling: readSampling(config, findings),
    ...(reasoning !== undefined && { reasoning }),
    choices: readNumber(config, 'candidateCount', positive, findings) ?? 1,
    ...(logprobs !== undefined && { logprobs }),
    own: {
      ...readOthers(config),
      ...own,
      ...otherReasoning(thinking),
      // Null marks that one answer was asked for by number.
      ...(config['candidateCount'] === 1 && { candidateCount: null }),
    },
  }
}
