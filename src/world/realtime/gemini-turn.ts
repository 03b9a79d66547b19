/** One answer of Gemini's Live as messages: words or sound, calls, and the usage at the end. */
import { chanceOf, letters } from '../chance.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { listIn, member, objectIn } from '../gemini/members.ts'
import { sampleRate, samplesOf } from '../operations/write-wav.ts'
import type { Frame, Json, Reply } from '../speech.ts'

/** A message as bytes, which is how Google sends even its JSON. */
export const packed = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const usageOf = ({ inputTokens, outputTokens }: Reply, modality: string): Json => ({
  promptTokenCount: inputTokens,
  responseTokenCount: outputTokens,
  totalTokenCount: inputTokens + outputTokens,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: inputTokens }],
  responseTokensDetails: [{ modality, tokenCount: outputTokens }],
})

const frame = (value: Json, tokens = 0): Frame => ({ data: packed(value), tokens })
const content = (serverContent: Json, tokens = 0): Frame => frame({ serverContent }, tokens)

/** The messages of a whole turn. */
export function* liveFrames(reply: Reply, setup: Json): Iterable<Frame> {
  const isSound = listIn(objectIn(setup, 'generationConfig'), 'responseModalities').includes('AUDIO')
  const isTold = member(setup, 'outputAudioTranscription') !== undefined
  for (const text of reply.cut(reply.refusal ?? reply.text)) {
    const tokens = estimateTokens(text)
    if (!isSound) {
      yield content({ modelTurn: { parts: [{ text }] } }, tokens)
      continue
    }
    const inlineData = { mimeType: `audio/pcm;rate=${sampleRate}`, data: samplesOf(text).toString('base64') }
    yield content({ modelTurn: { parts: [{ inlineData }] } }, tokens)
    if (isTold) yield content({ outputTranscription: { text } })
  }
  const usageMetadata = usageOf(reply, isSound ? 'AUDIO' : 'TEXT')
  if (reply.calls.length > 0) {
    const functionCalls = reply.calls.map(({ name, input }, place) => ({
      name,
      args: JSON.parse(input) as unknown,
      id: `function-call-${letters(chanceOf(`${reply.seed}/${place}`), 20, '0123456789')}`,
    }))
    // The turn goes on when the results come.
    yield frame({ toolCall: { functionCalls }, usageMetadata }, 1)
    return
  }
  yield content({ generationComplete: true })
  yield frame({ serverContent: { turnComplete: true }, usageMetadata })
}
