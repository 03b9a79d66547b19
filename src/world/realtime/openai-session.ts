/** A session of OpenAI's Realtime as it begins, and what a turn in it asks for. */
import { estimateTokens } from '../estimate-tokens.ts'
import type { WorldModel } from '../models.ts'
import { idOf } from '../responses/ids.ts'
import { isJson, listOf } from '../speech.ts'
import type { Asked, Json } from '../speech.ts'

/** The session as it is before the client changes it. */
export const sessionOf = (model: string, seed: string): Json => ({
  type: 'realtime',
  object: 'realtime.session',
  id: idOf('sess', seed).slice(0, 26),
  model,
  output_modalities: ['audio'],
  instructions: '',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  tracing: null,
  truncation: 'auto',
  prompt: null,
  expires_at: 4_102_444_800,
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: null,
      noise_reduction: null,
      turn_detection: null,
    },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
  },
  include: null,
})

/** Everything in an item that counts as text. */
const textOf = (item: Json): string => {
  const parts = listOf(item['content'])
    .filter(isJson)
    .map(part => part['text'] ?? part['transcript'] ?? '')
  return [...parts, item['arguments'] ?? '', item['output'] ?? '']
    .filter(text => text !== '')
    .map(String)
    .join('\n')
}

const mustCallOf = (choice: unknown): Pick<Asked, 'mustCall'> => {
  if (choice === 'required') return { mustCall: {} }
  return isJson(choice) && choice['type'] === 'function' ? { mustCall: { name: String(choice['name']) } } : {}
}

/** What a turn asks for: an answer to the last words of the user's, with all that was said before counted. */
export const askedIn = (session: Json, items: readonly Json[], model: WorldModel): Asked => {
  const last = items.findLast(item => item['role'] === 'user' && textOf(item) !== '')
  const limit = session['max_output_tokens']
  const said = items.reduce((sum, item) => sum + 4 + estimateTokens(textOf(item)), 0)
  return {
    model,
    stream: true,
    text: last === undefined ? '' : textOf(last),
    inputTokens: said + estimateTokens(String(session['instructions'] ?? '')),
    ...(typeof limit === 'number' && { maxTokens: limit }),
    stops: [],
    tools: listOf(session['tools']).flatMap(tool =>
      isJson(tool) && typeof tool['name'] === 'string' ? [{ name: tool['name'], schema: tool['parameters'] }] : [],
    ),
    ...mustCallOf(session['tool_choice']),
    choices: 1,
    includeUsage: true,
    images: 0,
    body: session,
  }
}
