/** A streamed answer, written: the events that Cohere's clients expect, and `[DONE]`. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { contentWriter, frameOf } from './content-writer.ts'
import type { ContentWriter } from './content-writer.ts'
import { encodeFailure } from './failure.ts'
import { writeReason } from './finish.ts'
import { answerId } from './response.ts'
import { endMark } from './stream.ts'
import { writeUsage } from './usage.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

type Start = Extract<StreamEvent, { type: 'response-start' }>
type ChoiceEnd = Extract<StreamEvent, { type: 'choice-end' }>

/** A stream while it is written. */
interface Writing {
  readonly context: AnswerContext
  readonly losses: Losses
  readonly content: ContentWriter
  hasStarted: boolean
  hasEnded: boolean
  usage: Usage | undefined
  end: ChoiceEnd | undefined
}

const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
const start = (writing: Writing, event: Start): readonly Frame[] => {
  if (writing.hasStarted) return none
  writing.hasStarted = true
  nameHead(event, writing.losses)
  const { message, ...own } = ownMembers(event.extensions)
  const id = answerId(event.upstreamId, writing.context)
  const delta = { message: { ...recordOf({ message }, 'message'), ...empty } }
  return [frameOf('message-start', { ...own, id, delta })]
}
const started = (writing: Writing): readonly Frame[] => start(writing, { type: 'response-start', model: '' })

const finish = (writing: Writing, own: Json): readonly Frame[] => {
  writing.hasEnded = true
  const { end, usage, content } = writing
  const delta = {
    ...recordOf(ownMembers(end?.extensions), 'message'),
    finish_reason: writeReason({ reason: 'stop', ...end }, content.isRefusal()),
    ...(usage !== undefined && { usage: writeUsage(usage) }),
  }
  const closed = content.close(ownMembers(end?.extensions))
  return [...started(writing), ...closed, frameOf('message-end', { ...own, delta }), { data: endMark }]
}

/** The event that ends a broken stream: an end of the kind that Cohere has, and an error body in one. */
const failureFrame = (failure: Failure, requestId: string): Frame => {
  const { body } = encodeFailure(failure, requestId)
  return frameOf('message-end', { ...body, delta: { error: body['message'], finish_reason: 'ERROR' } })
}

const push = (writing: Writing, event: StreamEvent): readonly Frame[] => {
  switch (event.type) {
    case 'response-start':
      return start(writing, event)
    case 'usage':
      writing.usage = event.usage
      nameUsage(event.usage, writing.losses)
      return none
    case 'choice-end':
      writing.end = event
      nameEnd(event, writing.losses)
      return none
    case 'response-end':
      nameHead(event, writing.losses)
      return finish(writing, ownMembers(event.extensions))
    case 'response-failed':
      writing.hasEnded = true
      return [failureFrame(event.failure, writing.context.id)]
    default:
      return [...started(writing), ...writing.content.push(event)]
  }
}

/** An encoder for one stream: message-start, the contents and calls, message-end, `[DONE]`; or an end with an error, last. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const losses = noLosses()
  const writing: Writing = {
    context,
    losses,
    content: contentWriter(context, losses),
    hasStarted: false,
    hasEnded: false,
    usage: undefined,
    end: undefined,
  }
  return {
    push(event) {
      if (writing.hasEnded) return none
      if (!('choice' in event) || (event.choice ?? 0) === 0) return push(writing, event)
      losses.add('choices', 'Cohere gives one answer')
      return none
    },
    losses: () => losses.list(),
  }
}
