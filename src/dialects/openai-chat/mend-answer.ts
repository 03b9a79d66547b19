/** A whole answer set right where it breaks the published schema, whoever wrote it; unknown members stay. */
import { isCustomCall } from './answer-calls.ts'
import { finishReason, isWireFinish, wireFinish } from './finish.ts'
import { always, mend, mendList, rules, textOr, textOrNull } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { head, logprobsOrNull, mendAnnotations, usageIfAny } from './mend-members.ts'
import { thinkingText } from './parts.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText } from '../fields.ts'

/** Arguments as JSON text; some servers give the object itself. */
export const argumentsText: Fix = value => {
  if (typeof value === 'string') return value
  return isRecord(value) ? jsonText(value) : undefined
}

const wordsOf = (part: unknown): string => {
  if (typeof part === 'string') return part
  return isRecord(part) && typeof part['text'] === 'string' && part['type'] !== 'thinking' ? part['text'] : ''
}
const isPlain = (part: unknown): boolean =>
  typeof part === 'string' || (isRecord(part) && (part['type'] === 'text' || part['type'] === 'thinking'))

/** Mistral's content may be a list: its words become the content, its thinking `reasoning_content`, the rest stays beside them. */
export const flatContent = (message: Json): Json => {
  const { content, reasoning_content: before } = message
  if (!Array.isArray(content)) return message
  const thinking = content
    .map((part: unknown) => (isRecord(part) && part['type'] === 'thinking' ? thinkingText(part['thinking']) : ''))
    .join('')
  const others = content.filter(part => !isPlain(part))
  return {
    ...message,
    content: content.map(wordsOf).join(''),
    ...(thinking !== '' && { reasoning_content: `${isWord(before) ? before : ''}${thinking}` }),
    ...(others.length > 0 && { content_parts: others }),
  }
}

const called = rules({ name: textOr(''), arguments: value => argumentsText(value) ?? '' })
const custom = rules({ name: textOr(''), input: textOr('') })
const inner =
  (table: typeof called): Fix =>
  value =>
    mend(isRecord(value) ? value : {}, table)

const mendCall = (call: unknown, id: string): unknown => {
  if (!isRecord(call)) return undefined
  const named: Fix = value => (isWord(value) ? value : id)
  if (isCustomCall(call)) {
    return mend(call, rules({ id: named, type: always('custom'), custom: inner(custom) }))
  }
  return mend(call, rules({ id: named, type: always('function'), function: inner(called) }))
}

const sound: Fix = value => {
  if (value === null || !isRecord(value)) return value === null ? null : undefined
  const isWhole = ['id', 'data', 'transcript'].every(key => typeof value[key] === 'string')
  return isWhole && Number.isInteger(value['expires_at']) ? value : undefined
}
const messageRules = rules({
  role: always('assistant'),
  content: textOrNull,
  refusal: textOrNull,
  function_call: value => (isRecord(value) ? mend(value, called) : undefined),
  audio: sound,
})
const mendMessage = (value: unknown, id: string): Json => {
  const message = mend(mendAnnotations(flatContent(isRecord(value) ? value : {})), messageRules)
  const calls: Fix = list =>
    Array.isArray(list) ? mendList(list, (call, place) => mendCall(call, `call_${id}_${place}`)) : undefined
  return mend(message, [['tool_calls', calls]])
}

const callsIn = (choice: Json): boolean => {
  const message = choice['message']
  return isRecord(message) && Array.isArray(message['tool_calls']) && message['tool_calls'].length > 0
}
/** The word of the schema for this end. */
const finish = (raw: unknown, hasCalls: boolean): string =>
  isWireFinish(raw) ? String(raw) : wireFinish(finishReason(raw, hasCalls), isWord(raw) ? raw : undefined)

const mendChoice = (value: unknown, place: number, id: string): unknown => {
  if (!isRecord(value)) return undefined
  return mend(value, [
    ['index', index => (Number.isInteger(index) ? index : place)],
    ['message', message => mendMessage(message, `${id}_${place}`)],
    ['logprobs', logprobsOrNull],
    ['finish_reason', raw => finish(raw, callsIn(value))],
  ])
}

const answerRules = rules({ ...head, object: always('chat.completion'), usage: usageIfAny })

/** The answer as the published schema has it; the very same if it was so already. */
export const mendAnswer = (answer: Json): Json => {
  const mended = mend(answer, answerRules)
  const id = String(mended['id']).replace(/[^a-zA-Z0-9_-]/g, '_')
  const choices: Fix = list => (Array.isArray(list) ? mendList(list, (one, place) => mendChoice(one, place, id)) : [])
  return mend(mended, [['choices', choices]])
}
