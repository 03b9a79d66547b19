/** The items of a request's input, as messages: what the model said in one turn is one message. */
import type { Message, OpaquePart, ReasoningPart } from '../../domain/message.ts'
import { listMark, readContent } from './content.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, without } from '../fields.ts'
import { report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, carriedWith, openaiResponsesId } from './wire.ts'

const known = {
  message: new Set(['type', 'role', 'content', 'id', 'status']),
  call: new Set(['type', 'call_id', 'name', 'arguments', 'id', 'status']),
  result: new Set(['type', 'call_id', 'output', 'id', 'status']),
  reasoning: new Set(['type', 'id', 'summary', 'content', 'encrypted_content', 'status']),
}

interface Place {
  readonly findings: Findings
  readonly at: string
}
type Read = (item: Json, place: Place) => Message | undefined

/** Members that say how an item was told; a finished one is nothing to speak of. */
const formMembers = (item: Json, names: readonly string[]): Json =>
  Object.fromEntries(names.flatMap(name => (item[name] === undefined ? [] : [[name, item[name]] as const])))

const said = (role: 'user' | 'system', item: Json, { findings, at }: Place): Message => {
  const { content } = item
  const form = { ...formMembers(item, ['type', 'id', 'status']), ...listMark(content) }
  const rest = without(item, known.message)
  const members = item['role'] === 'developer' ? { ...rest, role: 'developer' } : rest
  const told = Object.keys(form).length === 0 ? undefined : form
  return { role, parts: readContent(findings, `${at}.content`, content), ...carriedWith(told, members) }
}
const spoken = (item: Json, { findings, at }: Place): Message => {
  const { content } = item
  const form = { ...formMembers(item, ['type', 'id', 'status']), ...listMark(content) }
  const rest = without(item, known.message)
  const members = rest === undefined ? undefined : { message: rest }
  return { role: 'assistant', parts: readContent(findings, `${at}.content`, content, { form, members }) }
}
const message: Read = (item, place) => {
  const { role } = item
  if (role === 'user') return said('user', item, place)
  if (role === 'system' || role === 'developer') return said('system', item, place)
  if (role === 'assistant') return spoken(item, place)
  const right = 'one of "user", "assistant", "system", "developer"'
  return report(place.findings, `${place.at}.role`, role, right)
}

const argumentsOf = (value: unknown, { findings, at }: Place): string => {
  if (typeof value === 'string') return value
  if (!isAbsent(value)) report(findings, `${at}.arguments`, value, 'JSON text, as a string')
  return ''
}
const call: Read = (item, place) => ({
  role: 'assistant',
  parts: [
    {
      type: 'tool-call',
      callId: requiredWord(place.findings, `${place.at}.call_id`, item['call_id']),
      name: requiredWord(place.findings, `${place.at}.name`, item['name']),
      input: argumentsOf(item['arguments'], place),
      ...carriedWith(formMembers(item, ['id', 'status']), without(item, known.call)),
    },
  ],
})

const result: Read = (item, place) => {
  const { output } = item
  const form = { ...formMembers(item, ['id', 'status']), ...listMark(output) }
  return {
    role: 'tool',
    parts: [
      {
        type: 'tool-result',
        callId: requiredWord(place.findings, `${place.at}.call_id`, item['call_id']),
        output: readContent(place.findings, `${place.at}.output`, output),
        isError: false,
        ...carriedWith(form, without(item, known.result)),
      },
    ],
  }
}

/** The texts of a summary or of the reasoning itself. */
export const thoughtsIn = (list: unknown): readonly string[] =>
  Array.isArray(list)
    ? list.flatMap((one: unknown) => (isRecord(one) && typeof one['text'] === 'string' ? [one['text']] : []))
    : []

interface Thought {
  readonly kind: 'summary' | 'content'
  readonly text: string
}
const thoughts = (item: Json): readonly Thought[] => [
  ...thoughtsIn(item['summary']).map(text => ({ kind: 'summary' as const, text })),
  ...thoughtsIn(item['content']).map(text => ({ kind: 'content' as const, text })),
]

/** How a piece of reasoning was told: the first of an item carries what its item was, the others that they go on with it. */
export const thoughtForm = (item: Json, place: number, kind: Thought['kind']): Json => ({
  ...(place === 0 ? formMembers(item, ['id', 'status']) : { more: true }),
  ...(kind === 'content' && { kind }),
})

/** Each text of a reasoning item as a part; the last carries the proof. Without any text the proof stands in its place. */
const reasoningParts = (item: Json): readonly ReasoningPart[] => {
  const { encrypted_content: proof } = item
  const members = without(item, known.reasoning)
  const pieces = thoughts(item)
  if (pieces.length === 0) {
    const redacted = isWord(proof) ? { redacted: proof } : {}
    return [{ type: 'reasoning', text: '', ...redacted, ...carriedWith(bareForm(item), members) }]
  }
  return pieces.map(({ kind, text }, place) => ({
    type: 'reasoning',
    text,
    ...(isWord(proof) && place === pieces.length - 1 && { signature: proof }),
    ...carriedWith(
      { ...thoughtForm(item, place, kind), ...(place === 0 && listForm(item)) },
      place === 0 ? members : undefined,
    ),
  }))
}
/** Lists that are there and hold nothing. */
const listForm = (item: Json): Json => ({
  ...(Array.isArray(item['content']) && item['content'].length === 0 && { content: [] }),
  ...(item['encrypted_content'] === null && { encrypted_content: null }),
})
const bareForm = (item: Json): Json => ({ ...formMembers(item, ['id', 'status']), ...listForm(item) })
const reasoning: Read = item => ({ role: 'assistant', parts: reasoningParts(item) })

const readers = new Map<string, Read>([
  ['message', message],
  ['function_call', call],
  ['function_call_output', result],
  ['reasoning', reasoning],
])

/** Items that only this dialect knows and that come from the client: results of its tools, and leave to use them. */
const fromClient = /_output$|^mcp_approval_response$|^additional_tools$|^compaction_trigger$/
const opaque = (item: Json, kind: string): Message => {
  const part: OpaquePart = { type: 'opaque', dialect: openaiResponsesId, kind, value: item }
  return { role: fromClient.test(kind) ? 'tool' : 'assistant', parts: [part] }
}

const readItem = (item: unknown, place: Place): Message | undefined => {
  if (!isRecord(item)) return report(place.findings, place.at, item, 'an object with a type, or with role and content')
  const { type } = item
  if (isAbsent(type) && item['role'] !== undefined) return message(item, place)
  if (isAbsent(type) && isWord(item['id'])) return opaque(item, 'item_reference')
  if (!isWord(type)) return report(place.findings, `${place.at}.type`, type, 'a type such as "message"')
  // Results of tools that run at the provider answer no call of ours.
  if (type === 'function_call_output' && isAbsent(item['call_id'])) return opaque(item, type)
  const read = readers.get(type)
  return read === undefined ? opaque(item, type) : read(item, place)
}

/** One message of the model's turn, however many items it came in; results likewise. */
const joinTurns = (messages: readonly Message[]): readonly Message[] => {
  const turns: Message[] = []
  for (const one of messages) {
    const last = turns.at(-1)
    const isSame = last?.role === one.role && (one.role === 'assistant' || one.role === 'tool')
    if (isSame) turns[turns.length - 1] = { ...last, parts: [...last.parts, ...one.parts] }
    else turns.push(one)
  }
  return turns
}

/** Marks that the input came as one text. */
export const plainInput: Json = { plain: true }

/** The messages of an input that is a text or a list of items. What is wrong is told with its path, such as `input[2].content`. */
export const readInput = (findings: Findings, input: unknown): readonly Message[] => {
  if (typeof input === 'string') {
    return [{ role: 'user', parts: [{ type: 'text', text: input }], ...carriedWith(plainInput) }]
  }
  if (!Array.isArray(input)) {
    report(findings, 'input', input, 'a string or a list of items')
    return []
  }
  return joinTurns(input.flatMap((item: unknown, index) => readItem(item, { findings, at: `input[${index}]` }) ?? []))
}

/** The message that `instructions` stand for. */
export const readInstructions = (text: string): Message => ({
  role: 'system',
  parts: [{ type: 'text', text }],
  ...carried({ instructions: null }),
})
