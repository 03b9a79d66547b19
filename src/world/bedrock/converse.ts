/** Bedrock's Converse, as the world writes it: independent of the gateway's own codec. */
import { base62, chanceOf, letters } from '../chance.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { parseJson } from '../parse-json.ts'
import { sealOf } from '../seal.ts'
import { complain, isJson } from '../speech.ts'
import type { Frame, Json, Reply, Route, Speech, Understood } from '../speech.ts'
import type { WorldModel } from '../models.ts'
import { eventFrame, exceptionFrame } from './frames.ts'
import { understandInvoke } from './invoke-request.ts'
import { bedrockVoice, exceptionType, invalid } from './manners.ts'
import { modelIn } from './paths.ts'
import { understandConverse } from './request.ts'

const finishes: Readonly<Record<Reply['finish'], string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  calls: 'tool_use',
  refusal: 'content_filtered',
}

const usageOf = ({ inputTokens, outputTokens, thoughtTokens }: Reply): Json => ({
  inputTokens,
  outputTokens: outputTokens + thoughtTokens,
  totalTokens: inputTokens + outputTokens + thoughtTokens,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
  serverToolUsage: {},
})

/** Mistral's models name their calls in nine letters. */
const callIdOf = ({ seed, asked }: Reply, place: number): string => {
  const chance = chanceOf(`${seed}/${place}`)
  return asked.model.id.includes('mistral') ? letters(chance, 9, base62) : `tooluse_${letters(chance, 22, base62)}`
}

const spoken = ({ refusal, text }: Reply): string => refusal ?? text

const whole = (reply: Reply): Json => {
  const text = spoken(reply)
  const content: Json[] = []
  if (reply.thought !== undefined)
    content.push({ reasoningContent: { reasoningText: { text: reply.thought, signature: sealOf(reply.thought) } } })
  if (text !== '') content.push({ text })
  for (const [place, { name, input }] of reply.calls.entries()) {
    content.push({ toolUse: { toolUseId: callIdOf(reply, place), name, input: JSON.parse(input) as unknown } })
  }
  return {
    metrics: { latencyMs: 1 + reply.outputTokens },
    output: { message: { role: 'assistant', content } },
    stopReason: finishes[reply.finish],
    usage: usageOf(reply),
  }
}

const frame = (type: string, members: Json, tokens = 0): Frame => ({ data: eventFrame(type, members), tokens })

function* stream(reply: Reply): Iterable<Frame> {
  yield frame('messageStart', { role: 'assistant' })
  let index = 0
  const { thought } = reply
  if (thought !== undefined) {
    for (const text of reply.cut(thought))
      yield frame('contentBlockDelta', { contentBlockIndex: index, delta: { reasoningContent: { text } } })
    const signature = { reasoningContent: { signature: sealOf(thought) } }
    yield frame('contentBlockDelta', { contentBlockIndex: index, delta: signature })
    yield frame('contentBlockStop', { contentBlockIndex: index++ })
  }
  if (spoken(reply) !== '') {
    // A text has no start of its own.
    for (const text of reply.cut(spoken(reply)))
      yield frame('contentBlockDelta', { contentBlockIndex: index, delta: { text } }, estimateTokens(text))
    yield frame('contentBlockStop', { contentBlockIndex: index++ })
  }
  for (const [place, { name, input }] of reply.calls.entries()) {
    const start = { toolUse: { toolUseId: callIdOf(reply, place), name } }
    yield frame('contentBlockStart', { contentBlockIndex: index, start }, 1)
    for (const piece of reply.cut(input))
      yield frame(
        'contentBlockDelta',
        { contentBlockIndex: index, delta: { toolUse: { input: piece } } },
        estimateTokens(piece),
      )
    yield frame('contentBlockStop', { contentBlockIndex: index++ })
  }
  yield frame('messageStop', { stopReason: finishes[reply.finish] })
  // What it came to is told after the end.
  yield frame('metadata', { usage: usageOf(reply), metrics: { latencyMs: 1 + reply.outputTokens } })
}

const routeOf = (method: string, path: string): Route | undefined => {
  const found = method === 'POST' ? modelIn(path) : undefined
  if (found === undefined) return undefined
  const { model, verb } = found
  if (verb === 'count-tokens') return { to: 'count', model }
  if (verb !== 'converse' && verb !== 'converse-stream') return undefined
  return { to: 'chat', model, form: verb === 'converse' ? 'whole' : 'events' }
}

/** A count comes with a request of either kind in it; the other kind's is base64. */
const understandCount = (body: Json, models: readonly WorldModel[], name: string): Understood => {
  const input = isJson(body['input']) ? body['input'] : {}
  const { converse, invokeModel } = input
  if (isJson(converse)) return understandConverse(converse, models, { name, stream: false, onlyCount: true })
  const bytes = isJson(invokeModel) ? invokeModel['body'] : undefined
  const invoked = typeof bytes === 'string' ? parseJson(Buffer.from(bytes, 'base64')) : undefined
  return isJson(invoked)
    ? understandInvoke(invoked, models, { name, stream: false })
    : complain(invalid('The input field must set one of the following keys: invokeModel, converse.'))
}

/** Bedrock's Converse, whole and streamed. */
export const converseSpeech: Speech = {
  ...bedrockVoice,
  route: routeOf,
  understand: (body, models, route) => {
    const name = 'model' in route ? (route.model ?? '') : ''
    if (route.to === 'count') return understandCount(body, models, name)
    return understandConverse(body, models, {
      name,
      stream: 'form' in route && route.form === 'events',
      onlyCount: false,
    })
  },
  whole,
  stream,
  streamType: () => 'application/vnd.amazon.eventstream',
  counted: ({ inputTokens }) => ({ inputTokens }),
  errorFrame: complaint => exceptionFrame(exceptionType(complaint), complaint.message),
}
