/** A streamed answer, written: the chunks that OpenAI's clients expect, and `[DONE]`. */
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { nameHead, nameUsage, writeTier } from './answer-losses.ts'
import { choiceWriter } from './choice-writer.ts'
import type { ChoiceWriter, Piece } from './choice-writer.ts'
import { encodeFailure } from '../openai-error.ts'
import { chunkMender } from './mend-chunk.ts'
import type { ChunkMender } from './mend-chunk.ts'
import { writeHead } from './response.ts'
import { endMark } from './stream.ts'
import { writeUsage } from './usage.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

type Start = Extract<StreamEvent, { type: 'response-start' }>

/** A stream while it is written. */
interface Writing {
  readonly context: AnswerContext
  readonly losses: Losses
  readonly choices: Map<number, ChoiceWriter>
  readonly mender: ChunkMender
  /** Members of every chunk; undefined before the start. */
  head: Json | undefined
  /** The head as text up to the choices, for chunks that hold nothing unusual. */
  opening: string
  hasEnded: boolean
  usage: Usage | undefined
  serviceTier: string | undefined
}

const begin = (writing: Writing, start: Start): Json => {
  const head = {
    ...writeTier(start.serviceTier),
    ...ownMembers(start.extensions),
    ...writeHead(start, writing.context),
    object: 'chat.completion.chunk',
  }
  const { choices: _choices, ...right } = writing.mender.next({ ...head, choices: [] })
  writing.head = right
  writing.opening = `${JSON.stringify(right).slice(0, -1)},"choices":`
  return right
}
const headOf = (writing: Writing): Json => writing.head ?? begin(writing, { type: 'response-start', model: '' })

const chunk = (writing: Writing, members: Json): Frame => ({
  data: JSON.stringify(writing.mender.next({ ...headOf(writing), ...members })),
})
const choiceChunk = (writing: Writing, index: number, piece: Piece): Frame => {
  const { delta, logprobs = null, finish = null, others } = piece
  if (others === undefined && logprobs === null && piece.isPlain === true) {
    const entry = `{"index":${index},"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":null}`
    headOf(writing)
    return { data: `${writing.opening}[${entry}]}` }
  }
  const choice = { ...others?.choice, index, delta, logprobs, finish_reason: finish }
  return chunk(writing, { ...others?.chunk, choices: [choice] })
}

const choiceOf = (writing: Writing, index: number): ChoiceWriter => {
  let choice = writing.choices.get(index)
  if (choice === undefined) {
    choice = choiceWriter(index, writing.context.id, writing.losses)
    writing.choices.set(index, choice)
  }
  return choice
}

/** Reasons to stop come last, with what the answer's end carries: nothing after them can make them untrue. */
const finish = (writing: Writing, own: Json): readonly Frame[] => {
  writing.hasEnded = true
  if (writing.choices.size === 0) choiceOf(writing, 0)
  const choices = [...writing.choices].sort(([left], [right]) => left - right)
  const pieces = choices.flatMap(([index, choice]) => choice.close().map(piece => ({ index, piece })))
  const frames = pieces.map(({ index, piece }, place) => {
    const isLast = place === pieces.length - 1 && Object.keys(own).length > 0
    return choiceChunk(writing, index, isLast ? { ...piece, others: { ...piece.others, chunk: own } } : piece)
  })
  const { usage, context } = writing
  if (context.streamUsage && usage !== undefined) frames.push(chunk(writing, { choices: [], usage: writeUsage(usage) }))
  frames.push({ data: endMark })
  return frames
}

const push = (writing: Writing, event: StreamEvent): readonly Frame[] => {
  switch (event.type) {
    case 'response-start':
      nameHead(event, writing.losses)
      writing.serviceTier = event.serviceTier
      if (writing.head === undefined) begin(writing, event)
      return none
    case 'usage':
      writing.usage = event.usage
      nameUsage(event.usage, writing.serviceTier, writing.losses)
      return none
    case 'response-end':
      nameHead(event, writing.losses)
      return finish(writing, ownMembers(event.extensions))
    case 'response-failed':
      writing.hasEnded = true
      return [{ data: JSON.stringify(encodeFailure(event.failure).body) }]
    default: {
      const index = event.choice ?? 0
      return choiceOf(writing, index)
        .push(event)
        .map(piece => choiceChunk(writing, index, piece))
    }
  }
}

/** An encoder for one stream; after a failure it gives an error frame and no `[DONE]`. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const writing: Writing = {
    context,
    losses: noLosses(),
    choices: new Map(),
    mender: chunkMender(),
    head: undefined,
    opening: '',
    hasEnded: false,
    usage: undefined,
    serviceTier: undefined,
  }
  return {
    push: event => (writing.hasEnded ? none : push(writing, event)),
    losses: () => writing.losses.list(),
  }
}
