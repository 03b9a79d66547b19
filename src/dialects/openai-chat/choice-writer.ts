/** The deltas of one choice, written. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { nameEnd } from './answer-losses.ts'
import { wireFinish } from './finish.ts'
import { citationsOf, extraContent, logprobsOf, pictureOf, toldAsExtra } from './google-extras.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { ownMembers } from './wire.ts'
import { isLegacy, opaqueMember, ownOfEnd, writeCall } from './write-answer.ts'
import { writeDetail } from './write-thought.ts'

/** What one chunk says of a choice. */
export interface Piece {
  readonly delta: Json
  readonly logprobs?: unknown
  readonly finish?: string
  /** True if the delta is sure to keep the published schema. */
  readonly isPlain?: boolean
  /** Unknown members of the choice and of the chunk around it. */
  readonly others?: { readonly choice?: Json; readonly chunk?: Json }
}
/** The events that belong to a choice. */
type ChoiceEvent = Exclude<StreamEvent, { type: 'response-start' | 'usage' | 'response-end' | 'response-failed' }>
type Named<Type extends ChoiceEvent['type']> = Extract<ChoiceEvent, { type: Type }>

export interface ChoiceWriter {
  push(event: ChoiceEvent): readonly Piece[]
  /** The last chunk, with the reason to stop. */
  close(): readonly Piece[]
}

interface OpenCall {
  readonly index: number
  readonly isLegacy: boolean
  isFed: boolean
}
interface OpenThought {
  text: string
  redacted: string | undefined
}
interface Writing {
  readonly id: string
  readonly losses: Losses
  readonly calls: Map<number, OpenCall>
  readonly thoughts: Map<number, OpenThought>
  callCount: number
  details: number
  hasStarted: boolean
  /** What was said so far. */
  text: string
  end: Named<'choice-end'> | undefined
}

const none: readonly Piece[] = []
const plain = (delta: Json): readonly Piece[] => [{ delta, isPlain: true }]

const startCall = (writing: Writing, event: Named<'tool-call-start'>): readonly Piece[] => {
  const { block, callId, name, extensions } = event
  const own = ownMembers(extensions)
  const legacy = isLegacy(own)
  const index = legacy ? 0 : writing.callCount++
  writing.calls.set(block, { index, isLegacy: legacy, isFed: false })
  if (legacy) return plain({ function_call: { name, arguments: '' } })
  const id = callId === '' ? `${writing.id}_${index}` : callId
  const { function: called, ...call } = writeCall(
    { type: 'tool-call', callId, name, input: '', ...(extensions && { extensions }) },
    id,
  )
  const extra = extraContent(extensions)
  return [
    {
      delta: {
        tool_calls: [{ index, ...call, ...extra, function: { ...recordOf({ called }, 'called'), arguments: '' } }],
      },
    },
  ]
}
const feedCall = (writing: Writing, block: number, input: string): readonly Piece[] => {
  const call = writing.calls.get(block)
  if (call === undefined) return none
  call.isFed = true
  if (call.isLegacy) return plain({ function_call: { arguments: input } })
  return plain({ tool_calls: [{ index: call.index, function: { arguments: input } }] })
}
/** A call without arguments says so: clients parse them as JSON. */
const endCall = (writing: Writing, block: number): readonly Piece[] =>
  writing.calls.get(block)?.isFed === false ? feedCall(writing, block, '{}') : none

const thoughtAt = (writing: Writing, block: number): OpenThought => {
  const thought = writing.thoughts.get(block) ?? { text: '', redacted: undefined }
  writing.thoughts.set(block, thought)
  return thought
}
const endThought = (writing: Writing, { block, signature, extensions }: Named<'reasoning-end'>): readonly Piece[] => {
  const { text, redacted } = thoughtAt(writing, block)
  const part = {
    text,
    ...(redacted !== undefined && { redacted }),
    ...(signature !== undefined && { signature }),
    ...(extensions && { extensions }),
  }
  const detail = writeDetail(part, writing.details)
  if (detail === undefined) return none
  writing.details++
  return [{ delta: { reasoning_details: [detail] } }]
}

const writeOpaque = (writing: Writing, event: Named<'opaque'>): readonly Piece[] => {
  const member = opaqueMember(event)
  const picture = pictureOf(event)
  if (picture !== undefined) return [{ delta: { images: [picture] } }]
  if (member === undefined) {
    writing.losses.add(`content.${event.kind}`, `only ${event.dialect} knows this kind of content`)
    return none
  }
  if (member === 'audio') return [{ delta: { audio: event.value } }]
  const isCall = member === 'tool_calls'
  return [{ delta: { [member]: [isCall ? { index: writing.callCount++, ...Object(event.value) } : event.value] } }]
}

const words = (delta: Json, event: Named<'text-delta' | 'refusal-delta'>): readonly Piece[] => {
  const { logprobs } = ownMembers(event.extensions)
  return logprobs === undefined ? plain(delta) : [{ delta, logprobs }]
}
const endText = ({ extensions }: Named<'text-start' | 'text-end'>): readonly Piece[] => {
  const extra = extraContent(extensions)
  return Object.keys(extra).length === 0 ? none : [{ delta: extra }]
}
const think = (writing: Writing, event: Named<'reasoning-delta'>): readonly Piece[] => {
  thoughtAt(writing, event.block).text += event.text
  return plain({ reasoning_content: event.text })
}

const nameLosses = (losses: Losses, event: ChoiceEvent): void => {
  if (event.type === 'choice-end') nameEnd(event, losses)
  else if ('extensions' in event) losses.addForeign(event.extensions, 'content.', toldAsExtra)
}
const write = (writing: Writing, event: ChoiceEvent): readonly Piece[] => {
  nameLosses(writing.losses, event)
  switch (event.type) {
    case 'text-delta':
      writing.text += event.text
      return words({ content: event.text }, event)
    case 'refusal-delta':
      return words({ refusal: event.text }, event)
    case 'text-end':
      return endText(event)
    case 'reasoning-start':
      thoughtAt(writing, event.block).redacted = event.redacted
      return none
    case 'reasoning-delta':
      return think(writing, event)
    case 'reasoning-end':
      return endThought(writing, event)
    case 'tool-call-start':
      return startCall(writing, event)
    case 'tool-call-delta':
      return feedCall(writing, event.block, event.input)
    case 'tool-call-end':
      return endCall(writing, event.block)
    case 'opaque':
      return writeOpaque(writing, event)
    case 'choice-end':
      writing.end = event
      return none
    default:
      return none
  }
}

const opening: Piece = { delta: { role: 'assistant', content: '', refusal: null }, isPlain: true }
const opened = (writing: Writing, pieces: readonly Piece[]): readonly Piece[] => {
  if (writing.hasStarted || pieces.length === 0) return pieces
  writing.hasStarted = true
  return [opening, ...pieces]
}

const close = ({ end, text }: Writing): Piece => {
  const { message, logprobs: own, others } = ownOfEnd(ownMembers(end?.extensions))
  const logprobs = own ?? logprobsOf(end?.extensions)
  const citations = citationsOf(end?.extensions, text)
  return {
    delta: citations.length === 0 ? message : { ...message, annotations: citations },
    finish: wireFinish(end?.reason ?? 'stop', end?.raw),
    ...(logprobs !== undefined && { logprobs }),
    ...(Object.keys(others).length > 0 && { others: { choice: others } }),
  }
}

/** A writer for one choice; its first chunk brings the role. `id` is for calls that came without one. */
export const choiceWriter = (index: number, id: string, losses: Losses): ChoiceWriter => {
  const writing: Writing = {
    id: `call_${id}_${index}`,
    losses,
    calls: new Map(),
    thoughts: new Map(),
    callCount: 0,
    details: 0,
    hasStarted: false,
    text: '',
    end: undefined,
  }
  return {
    push: event => opened(writing, write(writing, event)),
    close: () => opened(writing, [close(writing)]),
  }
}
