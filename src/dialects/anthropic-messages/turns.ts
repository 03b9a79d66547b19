/** A conversation, put into the order that Anthropic insists on. */
import type { Message } from '../../domain/message.ts'
import { foreignLosses } from '../../domain/foreign.ts'
import { idFitter } from './call-id.ts'
import type { Block } from './encode-blocks.ts'
import { contentOf, writeParts } from './encode-blocks.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: Block[]
  readonly others: Json
}
interface Turns {
  readonly system: readonly Json[]
  readonly turns: readonly Turn[]
}

/** True for a system message that a client of this dialect put among the messages, where it may stay. */
const isInPlace = (message: Message): boolean => ownMembers(message.extensions)['role'] === 'system'

const foldedSystem = (blocks: readonly Block[], losses: Losses): readonly Block[] => {
  if (blocks.length === 0) return []
  losses.add('messages.system.position', 'a later system message was told as part of the user turn')
  return blocks.map(({ value }) =>
    value['type'] === 'text'
      ? { value: { ...value, text: `<system>\n${String(value['text'])}\n</system>` } }
      : { value },
  )
}

const turnOf = (message: Message, losses: Losses): Turn => {
  const { role: _role, ...others } = ownMembers(message.extensions)
  if (message.role === 'assistant' || (message.role === 'system' && isInPlace(message))) {
    return { role: message.role, blocks: [...writeParts(message.parts, message.role, losses)], others }
  }
  if (message.role !== 'system') return { role: 'user', blocks: [...writeParts(message.parts, 'user', losses)], others }
  return { role: 'user', blocks: [...foldedSystem(writeParts(message.parts, 'system', losses), losses)], others }
}

/** Appends a turn, joined to the last if that is of the same role. */
const join = (turns: Turn[], turn: Turn): void => {
  if (turn.blocks.length === 0) return
  const last = turns.at(-1)
  if (last === undefined || last.role !== turn.role || turn.role === 'system') {
    turns.push({ ...turn, blocks: [...turn.blocks] })
  } else {
    turns[turns.length - 1] = {
      ...last,
      blocks: [...last.blocks, ...turn.blocks],
      others: { ...last.others, ...turn.others },
    }
  }
}

/** What the role says is in the turn. The result of a call of old names the function, which its call does too. */
const saidOfMessage = new Set(['role'])
const saidOfResult = new Set(['role', 'name'])
const nameLosses = ({ role, extensions }: Message, losses: Losses): void => {
  const said = role === 'tool' ? saidOfResult : saidOfMessage
  for (const { field, why } of foreignLosses(extensions, dialect, said)) losses.add(`messages.${field}`, why)
}

const split = (messages: readonly Message[], losses: Losses): Turns => {
  const first = messages.findIndex(message => message.role !== 'system' || isInPlace(message))
  const leading = first === -1 ? messages : messages.slice(0, first)
  const turns: Turn[] = []
  for (const message of messages) nameLosses(message, losses)
  for (const message of messages.slice(leading.length)) join(turns, turnOf(message, losses))
  const system = leading.flatMap(message => writeParts(message.parts, 'system', losses)).map(({ value }) => value)
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

/** A result that belongs to no call is still worth reading. */
const orphan = (block: Block, losses: Losses): readonly Block[] => {
  losses.add('messages.tool-result', 'a result without a call before it was told as user content')
  const content = block.value['content']
  if (Array.isArray(content)) return content.map((value: Json) => ({ value }))
  return typeof content === 'string' ? [{ value: { type: 'text', text: content } }] : []
}

/** Gives every call a fit id of its own and every result the id of its call. */
const pair = (turns: readonly Turn[], losses: Losses): Paired => {
  const fit = idFitter('toolu_0')
  const open = new Map<string, OpenCall>()
  const results = new Map<number, Block[]>()
  const waiting = new Map<number, Set<string>>()
  const take = (block: Block, place: number): readonly Block[] => {
    if (block.call !== undefined) {
      const id = fit(block.call)
      open.set(block.call, { turn: place, id })
      waiting.set(place, (waiting.get(place) ?? new Set()).add(id))
      return [{ ...block, value: { ...block.value, id } }]
    }
    if (block.answers === undefined) return [block]
    const call = open.get(block.answers)
    if (call === undefined) return orphan(block, losses)
    open.delete(block.answers)
    waiting.get(call.turn)?.delete(call.id)
    results.set(call.turn, [...(results.get(call.turn) ?? []), { value: { ...block.value, tool_use_id: call.id } }])
    return []
  }
  const left = turns.map((turn, place) => ({ ...turn, blocks: turn.blocks.flatMap(block => take(block, place)) }))
  const unanswered = new Map([...waiting].map(([place, ids]) => [place, [...ids]]))
  return { results, unanswered, turns: left }
}

const missing = (ids: readonly string[], losses: Losses): readonly Block[] => {
  if (ids.length > 0) losses.add('messages.tool-call', 'a call without a result was given an empty error as its result')
  return ids.map(id => ({
    value: { type: 'tool_result', tool_use_id: id, content: 'No result was given.', is_error: true },
  }))
}

const isThinking = ({ value }: Block): boolean => value['type'] === 'thinking' || value['type'] === 'redacted_thinking'

/** Reasoning comes before the calls that it led to. */
const reasoningFirst = (blocks: readonly Block[]): Block[] => {
  const thinking = blocks.findIndex(isThinking)
  const call = blocks.findIndex(block => block.call !== undefined)
  if (thinking === -1 || call === -1 || thinking < call) return [...blocks]
  return [...blocks.filter(isThinking), ...blocks.filter(block => !isThinking(block))]
}

/** Every result directly after the turn that asked for it, before anything else. */
const withResults = ({ turns, results, unanswered }: Paired, losses: Losses): readonly Turn[] => {
  const placed: Turn[] = []
  for (const [place, turn] of turns.entries()) {
    join(placed, turn.role === 'assistant' ? { ...turn, blocks: reasoningFirst(turn.blocks) } : turn)
    const answers = [...(results.get(place) ?? []), ...missing(unanswered.get(place) ?? [], losses)]
    join(placed, { role: 'user', blocks: answers, others: {} })
  }
  return placed
}

const minimalTurn: Turn = { role: 'user', blocks: [{ value: { type: 'text', text: '.' } }], others: {} }

const userFirst = (turns: readonly Turn[], losses: Losses): readonly Turn[] => {
  if (turns[0]?.role === 'user' || (turns[0]?.role === 'system' && turns[1]?.role === 'user')) return turns
  losses.add('messages', 'a conversation must begin with a user message; one of a single full stop was put first')
  return [minimalTurn, ...turns]
}

/** A last assistant turn is a beginning for the answer, and may not end in white space. */
const trimmedEnd = (turns: readonly Turn[]): readonly Turn[] => {
  const last = turns.at(-1)
  const block = last?.blocks.at(-1)
  if (last?.role !== 'assistant' || block === undefined || block.value['type'] !== 'text') return turns
  const value = { ...block.value, text: String(block.value['text']).trimEnd() }
  return [...turns.slice(0, -1), { ...last, blocks: [...last.blocks.slice(0, -1), { ...block, value }] }]
}

/** What is written of a conversation. */
export interface WrittenMessages {
  readonly system?: string | readonly Json[]
  readonly messages: readonly Json[]
}

/** `system` and `messages`: turns alternate, begin with the user, and hold every tool result where it belongs. */
export const writeMessages = (messages: readonly Message[], isOwn: boolean, losses: Losses): WrittenMessages => {
  const { system, turns } = split(messages, losses)
  const inOrder = withResults(pair(turns, losses), losses)
  // Newer models do let the assistant begin; a client of this dialect knows with whom it speaks.
  const ordered = trimmedEnd(isOwn && inOrder.length > 0 ? inOrder : userFirst(inOrder, losses))
  return {
    ...(system.length > 0 && { system: contentOf(system) }),
    messages: ordered.map(({ role, blocks, others }) => ({
      ...others,
      role,
      content: contentOf(blocks.map(({ value }) => value)),
    })),
  }
}

/** The system prompt with one more sentence at its end. */
export const withInstruction = ({ system, messages }: WrittenMessages, words: string | undefined): WrittenMessages => {
  if (words === undefined) return { ...(system !== undefined && { system }), messages }
  if (system === undefined) return { system: words, messages }
  const blocks = typeof system === 'string' ? [{ type: 'text', text: system }] : system
  return { system: [...blocks, { type: 'text', text: words }], messages }
}

const blocksOf = (message: Json | undefined): readonly Json[] => {
  const content = message?.['content']
  return Array.isArray(content) ? content : []
}
/** True if the model is to go on after tool calls whose reasoning was not given back, which Anthropic refuses of one that thinks by budget. */
export const resumesUnsigned = ({ messages }: WrittenMessages): boolean => {
  if (!blocksOf(messages.at(-1)).some(block => block['type'] === 'tool_result')) return false
  const first = blocksOf(messages.at(-2))[0]?.['type']
  return first !== 'thinking' && first !== 'redacted_thinking'
}
