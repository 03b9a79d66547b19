/** A streamed answer, written: the frames that Anthropic's clients expect. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { blockOrder } from '../block-order.ts'
import { blockPen, frameOf } from './block-frames.ts'
import { encodeFailure } from './failure.ts'
import { writeHead } from './response.ts'
import type { Said } from '../stop-word.ts'
import { writeStopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'
import type { Json } from '../../domain/json.ts'
import { noLosses, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

type Start = Extract<StreamEvent, { type: 'response-start' }>
type ChoiceEnd = Extract<StreamEvent, { type: 'choice-end' }>

const startFrame = (start: Start, usage: Usage | undefined, context: AnswerContext): Frame =>
  frameOf({
    type: 'message_start',
    message: {
      ...ownMembers(start.extensions),
      ...writeHead(start, context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(usage, start.serviceTier),
    },
  })

/** What Anthropic puts into the delta itself; all else stands beside it. */
const inDelta = new Set(['stop_details', 'container'])
/** What Bedrock adds stands in the last event. */
const inStop = new Set(['amazon-bedrock-invocationMetrics'])
interface Told {
  readonly end: ChoiceEnd | undefined
  readonly usage: Usage | undefined
  readonly said: Said
}
const endFrames = ({ end, usage, said }: Told, own: Json): readonly Frame[] => {
  const members = Object.entries(own)
  return [
    frameOf({
      ...Object.fromEntries(members.filter(([key]) => !inDelta.has(key) && !inStop.has(key))),
      type: 'message_delta',
      delta: {
        ...Object.fromEntries(members.filter(([key]) => inDelta.has(key))),
        stop_reason: writeStopReason(end, said),
        stop_sequence: end?.stopSequence ?? null,
      },
      usage: writeUsage(usage),
    }),
    frameOf({ type: 'message_stop', ...Object.fromEntries(members.filter(([key]) => inStop.has(key))) }),
  ]
}

/** The frame that ends a broken stream. */
const failureFrame = (failure: Failure, requestId: string): Frame => ({
  event: 'error',
  data: JSON.stringify(encodeFailure(failure, requestId).body),
})

/** An encoder for one stream: message_start, blocks one at a time, message_delta, message_stop; or an error frame, last. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const losses = noLosses()
  const blocks = blockOrder(blockPen(context, losses))
  let hasStarted = false
  let hasEnded = false
  let usage: Usage | undefined
  let end: ChoiceEnd | undefined
  const said = { calls: false, refusal: false }

  const start = (event: Start): readonly Frame[] => {
    if (hasStarted) return none
    hasStarted = true
    return [startFrame(event, usage, context)]
  }
  const started = (): readonly Frame[] => start({ type: 'response-start', model: '' })
  const lose = (): readonly Frame[] => {
    losses.add('choices', 'Anthropic gives one answer')
    return none
  }
  const finish = (own: Json): readonly Frame[] => {
    hasEnded = true
    return [...started(), ...blocks.close(), ...endFrames({ end, usage, said }, own)]
  }
  const push = (event: StreamEvent): readonly Frame[] => {
    switch (event.type) {
      case 'response-start':
        nameHead(event, losses)
        return start(event)
      case 'usage':
        usage = event.usage
        nameUsage(usage, losses)
        return none
      case 'choice-end':
        nameEnd(event, losses)
        end = event
        return none
      case 'response-end':
        nameHead(event, losses)
        return finish(ownMembers(event.extensions))
      case 'response-failed':
        hasEnded = true
        return [failureFrame(event.failure, context.id)]
      default:
        if (event.type === 'tool-call-start') said.calls = true
        else if (event.type === 'refusal-delta') said.refusal = true
        return hasStarted ? blocks.push(event) : [...started(), ...blocks.push(event)]
    }
  }
  return {
    push(event) {
      if (hasEnded) return none
      return 'choice' in event && (event.choice ?? 0) > 0 ? lose() : push(event)
    },
    losses: () => losses.list(),
  }
}
