/** The conversation of a request, written as items. */
import type { Message, Part, ReasoningPart, ToolCallPart, ToolResultPart } from '../../domain/message.ts'
import { isForeign, isGiven, isOpenai, proofOf } from './proof.ts'
import { writeContent, writeSpoken } from './write-content.ts'
import type { Writing } from './write-content.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf, without } from '../fields.ts'
import { formOf, openaiResponsesId, ownMembers, plainMembers } from './wire.ts'
import { foreignLosses, formMember } from '../../domain/foreign.ts'

const roleOnly = new Set(['role', 'instructions'])
const notOfItem = new Set(['list', 'part', 'more', 'kind', 'within', 'plain', 'content', 'encrypted_content'])
/** The members that say how an item was told: its type where it had one, its id and its status. */
const formMembers = (form: Json): Json => without(form, notOfItem) ?? {}

/** The message's own members. */
const extras = (message: Message, { losses }: Writing): Json => {
  for (const { field, why } of foreignLosses(message.extensions, openaiResponsesId, roleOnly))
    losses.add(`messages.${field}`, why)
  return without(plainMembers(message.extensions), roleOnly) ?? {}
}

const dropCache = (part: Part, { losses }: Writing): void => {
  if (part.cache !== undefined) losses.add('messages.cache', 'OpenAI takes no cache marks here')
}

const writeResult = (part: ToolResultPart, writing: Writing): Json => {
  const { losses } = writing
  losses.addForeign(part.extensions, 'messages.tool-result.')
  if (part.isError) losses.add('messages.tool-result.isError', 'OpenAI has no mark for a failed tool call')
  dropCache(part, writing)
  const form = formOf(part.extensions)
  return {
    ...plainMembers(part.extensions),
    ...formMembers(form),
    type: 'function_call_output',
    call_id: part.callId,
    output: writeContent(part.output, writing, form),
  }
}

/** Results first and in order, each an item of its own; then, as the user's, what else the message holds. */
const userItems = (message: Message, writing: Writing): readonly Json[] => {
  const items: Json[] = []
  const rest: Part[] = []
  for (const part of message.parts) {
    if (part.type === 'tool-result') items.push(writeResult(part, writing))
    else if (part.type === 'opaque' && part.dialect === openaiResponsesId && !isWithin(part) && isRecord(part.value))
      items.push(part.value)
    else rest.push(part)
  }
  const others = extras(message, writing)
  if (rest.length === 0 && message.parts.length > 0) return items
  const form = formOf(message.extensions)
  const content = writeContent(rest, writing, form)
  // What could not be said leaves nothing to say.
  if (content === '' && rest.every(({ type }) => type !== 'text')) return items
  return [...items, { ...others, ...formMembers(form), role: 'user', content }]
}
/** True for an opaque part that is a piece of content and no item of its own. */
const isWithin = (part: Part): boolean => formOf(part.extensions)['within'] === true

const systemItem = (message: Message, writing: Writing): Json => {
  const role = ownMembers(message.extensions)['role'] === 'developer' ? 'developer' : 'system'
  const form = formOf(message.extensions)
  const content = writeContent(message.parts, writing, form)
  return { ...extras(message, writing), ...formMembers(form), role, content }
}

const writeCall = (part: ToolCallPart, writing: Writing): Json => {
  writing.losses.addForeign(part.extensions, 'messages.')
  dropCache(part, writing)
  return {
    ...plainMembers(part.extensions),
    ...formMembers(formOf(part.extensions)),
    type: 'function_call',
    call_id: part.callId,
    name: part.name,
    // '' stands for no arguments, which the API wants as JSON all the same.
    arguments: part.input === '' && !writing.isOwn ? '{}' : part.input,
  }
}

const textPiece = (type: string, text: string): Json => ({ type, text })
/** One reasoning item of all the parts that it came in. */
const thoughtItem = (parts: readonly ReasoningPart[], proof: string | undefined): Json => {
  const [first] = parts
  const form = formOf(first?.extensions)
  const spoken = parts.filter(({ text }) => text !== '')
  const isContent = (part: ReasoningPart): boolean => formOf(part.extensions)['kind'] === 'content'
  const content = spoken.filter(isContent).map(({ text }) => textPiece('reasoning_text', text))
  return {
    ...plainMembers(first?.extensions),
    ...formMembers(form),
    type: 'reasoning',
    summary: spoken.filter(part => !isContent(part)).map(({ text }) => textPiece('summary_text', text)),
    ...(Array.isArray(form['content']) && { content: [] }),
    ...(content.length > 0 && { content }),
    ...(form['encrypted_content'] === null && { encrypted_content: null }),
    ...(proof !== undefined && { encrypted_content: proof }),
  }
}
/** Reasoning goes back to those who can have made it; what others dreamt up nobody takes. */
const writeThought = (parts: readonly ReasoningPart[], writing: Writing): readonly Json[] => {
  const { losses, isOwn } = writing
  const proof = parts.map(proofOf).findLast(one => one !== undefined)
  const id = formOf(parts[0]?.extensions)['id']
  const isTaken = proof === undefined ? isOwn && !isGiven(id) : isOpenai(proof) || (isOwn && !isForeign(proof))
  if (isTaken) {
    for (const part of parts) losses.addForeign(part.extensions, 'messages.reasoning.')
    return [thoughtItem(parts, proof)]
  }
  losses.add('messages.reasoning', 'OpenAI takes back only reasoning that it has encrypted')
  return []
}

/** Parts of one turn that belong to one item. */
interface Run {
  readonly kind: 'words' | 'thought' | 'other'
  readonly parts: Part[]
}
const goesOn = (run: Run | undefined, part: Part): boolean => {
  if (run === undefined) return false
  const form = ownMembers(part.extensions)[formMember]
  const isFurther = !isRecord(form) || form['more'] === true
  if (run.kind === 'words') return (isWords(part) || isWithin(part)) && isFurther
  return run.kind === 'thought' && part.type === 'reasoning' && isRecord(form) && form['more'] === true
}
const isWords = ({ type }: Part): boolean => type !== 'reasoning' && type !== 'tool-call' && type !== 'opaque'
const kindOf = (part: Part): Run['kind'] => {
  if (part.type === 'reasoning') return 'thought'
  return isWords(part) || isWithin(part) ? 'words' : 'other'
}
const runsOf = (parts: readonly Part[]): readonly Run[] => {
  const runs: Run[] = []
  for (const part of parts) {
    const last = runs.at(-1)
    if (last !== undefined && goesOn(last, part)) last.parts.push(part)
    else runs.push({ kind: kindOf(part), parts: [part] })
  }
  return runs
}

/** A single text that says no more than its words is a string unless it came as a list. */
const spokenContent = (written: readonly Json[], form: Json): unknown => {
  const [only] = written
  const isPlain = written.length === 1 && only?.['type'] === 'output_text' && Object.keys(only).length === 2
  return isPlain && form['list'] !== true ? only['text'] : written
}
const wordsItem = (parts: readonly Part[], others: Json, writing: Writing): readonly Json[] => {
  const form = formOf(parts[0]?.extensions)
  const written = parts.map(part => writeSpoken(part, writing)).filter(one => one !== undefined)
  if (written.length === 0) return []
  const content = spokenContent(written, form)
  const own = recordOf(ownMembers(parts[0]?.extensions), 'message')
  return [{ ...others, ...own, ...formMembers(form), role: 'assistant', content }]
}
const otherItem = (part: Part | undefined, writing: Writing): readonly Json[] => {
  if (part?.type === 'tool-call') return [writeCall(part, writing)]
  if (part?.type !== 'opaque') return []
  const { dialect, kind, value, words } = part
  if (dialect === openaiResponsesId && isRecord(value)) return [value]
  const isTold = words !== undefined
  writing.losses.add(`messages.${kind}`, `only ${dialect} knows this part${isTold ? '; it was told in words' : ''}`)
  return isTold ? [{ role: 'assistant', content: words }] : []
}
const assistantItems = (message: Message, writing: Writing): readonly Json[] => {
  const others = extras(message, writing)
  return runsOf(message.parts).flatMap(({ kind, parts }) => {
    if (kind === 'words') return wordsItem(parts, others, writing)
    if (kind === 'other') return otherItem(parts[0], writing)
    return writeThought(
      parts.filter(part => part.type === 'reasoning'),
      writing,
    )
  })
}

const itemsOf = (message: Message, writing: Writing): readonly Json[] => {
  if (message.role === 'assistant') return assistantItems(message, writing)
  return message.role === 'system' ? [systemItem(message, writing)] : userItems(message, writing)
}

/** A first message of the system that is one plain text goes where OpenAI looks for it. */
export const instructionsOf = (message: Message | undefined, writing: Writing): string | undefined => {
  const [only, ...others] = message?.parts ?? []
  if (message?.role !== 'system' || only?.type !== 'text' || others.length > 0) return undefined
  const isMarked = ownMembers(message.extensions)['instructions'] === null
  if (!isMarked && (writing.isOwn || only.cache !== undefined || only.text === '')) return undefined
  extras(message, writing)
  writing.losses.addForeign(only.extensions, 'messages.')
  return only.text
}

const namePrefill = (messages: readonly Message[], { isOwn, losses }: Writing): void => {
  if (isOwn || messages.at(-1)?.role !== 'assistant') return
  const why = 'OpenAI answers anew after a last turn of the assistant, and does not go on with it'
  losses.add('messages.prefill', why)
}

/** `instructions` and `input` as OpenAI takes them. `form` says how they came. */
export const writeInput = (messages: readonly Message[], writing: Writing, form: Json): Json => {
  const instructions = instructionsOf(messages[0], writing)
  const rest = instructions === undefined ? messages : messages.slice(1)
  const [first, ...others] = rest
  const isPlain = others.length === 0 && formOf(first?.extensions)['plain'] === true
  const input = rest.flatMap(message => itemsOf(message, writing))
  namePrefill(messages, writing)
  const told = instructions ?? form['instructions']
  return {
    ...(told !== undefined && { instructions: told }),
    ...(form['input'] !== false && { input: isPlain ? (input[0]?.['content'] ?? '') : input }),
  }
}
