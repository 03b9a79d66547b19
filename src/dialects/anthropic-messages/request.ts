/** A request as a client of this dialect sends it, checked and read. */
import type { Message, Part } from '../../domain/message.ts'
import type { ChatBody, OutputFormat, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { depthOf } from '../json-text.ts'
import { readBlocks } from './blocks.ts'
import { otherReasoning, readReasoning } from './reasoning.ts'
import { readToolChoice, readTools } from './tools.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { checked, found, report, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, dialect } from './wire.ts'

const knownMembers = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'metadata',
  'service_tier',
  'stream',
])
/** Deeper than any real schema; what nests deeper only means to exhaust the stack. */
const deepest = 256

const readRole = (message: Json, at: string, findings: Findings): 'system' | 'user' | 'assistant' => {
  const role = message['role']
  if (role === 'system' || role === 'user' || role === 'assistant') return role
  report(findings, `${at}.role`, role, '"user", "assistant" or "system"')
  return 'user'
}

const knownOfMessage = new Set(['role', 'content'])

/** Tool results are messages of their own; the order of all parts stays. */
const byRole = (parts: readonly Part[], others: Json | undefined): readonly Message[] => {
  const messages: { readonly role: 'user' | 'tool'; readonly parts: Part[] }[] = []
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user'
    const last = messages.at(-1)
    if (last?.role === role) last.parts.push(part)
    else messages.push({ role, parts: [part] })
  }
  return messages.map(message => ({ ...message, ...carried(others) }))
}

const readMessage = (message: unknown, at: string, findings: Findings): readonly Message[] => {
  if (!isRecord(message)) {
    report(findings, at, message, 'a message, an object with role and content')
    return []
  }
  const role = readRole(message, at, findings)
  const parts = readBlocks(message['content'], `${at}.content`, role, findings)
  const others = otherMembers(message, knownOfMessage)
  if (role === 'user' && parts.length > 0) return byRole(parts, others)
  // A system message among the others is not the system prompt; the word tells them apart on the way back.
  return [{ role, parts, ...carried(role === 'system' ? { ...others, role } : others) }]
}

const readSystem = (system: unknown, findings: Findings): readonly Message[] => {
  if (isAbsent(system) || system === '') return []
  const parts = readBlocks(system, 'system', 'system', findings)
  return parts.length === 0 ? [] : [{ role: 'system', parts }]
}

const readMessages = (body: Json, findings: Findings): readonly Message[] => {
  const given = body['messages']
  if (!Array.isArray(given) || given.length === 0) {
    report(findings, 'messages', given, 'a list of at least one message')
    return []
  }
  const system = readSystem(body['system'], findings)
  return [...system, ...given.flatMap((message, place) => readMessage(message, `messages[${place}]`, findings))]
}

const readNumber = (
  body: Json,
  key: string,
  right: { readonly words: string; readonly test: (value: number) => boolean },
  findings: Findings,
): number | undefined => {
  const value = body[key]
  if (isAbsent(value)) return undefined
  if (typeof value === 'number' && right.test(value)) return value
  report(findings, key, value, right.words)
  return undefined
}
const share = { words: 'a number from 0 to 1', test: (value: number) => value >= 0 && value <= 1 }
const count = {
  words: 'a whole number, 0 or more',
  test: (value: number) => Number.isSafeInteger(value) && value >= 0,
}

const readSampling = (body: Json, findings: Findings): Sampling => {
  const temperature = readNumber(body, 'temperature', share, findings)
  const topP = readNumber(body, 'top_p', share, findings)
  const topK = readNumber(body, 'top_k', count, findings)
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
  }
}

const readLimits = (body: Json, needsMax: boolean, findings: Findings): ChatBody['limits'] => {
  const most = readNumber(body, 'max_tokens', count, findings)
  if (needsMax && most === undefined) report(findings, 'max_tokens', body['max_tokens'], count.words)
  const given = body['stop_sequences']
  const stop: string[] = []
  if (!isAbsent(given) && !Array.isArray(given)) report(findings, 'stop_sequences', given, 'a list of strings')
  else {
    for (const [place, one] of (given ?? []).entries()) {
      if (typeof one === 'string') stop.push(one)
      else report(findings, `stop_sequences[${place}]`, one, 'a string')
    }
  }
  return { ...(most !== undefined && { maxOutputTokens: tokens(most) }), stop }
}

const readFormat = (format: unknown, at: string, findings: Findings): OutputFormat => {
  if (isAbsent(format)) return { type: 'text' }
  if (!isRecord(format) || format['type'] !== 'json_schema') {
    report(findings, `${at}.type`, isRecord(format) ? format['type'] : format, '"json_schema"')
    return { type: 'text' }
  }
  if (!isRecord(format['schema'])) report(findings, `${at}.schema`, format['schema'], 'a JSON Schema, an object')
  return { type: 'json', schema: format['schema'] }
}
const readOutput = (body: Json, findings: Findings): OutputFormat => {
  const config = body['output_config']
  if (!isAbsent(config) && !isRecord(config)) report(findings, 'output_config', config, 'an object')
  const format = isRecord(config) ? config['format'] : undefined
  return isAbsent(format)
    ? readFormat(body['output_format'], 'output_format', findings)
    : readFormat(format, 'output_config.format', findings)
}

const readFlag = (body: Json, key: string, findings: Findings): boolean => {
  const value = body[key]
  if (!isAbsent(value) && typeof value !== 'boolean') report(findings, key, value, 'true or false')
  return value === true
}

const readEndUser = (body: Json, findings: Findings): string | undefined => {
  const metadata = body['metadata']
  if (isAbsent(metadata)) return undefined
  if (!isRecord(metadata)) {
    report(findings, 'metadata', metadata, 'an object')
    return undefined
  }
  return isAbsent(metadata['user_id']) ? undefined : requiredText(findings, 'metadata.user_id', metadata['user_id'])
}
const readTier = (body: Json, findings: Findings): string | undefined =>
  isAbsent(body['service_tier']) ? undefined : requiredText(findings, 'service_tier', body['service_tier'])

const userOnly = new Set(['user_id'])

/** All that only this dialect knows, word for word. */
const readOthers = (body: Json, choice: Json | undefined): Json => {
  const metadata = isRecord(body['metadata']) ? otherMembers(body['metadata'], userOnly) : undefined
  return {
    ...otherMembers(body, knownMembers),
    ...otherReasoning(body),
    ...(metadata && { metadata }),
    ...(choice && { tool_choice: choice }),
  }
}

const readBody = (body: unknown, needsMax: boolean): Checked<ChatBody> => {
  if (!isRecord(body)) return { ok: false, why: `the body is ${found(body)}; it must be a JSON object` }
  if (depthOf(body, deepest) > deepest) {
    return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  }
  const findings: Findings = {}
  const target = body['model']
  if (typeof target !== 'string' || target === '') report(findings, 'model', target, 'the name of a model or pool')
  const { others, ...choice } = readToolChoice(body['tool_choice'], findings)
  const reasoning = readReasoning(body['thinking'], body['output_config'], findings)
  const endUser = readEndUser(body, findings)
  const serviceTier = readTier(body, findings)
  const own = readOthers(body, others)
  return checked(findings, {
    operation: 'chat',
    target: typeof target === 'string' ? target : '',
    limits: readLimits(body, needsMax, findings),
    messages: readMessages(body, findings),
    ...readTools(body['tools'], findings),
    ...choice,
    output: readOutput(body, findings),
    sampling: readSampling(body, findings),
    ...(reasoning !== undefined && { reasoning }),
    choices: 1,
    ...(serviceTier !== undefined && { serviceTier }),
    stream: readFlag(body, 'stream', findings),
    streamUsage: true,
    ...(endUser !== undefined && { endUser }),
    extensions: Object.keys(own).length === 0 ? {} : { [dialect]: own },
  })
}

/** What a body for `/v1/messages` says, or where it is wrong and what would be right. */
export const decodeRequest = (body: unknown): Checked<ChatBody> => readBody(body, true)

/** The same for `/v1/messages/count_tokens`, which needs no `max_tokens`. */
export const decodeCountTokens = (body: unknown): Checked<ChatBody> => readBody(body, false)
