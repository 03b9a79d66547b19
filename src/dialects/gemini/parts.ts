/** Parts of a turn, read. */
import type { OpaquePart, Part, ReasoningPart, TextPart, ToolCallPart } from '../../domain/message.ts'
import { readMedia } from './media.ts'
import { argsWriter } from './partial-args.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputText, isAbsent, isWord, otherMembers } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelKeys, camelRecord, carried, dialect, someMembers } from './wire.ts'

const known = {
  text: new Set(['text', 'thought']),
  thought: new Set(['text', 'thought', 'thoughtSignature']),
  functionCall: new Set(['functionCall']),
  call: new Set(['id', 'name', 'args', 'partialArgs', 'willContinue']),
}
/** What a part may be; the first that it has counts. */
const kinds = ['functionCall', 'functionResponse', 'inlineData', 'fileData', 'text'] as const
/** Members that stand beside what a part is. */
const beside = new Set(['thought', 'thoughtSignature', 'partMetadata', 'videoMetadata', 'mediaResolution'])

/** The part by Google's names; an empty object stands in for what is none. */
export const partOf = (given: unknown, at: string, findings: Findings): Json => {
  if (isRecord(given)) return camelKeys(given)
  report(findings, at, given, 'a part, an object such as {"text": "…"}')
  return { text: '' }
}

/** A thought: text that is marked as one. */
const readThought = (part: Json, text: string): ReasoningPart => {
  const signature = part['thoughtSignature']
  return {
    type: 'reasoning',
    text,
    ...(isWord(signature) && { signature }),
    ...carried(otherMembers(part, known.thought)),
  }
}
const readText = (part: Json, at: string, findings: Findings): TextPart | ReasoningPart => {
  const { text } = part
  if (typeof text !== 'string') report(findings, `${at}.text`, text, 'a string')
  const words = typeof text === 'string' ? text : ''
  if (part['thought'] === true) return readThought(part, words)
  return { type: 'text', text: words, ...carried(otherMembers(part, known.text)) }
}

const argumentsIn = (call: Json): string => {
  const { args, partialArgs } = call
  if (!Array.isArray(partialArgs)) return inputText(args)
  const writer = argsWriter()
  return writer.push(partialArgs) + writer.end()
}

/** A call, its id '' where Gemini gave none. */
export const readCall = (part: Json, at: string, findings: Findings): ToolCallPart => {
  const call = camelRecord(part, 'functionCall') ?? {}
  const { id, name, args } = call
  if (!isWord(name)) report(findings, `${at}.functionCall.name`, name, 'the name of a function')
  if (!isAbsent(args) && !isRecord(args)) report(findings, `${at}.functionCall.args`, args, 'an object')
  const others = otherMembers(call, known.call)
  return {
    type: 'tool-call',
    callId: isWord(id) ? id : '',
    name: isWord(name) ? name : '',
    input: argumentsIn(call),
    ...carried(
      someMembers({
        ...otherMembers(part, known.functionCall),
        ...(others && { functionCall: others }),
        // Null marks that there were none, not even an empty object.
        ...(isAbsent(args) && { args: null }),
      }),
    ),
  }
}

const wordsOf = (part: Json): string | undefined => {
  const [code, result] = [part['executableCode'], part['codeExecutionResult']]
  if (isRecord(code) && isWord(code['code'])) {
    const language = isWord(code['language']) ? code['language'].toLowerCase() : ''
    return `\`\`\`${language}\n${code['code']}\n\`\`\``
  }
  return isRecord(result) && isWord(result['output']) ? result['output'] : undefined
}
/** A part of a kind that only Gemini knows, whole. */
export const readOpaque = (part: Json): OpaquePart => {
  const kind = Object.keys(part).find(name => !beside.has(name)) ?? 'part'
  const words = wordsOf(part)
  return { type: 'opaque', dialect, kind, value: part, ...(words !== undefined && { words }) }
}

/** Which of the kinds that others know a part is; undefined if it is another. */
export const kindOf = (part: Json): (typeof kinds)[number] | undefined => kinds.find(name => !isAbsent(part[name]))

/** A part that is no result of a function. */
export const readPart = (part: Json, at: string, findings: Findings): Part => {
  const kind = kindOf(part)
  switch (kind) {
    case 'text':
      return readText(part, at, findings)
    case 'functionCall':
      return readCall(part, at, findings)
    case 'inlineData':
    case 'fileData':
      return readMedia(part, kind, at, findings)
    default:
      return readOpaque(part)
  }
}
