/** Puts back what a model thought before its calls where the client has dropped it, and listens for it in answers. */
import type { Extensions, Message, Part } from '../domain/message.ts'
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

const recalledIn = (message: Message, recall: (callId: string) => Thought | undefined): Message => {
  if (message.role !== 'assistant') return message
  const first = message.parts.findIndex(part => part.type === 'tool-call')
  const call = message.parts[first]
  const thought = call?.type === 'tool-call' ? recall(call.callId) : undefined
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
  const recall = (callId: string): Thought | undefined => thoughts.recall(request.caller.key, callId)
  const messages = request.messages.map(message => recalledIn(message, recall))
  return messages.every((message, place) => message === request.messages[place]) ? request : { ...request, messages }
}

/** Listens to one answer, and knows in the end what is worth keeping of it. */
export class ThoughtListener {
  #heard: StreamEvent[] | undefined

  hear(events: readonly StreamEvent[]): void {
    for (const event of events) {
      const { type } = event
      const isThought = type === 'reasoning-start' || type === 'reasoning-delta' || type === 'reasoning-end'
      if (isThought || type === 'tool-call-start') (this.#heard ??= []).push(event)
    }
  }

  /** Reasoning with its proof, and what the calls carried; undefined where no call came or nothing was proven. */
  thought(): Thought | undefined {
    if (this.#heard === undefined) return undefined
    const [choice] = collect(this.#heard).choices
    const parts = choice?.parts ?? []
    const calls = new Map(
      parts.flatMap(part => (part.type === 'tool-call' ? [[part.callId, part.extensions ?? {}] as const] : [])),
    )
    const reasoning = parts.filter(part => part.type === 'reasoning').filter(isProven)
    const isWorth = reasoning.length > 0 || [...calls.values()].some(one => Object.keys(one).length > 0)
    return calls.size > 0 && isWorth ? { reasoning, calls } : undefined
  }
}
