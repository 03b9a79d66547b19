/** Collect: events to a response; expand: the way back. */
import { isRecord } from './json.ts'
import type { Failure } from './failure.ts'
import type { Extensions, Part, ReasoningPart, ToolCallPart } from './message.ts'
import type { FinishReason, StreamEvent, Usage } from './stream-event.ts'

export interface Choice {
  readonly parts: readonly Part[]
  readonly reason?: FinishReason
  readonly raw?: string
  readonly stopSequence?: string
  readonly extensions?: Extensions
}
/** A whole answer. */
export interface Answer {
  readonly model: string
  readonly upstreamId?: string
  readonly created?: number
  readonly serviceTier?: string
  readonly choices: readonly Choice[]
  readonly usage?: Usage
  readonly failure?: Failure
  /** False if neither a clean end nor a failure was seen: the answer was cut off. */
  readonly ended: boolean
  readonly extensions?: Extensions
}

/** A part while its events come in; `collect` hands it out as the Part that it has become. */
type Growing = Record<string, unknown> & { extensions?: Extensions }
interface GrowingChoice {
  readonly blocks: Map<number, Growing>
  end?: Omit<Extract<StreamEvent, { type: 'choice-end' }>, 'type' | 'choice'>
}

/** Members of both, by dialect; lists of both are joined, so that deltas' log probabilities add up. */
const merge = (left: Extensions | undefined, right: Extensions | undefined): Extensions | undefined => {
  if (left === undefined || right === undefined) return left ?? right
  const merged: Record<string, Record<string, unknown>> = {}
  for (const dialect of new Set([...Object.keys(left), ...Object.keys(right)])) {
    merged[dialect] = { ...left[dialect] }
    for (const [key, value] of Object.entries(right[dialect] ?? {}))
      merged[dialect][key] = join(merged[dialect][key], value)
  }
  return merged
}
const join = (left: unknown, right: unknown): unknown => {
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
  if (isRecord(left) && isRecord(right)) {
    const both: Record<string, unknown> = { ...left }
    for (const [key, value] of Object.entries(right)) both[key] = join(both[key], value)
    return both
  }
  return right ?? left
}

const blockOf = (choice: GrowingChoice, block: number, fresh: () => Part): Growing => {
  let part = choice.blocks.get(block)
  if (part === undefined) choice.blocks.set(block, (part = { ...fresh() }))
  return part
}
const append = (part: Growing, field: 'text' | 'input', more: string, extensions?: Extensions): void => {
  part[field] = `${part[field] as string}${more}`
  if (extensions !== undefined) part.extensions = merge(part.extensions, extensions)
}

const textOf = (event: StreamEvent): string => (event.type === 'text-delta' ? event.text : '')

const grow = (choice: GrowingChoice, event: StreamEvent): void => {
  switch (event.type) {
    case 'text-start':
    case 'text-delta':
    case 'text-end': {
      const part = blockOf(choice, event.block, () => ({ type: 'text', text: '' }))
      return append(part, 'text', textOf(event), event.extensions)
    }
    case 'refusal-delta':
      return append(
        blockOf(choice, event.block, () => ({ type: 'refusal', text: '' })),
        'text',
        event.text,
        event.extensions,
      )
    case 'reasoning-start':
    case 'reasoning-delta':
    case 'reasoning-end':
      return growReasoning(choice, event)
    case 'tool-call-start':
    case 'tool-call-delta':
      return growToolCall(choice, event)
    case 'opaque': {
      const { dialect, kind, value } = event
      blockOf(choice, event.block, () => ({ type: 'opaque', dialect, kind, value }))
      return
    }
    case 'choice-end': {
      const { type: _type, choice: _choice, ...end } = event
      choice.end = end
    }
  }
}
const growToolCall = (
  choice: GrowingChoice,
  event: Extract<StreamEvent, { type: 'tool-call-start' | 'tool-call-delta' }>,
): void => {
  if (event.type === 'tool-call-delta') {
    const part = blockOf(choice, event.block, () => ({ type: 'tool-call', callId: '', name: '', input: '' }))
    return append(part, 'input', event.input)
  }
  const { callId, name, extensions } = event
  blockOf(choice, event.block, () => ({
    type: 'tool-call',
    callId,
    name,
    input: '',
    ...(extensions && { extensions }),
  }))
}
const growReasoning = (
  choice: GrowingChoice,
  event: Extract<StreamEvent, { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }>,
): void => {
  const part = blockOf(choice, event.block, () => ({ type: 'reasoning', text: '' }))
  if (event.type === 'reasoning-delta') append(part, 'text', event.text)
  if (event.type === 'reasoning-start' && event.redacted !== undefined) part['redacted'] = event.redacted
  if (event.type === 'reasoning-end' && event.signature !== undefined) part['signature'] = event.signature
  if (event.type !== 'reasoning-delta' && event.extensions !== undefined)
    part.extensions = merge(part.extensions, event.extensions)
}

/** The whole answer that these events tell. Total: a cut-off or failed stream gives what there was of it. */
export const collect = (events: Iterable<StreamEvent>): Answer => {
  const choices: GrowingChoice[] = []
  const answer: { -readonly [Key in keyof Answer]: Answer[Key] } = { model: '', choices: [], ended: false }
  for (const event of events) {
    if (event.type === 'response-start') {
      answer.model = event.model
      answer.upstreamId = event.upstreamId
      answer.created = event.created
      if (event.serviceTier !== undefined) answer.serviceTier = event.serviceTier
      answer.extensions = merge(answer.extensions, event.extensions)
    } else if (event.type === 'usage') answer.usage = event.usage
    else if (event.type === 'response-failed') {
      answer.failure = event.failure
      answer.ended = true
    } else if (event.type === 'response-end') {
      answer.extensions = merge(answer.extensions, event.extensions)
      answer.ended = true
    } else {
      const index = event.choice ?? 0
      while (choices.length <= index) choices.push({ blocks: new Map() })
      grow(choices[index]!, event)
    }
  }
  answer.choices = choices.map(({ blocks, end }) => ({
    parts: [...blocks.entries()].sort(([left], [right]) => left - right).map(([, part]) => part as unknown as Part),
    ...end,
  }))
  return answer
}

const expandPart = (part: Part, at: { block: number; choice?: number }): readonly StreamEvent[] => {
  switch (part.type) {
    case 'text': {
      const extensions = part.extensions && { extensions: part.extensions }
      const delta: readonly StreamEvent[] = part.text === '' ? [] : [{ type: 'text-delta', ...at, text: part.text }]
      return [{ type: 'text-start', ...at }, ...delta, { type: 'text-end', ...at, ...extensions }]
    }
    case 'refusal':
      return [
        { type: 'refusal-delta', ...at, text: part.text, ...(part.extensions && { extensions: part.extensions }) },
      ]
    case 'reasoning':
      return expandReasoning(part, at)
    case 'tool-call':
      return expandToolCall(part, at)
    case 'opaque':
      return [{ type: 'opaque', ...at, dialect: part.dialect, kind: part.kind, value: part.value }]
    default:
      return []
  }
}
const expandReasoning = (part: ReasoningPart, at: { block: number; choice?: number }): readonly StreamEvent[] => [
  {
    type: 'reasoning-start',
    ...at,
    ...(part.redacted !== undefined && { redacted: part.redacted }),
    ...(part.extensions && { extensions: part.extensions }),
  },
  ...(part.text === '' ? [] : [{ type: 'reasoning-delta' as const, ...at, text: part.text }]),
  {
    type: 'reasoning-end',
    ...at,
    ...(part.signature !== undefined && { signature: part.signature }),
    ...(part.extensions && { extensions: part.extensions }),
  },
]
const expandToolCall = (part: ToolCallPart, at: { block: number; choice?: number }): readonly StreamEvent[] => [
  {
    type: 'tool-call-start',
    ...at,
    callId: part.callId,
    name: part.name,
    ...(part.extensions && { extensions: part.extensions }),
  },
  ...(part.input === '' ? [] : [{ type: 'tool-call-delta' as const, ...at, input: part.input }]),
  { type: 'tool-call-end', ...at },
]

/** A whole answer as the events that would have told it. collect(expand(answer)) is the answer again. */
export const expand = (answer: Answer): readonly StreamEvent[] => {
  const events: StreamEvent[] = [
    {
      type: 'response-start',
      model: answer.model,
      ...(answer.upstreamId !== undefined && { upstreamId: answer.upstreamId }),
      ...(answer.created !== undefined && { created: answer.created }),
      ...(answer.serviceTier !== undefined && { serviceTier: answer.serviceTier }),
      ...(answer.extensions && { extensions: answer.extensions }),
    },
  ]
  for (const [index, choice] of answer.choices.entries()) {
    const at = index === 0 ? {} : { choice: index }
    for (const [block, part] of choice.parts.entries()) events.push(...expandPart(part, { block, ...at }))
    const { parts: _parts, reason, ...end } = choice
    if (reason !== undefined) events.push({ type: 'choice-end', ...at, reason, ...end })
  }
  if (answer.usage !== undefined) events.push({ type: 'usage', usage: answer.usage })
  if (answer.failure !== undefined) events.push({ type: 'response-failed', failure: answer.failure })
  else if (answer.ended) events.push({ type: 'response-end' })
  return events
}
