/** A client's body to a request in nobody's dialect: checked by hand, each complaint with its place. */
import type { ChatBody } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { withDocuments } from './documents.ts'
import { readMessages } from './messages.ts'
import { readFormat } from './output.ts'
import { readThinking } from './reasoning.ts'
import { readSampling } from './sampling.ts'
import { readToolChoice, readTools } from './tools.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { deepest, isTooDeep, otherMembers } from '../fields.ts'
import {
  checked,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalRecord,
  report,
  requiredWord,
} from '../findings.ts'
import type { Findings } from '../findings.ts'
import { dialect } from './wire.ts'

const known = new Set(
  (
    'model messages tools strict_tools tool_choice documents response_format max_tokens stop_sequences temperature ' +
    'seed frequency_penalty presence_penalty k p logprobs thinking stream'
  ).split(' '),
)

const readStop = (body: Json, findings: Findings): readonly string[] => {
  const stop = optionalList(findings, 'stop_sequences', body['stop_sequences'])
  for (const [place, one] of stop.entries()) {
    if (typeof one !== 'string') report(findings, `stop_sequences[${place}]`, one, 'a string')
  }
  return stop.filter(one => typeof one === 'string')
}
const readLimits = (body: Json, findings: Findings): ChatBody['limits'] => {
  const most = optionalInteger(findings, 'max_tokens', body['max_tokens'], 0)
  return { ...(most !== undefined && { maxOutputTokens: tokens(most) }), stop: readStop(body, findings) }
}

/** Documents stand among what the user says; where nobody says anything they stay beside it. */
const readDocuments = (
  body: Json,
  findings: Findings,
): { readonly messages: ChatBody['messages']; readonly own?: Json } => {
  const messages = readMessages(body['messages'], findings)
  const documents = optionalList(findings, 'documents', body['documents'])
  const placed = withDocuments(messages, documents)
  const isLeft = placed === messages && documents.length > 0
  return { messages: placed, ...(isLeft && { own: { documents } }) }
}

const readBody = (body: Json, findings: Findings): ChatBody => {
  const { messages, own: documents } = readDocuments(body, findings)
  const { own: ofTools, ...tools } = readTools(body, findings)
  const { toolChoice } = readToolChoice(body['tool_choice'], findings)
  const format = readFormat(optionalRecord(findings, 'response_format', body['response_format']), findings)
  const { reasoning, own: thinking } = readThinking(optionalRecord(findings, 'thinking', body['thinking']), findings)
  const wantsLogprobs = optionalFlag(findings, 'logprobs', body['logprobs']) === true
  return {
    operation: 'chat',
    target: requiredWord(findings, 'model', body['model']),
    messages,
    ...tools,
    ...(toolChoice !== undefined && { toolChoice }),
    output: format.output,
    limits: readLimits(body, findings),
    sampling: readSampling(body, findings),
    ...(reasoning !== undefined && { reasoning }),
    choices: 1,
    ...(wantsLogprobs && { logprobs: 0 }),
    stream: optionalFlag(findings, 'stream', body['stream']) ?? false,
    // Cohere tells usage at the end of every stream.
    streamUsage: true,
    // Always there, so that the way back knows that the request came in this dialect.
    extensions: {
      [dialect]: { ...otherMembers(body, known), ...documents, ...ofTools, ...format.own, ...thinking },
    },
  }
}

/** The request that a client's body makes, or what is wrong with it and where. */
export const decodeRequest = (body: unknown): Checked<ChatBody> => {
  const findings: Findings = {}
  if (!isRecord(body)) {
    report(findings, 'body', body, 'a JSON object with model and messages')
    return { ok: false, why: findings.first?.why ?? '' }
  }
  if (isTooDeep(body)) return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  return checked(findings, readBody(body, findings))
}
