/** A streamed answer, written: the chunks that OpenAI's clients expect of a completion, and `[DONE]`. */
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { nameBlock, nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { encodeFailure } from '../openai-error.ts'
import { writeReason } from './finish.ts'
import { writeHead } from './response.ts'
import { endMark } from './stream.ts'
import { writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

type Named<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>

/** A stream while it is written. */
interface Writing {
  readonly context: AnswerContext
  readonly losses: Losses
  /** The end of each choice, undefined while it goes on. */
  readonly ends: Map<number, Named<'choice-end'> | undefined>
  /** Choices that refuse in words. */
  readonly refusals: Set<number>
  /** Members of every chunk; undefined before the start. */
  head: Json | undefined
  hasEnded: boolean
  usage: Usage | undefined
}

const headOf = (writing: Writing): Json => {
  writing.head ??= writeHead({ model: '' }, writing.context)
  return writing.head
}
const chunk = (writing: Writing, members: Json): Frame => ({
  data: JSON.stringify({ ...members, ...headOf(writing), choices: members['choices'] }),
})
const choiceChunk = (writing: Writing, index: number, members: Json): Frame =>
  chunk(writing, { choices: [{ text: '', index, logprobs: null, finish_reason: null, ...members }] })

const begin = (writing: Writing, event: Named<'response-start'>): readonly Frame[] => {
  nameHead(event, writing.losses)
  writing.head ??= { ...ownMembers(event.extensions), ...writeHead(event, writing.context) }
  return none
}

const say = (writing: Writing, event: Named<'text-delta' | 'refusal-delta'>): readonly Frame[] => {
  const { choice = 0, text, extensions } = event
  if (event.type === 'refusal-delta') writing.refusals.add(choice)
  writing.losses.addForeign(extensions, 'content.')
  if (!writing.ends.has(choice)) writing.ends.set(choice, undefined)
  const { logprobs } = ownMembers(extensions)
  return [choiceChunk(writing, choice, { text, ...(isRecord(logprobs) && { logprobs }) })]
}

/** Reasons to stop come last, with what the answer's end carries. */
const finish = (writing: Writing, own: Json): readonly Frame[] => {
  writing.hasEnded = true
  const { ends, usage, context } = writing
  if (ends.size === 0) ends.set(0, undefined)
  const choices = [...ends].sort(([left], [right]) => left - right)
  const frames = choices.map(([index, end], place) => {
    const members = ownMembers(end?.extensions)
    const reason = writeReason(end?.reason ?? 'stop', end?.raw, writing.refusals.has(index))
    const finished = { ...members, text: '', index, finish_reason: reason }
    const choice = { ...finished, logprobs: members['logprobs'] ?? null }
    return chunk(writing, { ...(place === choices.length - 1 && own), choices: [choice] })
  })
  if (context.streamUsage && usage !== undefined) frames.push(chunk(writing, { choices: [], usage: writeUsage(usage) }))
  return [...frames, { data: endMark }]
}

const lose = (writing: Writing, event: StreamEvent): readonly Frame[] => {
  const { losses } = writing
  if ('extensions' in event) losses.addForeign(event.extensions, 'content.')
  if (event.type === 'opaque') nameBlock(event.kind, losses)
  else if (event.type.startsWith('tool-call')) nameBlock('tool-call', losses)
  else if (event.type.startsWith('reasoning')) nameBlock('reasoning', losses)
  return none
}

const push = (writing: Writing, event: StreamEvent): readonly Frame[] => {
  switch (event.type) {
    case 'response-start':
      return begin(writing, event)
    case 'text-delta':
    case 'refusal-delta':
      return say(writing, event)
    case 'usage':
      writing.usage = event.usage
      nameUsage(event.usage, writing.losses)
      return none
    case 'choice-end':
      writing.ends.set(event.choice ?? 0, event)
      nameEnd(event, writing.losses)
      return none
    case 'response-end':
      nameHead(event, writing.losses)
      return finish(writing, ownMembers(event.extensions))
    case 'response-failed':
      writing.hasEnded = true
      return [{ data: JSON.stringify(encodeFailure(event.failure).body) }]
    default:
      return lose(writing, event)
  }
}

/** An encoder for one stream; after a failure it gives an error frame and no `[DONE]`. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const writing: Writing = {
    context,
    losses: noLosses(),
    ends: new Map(),
    refusals: new Set(),
    head: undefined,
    hasEnded: false,
    usage: undefined,
  }
  return {
    push: event => (writing.hasEnded ? none : push(writing, event)),
    losses: () => writing.losses.list(),
  }
}
