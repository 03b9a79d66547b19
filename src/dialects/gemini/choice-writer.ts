/** The parts of one choice of a stream, written as they come; a call waits until it is whole, for Gemini tells none in pieces. */
import type { Extensions, ToolCallPart } from '../../domain/message.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { signatureMembers, signatureOf } from './signature.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { ownToWrite } from './wire.ts'
import { writeCall, writeEnd, writeOpaque, writeText, writeThought } from './write-answer.ts'

/** The events that belong to a choice. */
export type ChoiceEvent = Exclude<
  StreamEvent,
  { type: 'response-start' | 'usage' | 'response-end' | 'response-failed' }
>
type Named<Type extends ChoiceEvent['type']> = Extract<ChoiceEvent, { type: Type }>

/** A writer for one choice. */
export interface ChoiceWriter {
  /** The parts to be told now. */
  push(event: ChoiceEvent): readonly Json[]
  /** A candidate with this part. */
  around(part: Json): Json
  /** The last candidate, with the reason to stop. */
  close(): Json
  /** True if nothing was said. */
  isEmpty(): boolean
}

interface Writing {
  readonly losses: Losses
  readonly calls: Map<number, { -readonly [Key in keyof ToolCallPart]: ToolCallPart[Key] }>
  isRefused: boolean
  isEmpty: boolean
  end: Named<'choice-end'> | undefined
}

const listed = (part: Json | undefined): readonly Json[] => (part === undefined ? [] : [part])
const tailOf = (extensions: Extensions | undefined): { readonly text: ''; readonly extensions?: Extensions } => ({
  text: '',
  ...(extensions && { extensions }),
})

const startThought = ({ redacted }: Named<'reasoning-start'>, losses: Losses): readonly Json[] => {
  if (redacted !== undefined) losses.add('content.redacted', 'Gemini has no encrypted thoughts')
  return []
}
const endThought = ({ signature, extensions }: Named<'reasoning-end'>, losses: Losses): readonly Json[] =>
  listed(writeThought({ ...tailOf(extensions), ...(signature !== undefined && { signature }) }, losses))

const startCall = ({ calls }: Writing, event: Named<'tool-call-start'>): readonly Json[] => {
  const { block, callId, name, extensions } = event
  calls.set(block, { type: 'tool-call', callId, name, input: '', ...(extensions && { extensions }) })
  return []
}
const feedCall = ({ calls }: Writing, { block, input }: Named<'tool-call-delta'>): readonly Json[] => {
  const call = calls.get(block)
  if (call !== undefined) call.input += input
  return []
}
const endCall = ({ calls, losses }: Writing, block: number): readonly Json[] => {
  const call = calls.get(block)
  calls.delete(block)
  return call === undefined ? [] : [writeCall(call, losses)]
}

const writeThoughtEvent = (
  event: Named<'reasoning-start' | 'reasoning-delta' | 'reasoning-end'>,
  losses: Losses,
): readonly Json[] => {
  if (event.type === 'reasoning-start') return startThought(event, losses)
  return event.type === 'reasoning-delta' ? [{ text: event.text, thought: true }] : endThought(event, losses)
}

const writeCallEvent = (
  writing: Writing,
  event: Named<'tool-call-start' | 'tool-call-delta' | 'tool-call-end'>,
): readonly Json[] => {
  if (event.type === 'tool-call-start') return startCall(writing, event)
  return event.type === 'tool-call-delta' ? feedCall(writing, event) : endCall(writing, event.block)
}

const write = (writing: Writing, event: ChoiceEvent): readonly Json[] => {
  const { losses } = writing
  switch (event.type) {
    case 'refusal-delta':
    case 'text-delta':
      writing.isRefused ||= event.type === 'refusal-delta'
      return [{ text: event.text }]
    case 'text-end':
      return listed(writeText(tailOf(event.extensions)))
    case 'reasoning-start':
    case 'reasoning-delta':
    case 'reasoning-end':
      return writeThoughtEvent(event, losses)
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'tool-call-end':
      return writeCallEvent(writing, event)
    case 'opaque':
      return listed(writeOpaque(event, losses))
    default:
      return []
  }
}

const close = (writing: Writing, index: number): Json => {
  const { end, isRefused, calls } = writing
  // A call whose end never came is told all the same.
  const parts = [...calls.keys()].flatMap(block => endCall(writing, block))
  const { reason = 'stop', raw } = end ?? {}
  return {
    ...ownToWrite(end?.extensions),
    content: { parts: parts.length === 0 ? [{ text: '' }] : parts, role: 'model' },
    finishReason: writeEnd({ reason, ...(raw !== undefined && { raw }) }, isRefused),
    index,
  }
}

/** A writer for the choice of this number. */
export const choiceWriter = (index: number, losses: Losses): ChoiceWriter => {
  const writing: Writing = { losses, calls: new Map(), isRefused: false, isEmpty: true, end: undefined }
  return {
    push(event) {
      if ('extensions' in event && event.type !== 'choice-end') {
        const isSigned = signatureOf(event.extensions) !== undefined
        losses.addForeign(event.extensions, 'content.', isSigned ? signatureMembers : undefined)
      }
      if (event.type === 'choice-end') writing.end = event
      const parts = write(writing, event)
      if (parts.length > 0 || event.type === 'tool-call-start') writing.isEmpty = false
      return parts
    },
    around: part => ({ content: { parts: [part], role: 'model' }, index }),
    close: () => close(writing, index),
    isEmpty: () => writing.isEmpty,
  }
}
