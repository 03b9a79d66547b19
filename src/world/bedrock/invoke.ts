/** Bedrock's invoke for Anthropic's models: their own format within AWS's envelope. */
import { anthropicSpeech } from '../anthropic.ts'
import { isJson } from '../speech.ts'
import type { Frame, Json, Reply, Route, Speech } from '../speech.ts'
import { eventFrame, exceptionFrame } from './frames.ts'
import { understandInvoke } from './invoke-request.ts'
import { bedrockVoice, exceptionType } from './manners.ts'
import { modelIn } from './paths.ts'

/** A model as its maker calls it: without region, maker and version. */
const plainName = (id: string): string => id.replace(/^.*anthropic\./, '').replace(/-v\d+(?::\d+)?$/, '')

const renamed = (message: Json): Json => ({
  ...message,
  id: String(message['id']).replace('msg_', 'msg_bdrk_'),
  model: plainName(String(message['model'])),
})

const whole = (reply: Reply): unknown => {
  const message = anthropicSpeech.whole(reply)
  return isJson(message) ? renamed(message) : message
}

const metricsOf = ({ inputTokens, outputTokens, thoughtTokens }: Reply): Json => ({
  inputTokenCount: inputTokens,
  outputTokenCount: outputTokens + thoughtTokens,
  invocationLatency: 1 + outputTokens,
  firstByteLatency: 1,
})

/** An event of Anthropic's with what Bedrock changes in it. */
const amended = (event: Json, reply: Reply): Json => {
  if (isJson(event['message'])) return { ...event, message: renamed(event['message']) }
  return event['type'] === 'message_stop' ? { ...event, 'amazon-bedrock-invocationMetrics': metricsOf(reply) } : event
}

function* stream(reply: Reply): Iterable<Frame> {
  for (const { data, tokens } of anthropicSpeech.stream(reply)) {
    const event: unknown = JSON.parse(String(data).replace(/^event: .*\ndata: /, ''))
    // Bedrock keeps its connections alive by other means.
    if (!isJson(event) || event['type'] === 'ping') continue
    const bytes = Buffer.from(JSON.stringify(amended(event, reply))).toString('base64')
    yield { data: eventFrame('chunk', { bytes }), tokens }
  }
}

const routeOf = (method: string, path: string): Route | undefined => {
  const found = method === 'POST' ? modelIn(path) : undefined
  if (found?.model.includes('anthropic.') !== true) return undefined
  const { model, verb } = found
  if (verb === 'invoke') return { to: 'chat', model, form: 'whole' }
  return verb === 'invoke-with-response-stream' ? { to: 'chat', model, form: 'events' } : undefined
}

/** Counts stand in headers where the answer is whole, and in its last event where it streams. */
const answerHeaders = ({ inputTokens, outputTokens, thoughtTokens, asked }: Reply): Record<string, string> => {
  if (asked.stream) return { 'x-amzn-bedrock-content-type': 'application/json' }
  return {
    'x-amzn-bedrock-input-token-count': String(inputTokens),
    'x-amzn-bedrock-output-token-count': String(outputTokens + thoughtTokens),
    'x-amzn-bedrock-invocation-latency': String(1 + outputTokens),
  }
}

/** Bedrock's invoke, whole and streamed. */
export const invokeSpeech: Speech = {
  ...bedrockVoice,
  route: routeOf,
  understand: (body, models, route) =>
    understandInvoke(body, models, {
      name: 'model' in route ? (route.model ?? '') : '',
      stream: 'form' in route && route.form === 'events',
    }),
  whole,
  stream,
  streamType: () => 'application/vnd.amazon.eventstream',
  answerHeaders,
  counted: ({ inputTokens }) => ({ inputTokens }),
  errorFrame: complaint => exceptionFrame(exceptionType(complaint), complaint.message),
}
