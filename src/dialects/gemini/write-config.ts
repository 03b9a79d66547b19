/** `generationConfig`, written: as much of it as one model takes. */
import type { ChatRequest, OutputFormat, Sampling } from '../../domain/request.ts'
import { asksFor } from '../../domain/request.ts'
import { writeReasoning } from './reasoning.ts'
import { backToOpenApi, notHeld, toOpenApi } from './schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { ownMembers } from './wire.ts'
import type { Writing } from './writing.ts'

const isNeutral = (value: unknown): boolean =>
  isAbsent(value) || value === 0 || (isRecord(value) && Object.keys(value).length === 0)

const clamped = (value: number | undefined, name: string, most: number, losses: Losses): Json => {
  if (value === undefined) return {}
  const within = Math.min(most, Math.max(most === 2 && name !== 'temperature' ? -2 : 0, value))
  if (within !== value) losses.add(`sampling.${name}`, `clamped from ${value} to ${within}`)
  return { [name]: within }
}
const writeSampling = (sampling: Sampling, losses: Losses): Json => {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty, logitBias } = sampling
  if (!isNeutral(logitBias)) losses.add('sampling.logitBias', 'Gemini has no such parameter')
  return {
    ...clamped(temperature, 'temperature', 2, losses),
    ...clamped(topP, 'topP', 1, losses),
    ...(topK !== undefined && { topK }),
    ...(seed !== undefined && { seed }),
    ...clamped(frequencyPenalty, 'frequencyPenalty', 2, losses),
    ...clamped(presencePenalty, 'presencePenalty', 2, losses),
  }
}

const mostStops = 5
const writeLimits = (request: ChatRequest, model: string, { losses, abilities, isOwn }: Writing): Json => {
  const { maxOutputTokens: asked, stop } = request.limits
  const most = abilities.maxOutput
  const isOver = asked !== undefined && most !== undefined && asked > most
  const isChosen = isOwn && asksFor(request.target, model)
  if (isOver && !isChosen) {
    losses.add('limits.maxOutputTokens', `lowered from ${asked} to the ${most} that this model can answer`)
  }
  const told = isOwn ? stop : stop.filter(one => one !== '').slice(0, mostStops)
  if (told.length < stop.length)
    losses.add('limits.stop', `Gemini takes ${mostStops} stop sequences, none of them empty`)
  return {
    ...(asked !== undefined && { maxOutputTokens: isOver && !isChosen ? most : asked }),
    ...(told.length > 0 && { stopSequences: told }),
  }
}

const described = (schema: unknown, output: OutputFormat): unknown =>
  isRecord(schema) && schema['description'] === undefined && 'description' in output && output.description !== undefined
    ? { ...schema, description: output.description }
    : schema
const nameLost = (words: readonly string[], losses: Losses): void => {
  if (words.length > 0) losses.add('output.schema', `Gemini holds no answer to ${words.join(', ')}`)
}
const writeForm = ({ output, extensions }: ChatRequest, { losses, abilities, isOwn }: Writing): Json => {
  const own = ownMembers(extensions)
  if (output.type === 'text') {
    const plain = own['responseMimeType'] === null ? { responseMimeType: 'text/plain' } : {}
    return isRecord(own['form']) ? own['form'] : plain
  }
  const type = { responseMimeType: 'application/json' }
  if (!('schema' in output) || output.schema === undefined) {
    const isDescribed = 'description' in output && output.description !== undefined
    if (isDescribed) losses.add('output.description', 'without a schema Gemini takes no description of the answer')
    return type
  }
  const schema = described(output.schema, output)
  if (own['responseSchema'] === null) return { ...type, responseSchema: backToOpenApi(schema) }
  if (abilities.schemas || isOwn) {
    if (!isOwn) nameLost(notHeld(schema), losses)
    return { ...type, responseJsonSchema: schema }
  }
  const fitted = toOpenApi(schema)
  nameLost(fitted.lost, losses)
  return { ...type, responseSchema: fitted.schema }
}

const mostAnswers = 8
const writeChoices = ({ choices, extensions }: ChatRequest, losses: Losses): Json => {
  if (choices > mostAnswers) losses.add('choices', `Gemini gives at most ${mostAnswers} answers`)
  const isNamed = choices > 1 || ownMembers(extensions)['candidateCount'] === null
  return isNamed ? { candidateCount: Math.min(mostAnswers, choices) } : {}
}
const mostLogprobs = 20
const writeLogprobs = ({ logprobs }: ChatRequest, losses: Losses): Json => {
  if (logprobs === undefined) return {}
  if (logprobs > mostLogprobs) losses.add('logprobs', `Gemini tells at most ${mostLogprobs} alternatives`)
  return { responseLogprobs: true, ...(logprobs > 0 && { logprobs: Math.min(mostLogprobs, logprobs) }) }
}

/** `generationConfig` for this model, ready to be spread. */
export const writeConfig = (request: ChatRequest, model: string, writing: Writing): Json => {
  const { losses, abilities } = writing
  const own = ownMembers(request.extensions)
  const thinking = writeReasoning(request, model, abilities, losses)
  const ofThinking = isRecord(own['thinkingConfig']) ? own['thinkingConfig'] : {}
  const thinkingConfig = { ...ofThinking, ...thinking }
  const config = {
    ...(isRecord(own['generationConfig']) ? own['generationConfig'] : {}),
    ...(own['responseModalities'] === null && { responseModalities: ['TEXT'] }),
    ...writeSampling(request.sampling, losses),
    ...writeLimits(request, model, writing),
    ...writeForm(request, writing),
    ...writeChoices(request, losses),
    ...writeLogprobs(request, losses),
    ...(Object.keys(thinkingConfig).length > 0 && { thinkingConfig }),
  }
  return Object.keys(config).length === 0 ? {} : { generationConfig: config }
}
