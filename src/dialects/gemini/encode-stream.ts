/** A streamed answer, written: each frame is a response of its own, and the last one tells why it ended and what it took. */
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import type { ChoiceEvent, ChoiceWriter } from './choice-writer.ts'
import { choiceWriter } from './choice-writer.ts'
import { encodeFailure } from './failure.ts'
import { writeTier, writeUsage } from './usage.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownToWrite } from './wire.ts'
import { isBlocked, writeHead } from './write-answer.ts'

const none: readonly Frame[] = []
const frameOf = (response: Json): Frame => ({ data: JSON.stringify(response) })

type Start = Extract<StreamEvent, { type: 'response-start' }>

const writerAt = (writers: Map<number, ChoiceWriter>, index: number, losses: Losses): ChoiceWriter => {
  const writer = writers.get(index) ?? choiceWriter(index, losses)
  writers.set(index, writer)
  return writer
}

/** An encoder for one stream; after a failure it gives one frame with the error, and nothing more. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const losses = noLosses()
  const writers = new Map<number, ChoiceWriter>()
  let head = writeHead({ model: '' }, context)
  let own: Json = {}
  let tier: string | undefined
  let usage: Usage | undefined
  let hasEnded = false

  const start = (event: Start): readonly Frame[] => {
    nameHead(event, losses)
    head = writeHead(event, context)
    own = ownToWrite(event.extensions)
    tier = event.serviceTier
    return none
  }
  const say = (event: ChoiceEvent): readonly Frame[] => {
    if (event.type === 'choice-end') nameEnd(event, losses)
    const writer = writerAt(writers, event.choice ?? 0, losses)
    const served = writeTier(tier)
    const counts = served === undefined ? {} : { usageMetadata: { serviceTier: served } }
    return writer.push(event).map(part => frameOf({ candidates: [writer.around(part)], ...own, ...counts, ...head }))
  }
  const last = (members: Json): Json => {
    const told = { ...own, ...members }
    const isSilent = isBlocked(told) && [...writers.values()].every(({ isEmpty }) => isEmpty())
    if (writers.size === 0) writerAt(writers, 0, losses)
    return {
      ...(!isSilent && { candidates: [...writers.values()].map(writer => writer.close()) }),
      ...told,
      ...(usage !== undefined && { usageMetadata: writeUsage(usage, tier) }),
      ...head,
    }
  }
  const push = (event: StreamEvent): readonly Frame[] => {
    switch (event.type) {
      case 'response-start':
        return start(event)
      case 'usage':
        usage = event.usage
        nameUsage(usage, losses)
        return none
      case 'response-end':
        hasEnded = true
        nameHead(event, losses)
        return [frameOf(last(ownToWrite(event.extensions)))]
      case 'response-failed':
        hasEnded = true
        return [frameOf(encodeFailure(event.failure, context.id).body)]
      default:
        return say(event)
    }
  }
  return {
    push: event => (hasEnded ? none : push(event)),
    losses: () => losses.list(),
  }
}
