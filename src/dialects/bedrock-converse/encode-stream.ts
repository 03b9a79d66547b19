/** A streamed answer, written: the frames that Bedrock's clients expect. */
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { blockOrder } from '../block-order.ts'
import { blockPen, frameOf } from './block-frames.ts'
import { failureFrame } from './failure.ts'
import { fieldsOf, tierOf } from './response.ts'
import type { Said } from '../stop-word.ts'
import { writeStopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'
import type { Json } from '../../domain/json.ts'
import { measuredAgain, noLosses, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

type Start = Extract<StreamEvent, { type: 'response-start' }>
type ChoiceEnd = Extract<StreamEvent, { type: 'choice-end' }>

interface Told {
  readonly end: ChoiceEnd | undefined
  readonly usage: Usage | undefined
  readonly tier: string | undefined
  readonly said: Said
}
/** The end of the message, and behind it what it came to. */
const endFrames = ({ end, usage, tier, said }: Told, own: Json): readonly Frame[] => {
  const { additionalModelResponseFields: _fields, ...members } = measuredAgain(own)
  return [
    frameOf('messageStop', { stopReason: writeStopReason(end, said), ...fieldsOf(own, end?.stopSequence) }),
    frameOf('metadata', { metrics: { latencyMs: 0 }, ...members, ...tierOf(tier), usage: writeUsage(usage) }),
  ]
}

/** An encoder for one stream: messageStart, blocks one at a time, messageStop, metadata; or an exception, last. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const losses = noLosses()
  const blocks = blockOrder(blockPen(context, losses))
  let hasStarted = false
  let hasEnded = false
  let usage: Usage | undefined
  let end: ChoiceEnd | undefined
  let tier: string | undefined
  let own: Json = {}
  const said = { calls: false, refusal: false }

  const started = (): readonly Frame[] => {
    if (hasStarted) return none
    hasStarted = true
    return [frameOf('messageStart', { role: 'assistant' })]
  }
  const start = (event: Start): readonly Frame[] => {
    nameHead(event, losses)
    tier = event.serviceTier
    own = ownMembers(event.extensions)
    return started()
  }
  const finish = (last: Json): readonly Frame[] => {
    hasEnded = true
    return [...started(), ...blocks.close(), ...endFrames({ end, usage, tier, said }, { ...own, ...last })]
  }
  const push = (event: StreamEvent): readonly Frame[] => {
    switch (event.type) {
      case 'response-start':
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
        return [failureFrame(event.failure)]
      default:
        if (event.type === 'tool-call-start') said.calls = true
        else if (event.type === 'refusal-delta') said.refusal = true
        return hasStarted ? blocks.push(event) : [...started(), ...blocks.push(event)]
    }
  }
  return {
    push(event) {
      if (hasEnded) return none
      if (!('choice' in event) || (event.choice ?? 0) === 0) return push(event)
      losses.add('choices', 'Bedrock gives one answer')
      return none
    },
    losses: () => losses.list(),
  }
}
