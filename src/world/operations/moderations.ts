/** Moderations in OpenAI's form: flagged by a few plain words, scored the same each time. */
import { hashOf } from '../chance.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { invalid } from '../openai-request.ts'
import { jsonWork, object, postTo } from '../operation.ts'
import type { Operation } from '../operation.ts'
import { idOf } from '../responses/ids.ts'
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'

/** What flags each category; those without words are never flagged. */
const words: Readonly<Record<string, RegExp | undefined>> = {
  harassment: /\b(?:idiot|moron)\b/i,
  'harassment/threatening': undefined,
  hate: /\bsubhuman\b/i,
  'hate/threatening': undefined,
  illicit: /\bsteal a car\b/i,
  'illicit/violent': /\bbuild a bomb\b/i,
  'self-harm': /\bhurt myself\b/i,
  'self-harm/intent': /\bhurt myself\b/i,
  'self-harm/instructions': undefined,
  sexual: undefined,
  'sexual/minors': undefined,
  violence: /\b(?:kill|stab|murder|build a bomb)\b/i,
  'violence/graphic': undefined,
}

/** Images are looked at for these alone. */
const seen = new Set([
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'violence',
  'violence/graphic',
])

interface Input {
  readonly text: string
  readonly hasImage: boolean
}

/** Each input: texts one by one, parts all together. */
const inputsOf = (input: unknown): readonly Input[] => {
  if (typeof input === 'string') return [{ text: input, hasImage: false }]
  const list = listOf(input)
  if (list.every(one => typeof one === 'string')) return list.map(text => ({ text, hasImage: false }))
  const parts = list.filter(isJson)
  const text = parts.flatMap(part => (typeof part['text'] === 'string' ? [part['text']] : [])).join('\n')
  return [{ text, hasImage: parts.some(part => part['type'] === 'image_url') }]
}

const resultOf = ({ text, hasImage }: Input): Json => {
  const names = Object.keys(words)
  const flags = names.map(name => [name, words[name]?.test(text) === true] as const)
  const scoreOf = (name: string, isFlagged: boolean): number =>
    (isFlagged ? 0.9 : 0) + (hashOf(`${name} ${text}`) % 1000) / 100_000
  return {
    flagged: flags.some(([, isFlagged]) => isFlagged),
    categories: Object.fromEntries(flags),
    category_scores: Object.fromEntries(flags.map(([name, isFlagged]) => [name, scoreOf(name, isFlagged)])),
    category_applied_input_types: Object.fromEntries(
      names.map(name => [name, ['text', ...(hasImage && seen.has(name) ? ['image'] : [])]]),
    ),
  }
}

/** OpenAI's. */
export const moderations: Operation = {
  name: 'moderations',
  voice: voiceOf(openaiFlavour),
  route: postTo('/moderations'),
  plan: ({ body, models }) => {
    const { model: name = 'omni-moderation-latest', input } = body
    const model = modelFor('moderate', models, { provider: 'openai', name: String(name) })
    if (model === undefined) return object(openaiFlavour.unknownModel(String(name)))
    const inputs = inputsOf(input)
    if (inputs.length === 0 || (input !== undefined && typeof input !== 'string' && !Array.isArray(input)))
      return object(invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter'))
    const inputTokens = inputs.reduce((sum, { text }) => sum + estimateTokens(text), 0)
    return jsonWork({ model, inputTokens }, seed => ({
      id: idOf('modr', seed).replace('_', '-').slice(0, 35),
      model: model.id,
      results: inputs.map(resultOf),
    }))
  },
}
