/** Puts back what a model thought before its calls where the client has dropped it, and listens for it in answers. */
import { fingerprint } from '../domain/fingerprint.ts'
import type { Extensions, Message, Part, ToolCallPart } from '../domain/message.ts'
import { collect } from '../domain/response.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import type { Thought, Thoughts } from '../state/thoughts.ts'

const isProven = (part: Part): boolean =>
  part.type === 'reasoning' && (part.signature !== undefined || part.redacted !== undefined)

const withExtensions = (part: Part, thought: Thought): Part => {
  if (part.type !== 'tool-call') return part
  const known = thought.calls.get(part.callId)
  if (known === undefined) return part
  // What the client has kept itself is its own to say.
  const extensions: Record<string, Extensions[string]> = { ...known }
  for (const [dialect, own] of Object.entries(part.extensions ?? {}))
    extensions[dialect] = { ...known[dialect], ...own }
  return { ...part, extensions }
}

/** So much of a text tells one turn from another. */
const enough = 2_000

const wordsOf = (part: Part): unknown => {
  switch (part.type) {
    case 'text':
      return part.text.slice(0, enough)
    case 'tool-result':
      return [part.callId, part.output.map(wordsOf)]
    default:
      return part.type
  }
}

const read = (input: string): unknown => {
  try {
    return JSON.parse(input)
  } catch {
    // What a model wrote need not be JSON; then its letters tell.
    return input
  }
}

/** A turn by its first call and by what was said before it: some providers number their calls anew in each conversation. */
const turnOf = ({ callId, name, input }: ToolCallPart, before: Message | undefined): string =>
  `${callId} ${fingerprint([name, read(input), before?.parts.map(wordsOf)])}`

const isCall = (part: Part): part is ToolCallPart => part.type === 'tool-call'

const recalledIn = (
  message: Message,
  before: Message | undefined,
  recall: (turn: string) => Thought | undefined,
): Message => {
  if (message.role !== 'assistant') return message
  const call = message.parts.find(isCall)
  const thought = call === undefined ? undefined : recall(turnOf(call, before))
  if (thought === undefined) return message
  const parts = message.parts.map(part => withExtensions(part, thought))
  // Reasoning without its proof was shown to people; the proven one says the same.
  const kept = message.parts.some(isProven) ? parts : [...thought.reasoning, ...parts.filter(isNoReasoning)]
  return { ...message, parts: thought.reasoning.length === 0 ? parts : kept }
}
const isNoReasoning = ({ type }: Part): boolean => type !== 'reasoning'

/** The request with the thoughts that its client did not send back. A body that passes untouched is not changed. */
export const withThoughts = (request: ModelRequest, thoughts: Thoughts): ModelRequest => {
  if (request.operation !== 'chat' || thoughts.turns === 0) return request
  const recall = (turn: string): Thought | undefined => thoughts.recall(request.caller.key, turn)
  const messages = request.messages.map((message, place) => recalledIn(message, request.messages[place - 1], recall))
  return messages.every((message, place) => message === request.messages[place]) ? request : { ...request, messages }
}

/** Listens to one answer, and knows in the end what is worth keeping of it. */
export class ThoughtListener {
  #heard: StreamEvent[] | undefined

  hear(events: readonly StreamEvent[]): void {
    for (const event of events) {
      const { type } = event
      const isThought = type === 'reasoning-start' || type === 'reasoning-delta' || type === 'reasoning-end'
      if (isThought || type === 'tool-call-start' || type === 'tool-call-delta') (this.#heard ??= []).push(event)
    }
  }

  /** Keeps reasoning with its proof and what the calls carried, if a call came and anything was proven. */
  keep(request: ModelRequest, thoughts: Thoughts): void {
    if (this.#heard === undefined || request.operation !== 'chat') return
    const parts = collect(this.#heard).choices[0]?.parts ?? []
    const made = parts.filter(isCall)
    const [first] = made
    const calls = new Map(made.map(call => [call.callId, call.extensions ?? {}]))
    const reasoning = parts.filter(part => part.type === 'reasoning').filter(isProven)
    const isWorth = reasoning.length > 0 || made.some(({ extensions }) => extensions !== undefined)
    if (first === undefined || !isWorth) return
    thoughts.remember(request.caller.key, turnOf(first, request.messages.at(-1)), { reasoning, calls })
  }
}
