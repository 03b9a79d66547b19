/** The pieces of an answer, written: parts, the candidate around them, the response around that. */
import type { Part, ReasoningPart, TextPart, ToolCallPart } from '../../domain/message.ts'
import type { Choice } from '../../domain/response.ts'
import type { FinishReason } from '../../domain/stream-event.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { givenCallId } from './call-id.ts'
import { writeFinish } from './finish-reason.ts'
import { signatureMembers, signatureOf } from './signature.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputOf, isWord } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, hasArguments, ownToWrite } from './wire.ts'

/** Text, or its tail with what is told beside it. */
export const writeText = (part: Pick<TextPart, 'text' | 'extensions'>): Json | undefined => {
  const own = ownToWrite(part.extensions)
  return part.text === '' && Object.keys(own).length === 0 ? undefined : { ...own, text: part.text }
}
/** A thought, or its tail with its signature; whoever made it gets it back from the client. */
export const writeThought = (
  part: Pick<ReasoningPart, 'text' | 'signature' | 'redacted' | 'extensions'>,
  losses: Losses,
): Json | undefined => {
  const { text, signature, redacted } = part
  if (redacted !== undefined) losses.add('content.redacted', 'Gemini has no encrypted thoughts')
  const own = ownToWrite(part.extensions)
  if (text === '' && signature === undefined && Object.keys(own).length === 0) return undefined
  return { ...own, text, thought: true, ...(signature !== undefined && { thoughtSignature: signature }) }
}
/** A call, whole. */
export const writeCall = (part: ToolCallPart, losses: Losses): Json => {
  const args = inputOf(part.input)
  if (args === undefined) losses.add('content.tool-call.input', 'the arguments are no JSON object')
  const { functionCall: others, ...own } = ownToWrite(part.extensions)
  const id = givenCallId(part.callId)
  const signature = signatureOf(part.extensions)
  return {
    ...own,
    ...(signature !== undefined && { thoughtSignature: signature }),
    functionCall: {
      ...(isRecord(others) ? others : {}),
      ...(id !== undefined && { id }),
      name: part.name,
      ...(hasArguments(part) && { args: args ?? {} }),
    },
  }
}

/** Images of an answer, as look-alikes of OpenAI tell them. */
const imageOf = (value: unknown): Json | undefined => {
  const image = isRecord(value) && isRecord(value['image_url']) ? value['image_url']['url'] : undefined
  const [, mimeType, data] = isWord(image) ? (/^data:([^;,]+);base64,([\s\S]*)$/.exec(image) ?? []) : []
  return mimeType === undefined ? undefined : { inlineData: { mimeType, data } }
}
/** Our own part as it was; undefined, with a loss, for one that another dialect knows. */
export const writeOpaque = (
  part: { readonly dialect: string; readonly kind: string; readonly value: unknown },
  losses: Losses,
): Json | undefined => {
  if (part.dialect === dialect && isRecord(part.value)) return part.value
  const image = part.kind === 'images' ? imageOf(part.value) : undefined
  if (image === undefined) losses.add(`content.${part.kind}`, `only ${part.dialect} knows this kind of content`)
  return image
}

const writePart = (part: Part, losses: Losses): Json | undefined => {
  const isSigned = signatureOf(part.extensions) !== undefined
  losses.addForeign(part.extensions, 'content.', isSigned ? signatureMembers : undefined)
  switch (part.type) {
    case 'text':
    case 'refusal':
      return writeText(part)
    case 'reasoning':
      return writeThought(part, losses)
    case 'tool-call':
      return writeCall(part, losses)
    case 'opaque':
      return writeOpaque(part, losses)
    default:
      losses.add(`content.${part.type}`, 'an answer of Gemini cannot hold it')
      return undefined
  }
}

/** Why a choice ended; a refusal in words is one too. */
export const writeEnd = (end: { readonly reason: FinishReason; readonly raw?: string }, refused: boolean): string =>
  writeFinish(refused && end.reason === 'stop' ? 'refused' : end.reason, end.raw)

/** A choice, whole. */
export const writeCandidate = (choice: Choice, index: number, losses: Losses): Json => {
  const parts = choice.parts.map(part => writePart(part, losses)).filter(part => part !== undefined)
  const { reason = 'stop', raw } = choice
  const isRefused = choice.parts.some(({ type }) => type === 'refusal')
  return {
    ...ownToWrite(choice.extensions),
    content: { parts, role: 'model' },
    finishReason: writeEnd({ reason, ...(raw !== undefined && { raw }) }, isRefused),
    index,
  }
}

interface Head {
  readonly model: string
  readonly upstreamId?: string
  readonly created?: number
}
/** What every response of one answer says of it. */
export const writeHead = ({ model, upstreamId, created }: Head, context: AnswerContext): Json => ({
  modelVersion: model === '' ? context.model : model,
  responseId: upstreamId === undefined || upstreamId === '' ? context.id : upstreamId,
  ...(created !== undefined && created < 1e11 && { createTime: new Date(created * 1000).toISOString() }),
})

/** True for what was told of a prompt that was not let through. */
export const isBlocked = (own: Json): boolean => {
  const feedback = own['promptFeedback']
  return isRecord(feedback) && feedback['blockReason'] !== undefined
}
