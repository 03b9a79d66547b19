/** A conversation, put into the order that Bedrock insists on. */
import type { Message } from '../../domain/message.ts'
import { foreignLosses } from '../../domain/foreign.ts'
import { idFitter } from './call-id.ts'
import type { Block, Writing } from './encode-blocks.ts'
import { writeParts } from './encode-blocks.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: readonly Block[]
  readonly others: Json
}

/** True for a system message that a client of this dialect put among the messages, where it may stay. */
const isInPlace = (message: Message): boolean => ownMembers(message.extensions)['role'] === 'system'

const foldedSystem = (blocks: readonly Block[], losses: Losses): readonly Block[] => {
  if (blocks.length === 0) return []
  losses.add('messages.system.position', 'a later system message was told as part of the user turn')
  return blocks.map(({ value }) => {
    const { text } = value
    return typeof text === 'string' ? { value: { text: `<system>\n${text}\n</system>` } } : { value }
  })
}

const turnOf = (message: Message, writing: Writing): Turn => {
  const { role: _role, ...others } = ownMembers(message.extensions)
  if (message.role === 'assistant' || (message.role === 'system' && isInPlace(message))) {
    return { role: message.role, blocks: writeParts(message.parts, message.role, writing), others }
  }
  if (message.role !== 'system') return { role: 'user', blocks: writeParts(message.parts, 'user', writing), others }
  return { role: 'user', blocks: foldedSystem(writeParts(message.parts, 'system', writing), writing.losses), others }
}

/** Appends a turn, joined to the last if that is of the same role. */
const join = (turns: Turn[], turn: Turn): void => {
  if (turn.blocks.length === 0) return
  const last = turns.at(-1)
  if (last === undefined || last.role !== turn.role || turn.role === 'system') turns.push(turn)
  else {
    const others = { ...last.others, ...turn.others }
    turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...turn.blocks], others }
  }
}

/** What the role says is in the turn. The result of a call of old names the function, which its call does too. */
const saidOfMessage = new Set(['role'])
const saidOfResult = new Set(['role', 'name'])
const nameLosses = ({ role, extensions }: Message, losses: Losses): void => {
  const said = role === 'tool' ? saidOfResult : saidOfMessage
  for (const { field, why } of foreignLosses(extensions, dialect, said)) losses.add(`messages.${field}`, why)
}

interface Turns {
  readonly system: readonly Json[]
  readonly turns: readonly Turn[]
}
const split = (messages: readonly Message[], writing: Writing): Turns => {
  const first = messages.findIndex(message => message.role !== 'system' || isInPlace(message))
  const leading = first === -1 ? messages : messages.slice(0, first)
  const turns: Turn[] = []
  for (const message of messages) nameLosses(message, writing.losses)
  for (const message of messages.slice(leading.length)) join(turns, turnOf(message, writing))
  const system = leading.flatMap(message => writeParts(message.parts, 'system', writing)).map(({ value }) => value)
  return { system, turns }
}

/** A call waits here for its result, from the turn that made it until the next that reuses its id. */
interface OpenCall {
  readonly turn: number
  readonly id: string
}
interface Paired {
  /** The results of each assistant turn, by its place, in the order in which they came. */
  readonly results: ReadonlyMap<number, readonly Block[]>
  /** Fitted ids of calls that nobody answered, by the turn's place. */
  readonly unanswered: ReadonlyMap<number, readonly string[]>
  readonly turns: readonly Turn[]
}

/** The block of this kind with the id that was made to fit. */
const withId = ({ value, ...rest }: Block, kind: 'toolUse' | 'toolResult', toolUseId: string): Block => {
  const inner = value[kind]
  return { ...rest, value: { [kind]: { ...(isRecord(inner) ? inner : {}), toolUseId } } }
}

/** A result that belongs to no call is still worth reading. */
const orphan = ({ value }: Block, losses: Losses): readonly Block[] => {
  losses.add('messages.tool-result', 'a result without a call before it was told as user content')
  const result = value['toolResult']
  const content = isRecord(result) && Array.isArray(result['content']) ? result['content'] : []
  return content.map((block: Json) => ({
    value: 'json' in block ? { text: JSON.stringify(block['json']) } : block,
  }))
}

/** Gives every call a fit id of its own and every result the id of its call. */
const pair = (turns: readonly Turn[], { family, isOwn, losses }: Writing): Paired => {
  const fit = idFitter('tooluse_0', isOwn ? 'wide' : family.nineLetters ? 'nine' : 'plain')
  const open = new Map<string, OpenCall>()
  const results = new Map<number, Block[]>()
  const waiting = new Map<number, Set<string>>()
  const take = (block: Block, place: number): readonly Block[] => {
    if (block.call !== undefined) {
      const id = fit(block.call)
      open.set(block.call, { turn: place, id })
      waiting.set(place, (waiting.get(place) ?? new Set()).add(id))
      return [withId(block, 'toolUse', id)]
    }
    if (block.answers === undefined) return [block]
    const call = open.get(block.answers)
    if (call === undefined) return orphan(block, losses)
    open.delete(block.answers)
    waiting.get(call.turn)?.delete(call.id)
    results.set(call.turn, [...(results.get(call.turn) ?? []), withId(block, 'toolResult', call.id)])
    return []
  }
  const left = turns.map((turn, place) => ({ ...turn, blocks: turn.blocks.flatMap(block => take(block, place)) }))
  const unanswered = new Map([...waiting].map(([place, ids]) => [place, [...ids]]))
  return { results, unanswered, turns: left }
}

const missing = (ids: readonly string[], { family, losses }: Writing): readonly Block[] => {
  if (ids.length > 0) losses.add('messages.tool-call', 'a call without a result was given an empty error as its result')
  const content = [family.jsonResults ? { json: { error: 'No result was given.' } } : { text: 'No result was given.' }]
  return ids.map(toolUseId => ({
    value: { toolResult: { toolUseId, content, ...(family.status && { status: 'error' }) } },
  }))
}

const isThinking = ({ value }: Block): boolean => value['reasoningContent'] !== undefined

/** Reasoning comes before the calls that it led to. */
const reasoningFirst = (blocks: readonly Block[]): readonly Block[] => {
  const thinking = blocks.findIndex(isThinking)
  const call = blocks.findIndex(block => block.call !== undefined)
  if (thinking === -1 || call === -1 || thinking < call) return blocks
  return [...blocks.filter(isThinking), ...blocks.filter(block => !isThinking(block))]
}

/** A cache point that stood behind a result goes along with it. */
const isPoint = ({ value }: Block): boolean => value['cachePoint'] !== undefined

/** Every result directly after the turn that asked for it, before anything else. */
const withResults = ({ turns, results, unanswered }: Paired, writing: Writing): readonly Turn[] => {
  const placed: Turn[] = []
  for (const [place, turn] of turns.entries()) {
    const isBare = turn.blocks.every(isPoint) && placed.at(-1)?.role !== 'user'
    // A turn whose results went to the turn before and of which only cache points are left.
    if (isBare && turn.role === 'user') continue
    join(placed, turn.role === 'assistant' ? { ...turn, blocks: reasoningFirst(turn.blocks) } : turn)
    const answers = [...(results.get(place) ?? []), ...missing(unanswered.get(place) ?? [], writing)]
    join(placed, { role: 'user', blocks: answers, others: {} })
  }
  return placed
}

const fullStop: Block = { value: { text: '.' } }
const minimalTurn: Turn = { role: 'user', blocks: [fullStop], others: {} }

const userFirst = (turns: readonly Turn[], losses: Losses): readonly Turn[] => {
  if (turns[0]?.role === 'user' || (turns[0]?.role === 'system' && turns[1]?.role === 'user')) return turns
  losses.add('messages', 'a conversation must begin with a user message; one of a single full stop was put first')
  return [minimalTurn, ...turns]
}

/** A document is taken only beside text. */
const besideText = (turn: Turn, losses: Losses): Turn => {
  const { blocks } = turn
  if (!blocks.some(({ value }) => value['document'] !== undefined)) return turn
  if (blocks.some(({ value }) => value['text'] !== undefined)) return turn
  losses.add('messages.file', 'a document must stand beside text; a single full stop was put before it')
  return { ...turn, blocks: [fullStop, ...blocks] }
}

/** A last assistant turn is a beginning for the answer, and may not end in white space. */
const trimmedEnd = (turns: readonly Turn[]): readonly Turn[] => {
  const last = turns.at(-1)
  const block = last?.blocks.at(-1)
  const text = block?.value['text']
  if (last?.role !== 'assistant' || block === undefined || typeof text !== 'string') return turns
  const trimmed = { ...block, value: { text: text.trimEnd() } }
  return [...turns.slice(0, -1), { ...last, blocks: [...last.blocks.slice(0, -1), trimmed] }]
}

/** What is written of a conversation. */
export interface WrittenMessages {
  readonly system?: readonly Json[]
  readonly messages?: readonly Json[]
}

/** `system` and `messages`: turns alternate, begin with the user, and hold every tool result where it belongs. */
export const writeMessages = (messages: readonly Message[], writing: Writing): WrittenMessages => {
  const { isOwn, losses } = writing
  const { system, turns } = split(messages, writing)
  const inOrder = withResults(pair(turns, writing), writing)
  // Some models do let the assistant begin, and a prompt that is kept at Bedrock brings its messages along: who speaks this
  // dialect knows with whom.
  const begun = isOwn ? inOrder : userFirst(inOrder, losses).map(turn => besideText(turn, losses))
  const written = trimmedEnd(begun).map(({ role, blocks, others }) => ({
    ...others,
    role,
    content: blocks.map(({ value }) => value),
  }))
  return { ...(system.length > 0 && { system }), ...(written.length > 0 && { messages: written }) }
}

/** The system prompt with more sentences at its end. */
export const withInstructions = (written: WrittenMessages, words: readonly (string | undefined)[]): WrittenMessages => {
  const blocks = words.filter(one => one !== undefined).map(text => ({ text }))
  return blocks.length === 0 ? written : { ...written, system: [...(written.system ?? []), ...blocks] }
}

const blocksOf = (message: Json | undefined): readonly Json[] => {
  const content = message?.['content']
  return Array.isArray(content) ? content : []
}
/** True if calls or results stand among the messages. */
export const holdsCalls = ({ messages = [] }: WrittenMessages): boolean =>
  messages.some(message => blocksOf(message).some(block => 'toolUse' in block || 'toolResult' in block))
/** True if the model is to go on after tool calls whose reasoning was not given back, which Claude refuses where it thinks by budget. */
export const resumesUnsigned = ({ messages = [] }: WrittenMessages): boolean => {
  if (!blocksOf(messages.at(-1)).some(block => 'toolResult' in block)) return false
  return !('reasoningContent' in (blocksOf(messages.at(-2))[0] ?? {}))
}
