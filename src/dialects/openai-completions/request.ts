/** A client's body to a request in nobody's dialect: checked by hand, each complaint with its place. */
import type { ChatBody, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { readPrompt } from './prompt.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { deepest, isAbsent, isTooDeep, otherMembers } from '../fields.ts'
import {
  checked,
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalRecord,
  optionalText,
  report,
  requiredWord,
} from '../findings.ts'
import type { Findings } from '../findings.ts'
import { dialect } from './wire.ts'

const known = new Set(
  (
    'model prompt max_tokens stop temperature top_p top_k seed frequency_penalty presence_penalty logit_bias n logprobs ' +
    'stream stream_options user echo best_of'
  ).split(' '),
)
/** A completion is this long unless the client says otherwise. */
const usualLength = 16

const readStop = (stop: unknown, findings: Findings): readonly string[] => {
  if (isAbsent(stop)) return []
  if (typeof stop === 'string') return [stop]
  if (!Array.isArray(stop)) {
    report(findings, 'stop', stop, 'a string or a list of strings')
    return []
  }
  for (const [place, one] of stop.entries()) {
    if (typeof one !== 'string') report(findings, `stop[${place}]`, one, 'a string')
  }
  return stop.filter(one => typeof one === 'string')
}

const readBias = (value: unknown, findings: Findings): Sampling['logitBias'] => {
  const bias = optionalRecord(findings, 'logit_bias', value)
  if (bias === undefined) return undefined
  const entries = Object.entries(bias).map(
    ([token, one]) => [token, optionalNumber(findings, `logit_bias.${token}`, one)] as const,
  )
  return Object.fromEntries(entries.flatMap(([token, one]) => (one === undefined ? [] : [[token, one]])))
}
const readSampling = (body: Json, findings: Findings): Sampling => {
  const read = {
    temperature: optionalNumber(findings, 'temperature', body['temperature']),
    topP: optionalNumber(findings, 'top_p', body['top_p']),
    topK: optionalInteger(findings, 'top_k', body['top_k'], -Infinity),
    seed: optionalInteger(findings, 'seed', body['seed'], -Infinity),
    frequencyPenalty: optionalNumber(findings, 'frequency_penalty', body['frequency_penalty']),
    presencePenalty: optionalNumber(findings, 'presence_penalty', body['presence_penalty']),
    logitBias: readBias(body['logit_bias'], findings),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

const readStreaming = (
  body: Json,
  findings: Findings,
): Pick<ChatBody, 'stream' | 'streamUsage'> & { readonly own: Json } => {
  const stream = optionalFlag(findings, 'stream', body['stream']) ?? false
  const options = optionalRecord(findings, 'stream_options', body['stream_options'])
  const usage = optionalFlag(findings, 'stream_options.include_usage', options?.['include_usage']) ?? false
  const rest = options === undefined ? undefined : otherMembers(options, new Set(['include_usage']))
  return {
    stream,
    streamUsage: stream && usage,
    own: rest === undefined ? {} : { stream_options: rest },
  }
}

/** What only a completion can do, where it is asked for at all. */
const readOwn = (body: Json, findings: Findings): Json => {
  const echo = optionalFlag(findings, 'echo', body['echo'])
  const best = optionalInteger(findings, 'best_of', body['best_of'], 0)
  const suffix = optionalText(findings, 'suffix', body['suffix'])
  return {
    ...otherMembers(body, known),
    ...(suffix !== undefined && { suffix }),
    ...(echo === true && { echo }),
    ...(best !== undefined && best > 1 && { best_of: best }),
    // Null marks what stands elsewhere: a length that nobody gave.
    ...(isAbsent(body['max_tokens']) && { max_tokens: null }),
  }
}

const readBody = (body: Json, findings: Findings): ChatBody => {
  const { messages, prompts } = readPrompt(body['prompt'], findings)
  const { own, ...streaming } = readStreaming(body, findings)
  const logprobs = optionalInteger(findings, 'logprobs', body['logprobs'], 0)
  const endUser = optionalText(findings, 'user', body['user'])
  const most = optionalInteger(findings, 'max_tokens', body['max_tokens'], 0)
  return {
    operation: 'chat',
    target: requiredWord(findings, 'model', body['model']),
    messages,
    tools: [],
    output: { type: 'text' },
    limits: { maxOutputTokens: tokens(most ?? usualLength), stop: readStop(body['stop'], findings) },
    sampling: readSampling(body, findings),
    // Each prompt is answered `n` times.
    choices: (optionalInteger(findings, 'n', body['n'], 1) ?? 1) * prompts,
    ...(logprobs !== undefined && { logprobs }),
    ...streaming,
    ...(endUser !== undefined && { endUser }),
    // Always there, so that the way back knows that the request came in this dialect.
    extensions: { [dialect]: { ...readOwn(body, findings), ...own } },
  }
}

/** The request that a client's body makes, or what is wrong with it and where. */
export const decodeRequest = (body: unknown): Checked<ChatBody> => {
  const findings: Findings = {}
  if (!isRecord(body)) {
    report(findings, 'body', body, 'a JSON object with model and prompt')
    return { ok: false, why: findings.first?.why ?? '' }
  }
  if (isTooDeep(body)) return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  return checked(findings, readBody(body, findings))
}
