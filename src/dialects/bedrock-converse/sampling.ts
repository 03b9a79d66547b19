/** Temperature and its like, as far as a model takes them. */
import type { Sampling } from '../../domain/request.ts'
import type { Family } from './family.ts'
import type { WrittenReasoning } from './reasoning.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import type { Losses } from '../own-members.ts'

const isNeutral = (value: unknown): boolean =>
  isAbsent(value) || value === 0 || (isRecord(value) && Object.keys(value).length === 0)

const nameAbsent = ({ seed, frequencyPenalty, presencePenalty, logitBias }: Sampling, losses: Losses): void => {
  if (seed !== undefined) losses.add('sampling.seed', 'this model takes no seed')
  for (const [name, value] of Object.entries({ frequencyPenalty, presencePenalty, logitBias })) {
    if (!isNeutral(value)) losses.add(`sampling.${name}`, 'this model has no such parameter')
  }
}
/** What some families take among their own fields. */
const penaltiesOf = ({ seed, frequencyPenalty, presencePenalty, logitBias }: Sampling, losses: Losses): Json => {
  if (!isNeutral(logitBias)) losses.add('sampling.logitBias', 'this model has no such parameter')
  return {
    ...(seed !== undefined && { seed }),
    ...(frequencyPenalty !== undefined && { frequency_penalty: frequencyPenalty }),
    ...(presencePenalty !== undefined && { presence_penalty: presencePenalty }),
  }
}

type Taken = Pick<Sampling, 'temperature' | 'topP' | 'topK'>

/** Leaves out a parameter that is refused, unless it is at its default, which every model takes. */
const without = (taken: Taken, name: keyof Taken, why: string, losses: Losses): Taken => {
  const value = taken[name]
  if (value === undefined || (name !== 'topK' && value === 1)) return taken
  losses.add(`sampling.${name}`, why)
  return { ...taken, [name]: undefined }
}

/** Claude draws its thoughts as it likes, and Nova does when it thinks hardest. */
const whileThinking = (taken: Taken, { isBare }: WrittenReasoning, losses: Losses): Taken => {
  const why = 'this model takes none while thinking is on'
  if (isBare) return without(without(taken, 'temperature', why, losses), 'topP', why, losses)
  const left = without(without(taken, 'temperature', why, losses), 'topK', why, losses)
  const isLow = left.topP !== undefined && left.topP < 0.95
  return isLow ? without(left, 'topP', 'this model takes 0.95 to 1 while thinking is on', losses) : left
}

const ofFamily = (taken: Taken, { sampling }: Family, losses: Losses): Taken => {
  if (sampling === 'none') {
    const why = 'this model refuses it'
    const left = without(without(taken, 'temperature', why, losses), 'topP', why, losses)
    return without(left, 'topK', why, losses)
  }
  if (sampling === 'all' || taken.temperature === undefined || taken.topP === undefined) return taken
  // Even a default is refused beside the other one.
  if (taken.temperature === 1) return { ...taken, temperature: undefined }
  if (taken.topP === 1) return { ...taken, topP: undefined }
  return without(taken, 'topP', 'this model takes temperature or topP, not both', losses)
}

const clamped = (temperature: number, losses: Losses): number => {
  const within = Math.min(1, Math.max(0, temperature))
  if (within !== temperature) {
    losses.add('sampling.temperature', `clamped from ${temperature} to ${within}; Bedrock takes 0 to 1`)
  }
  return within
}

const topKAt = (topK: number | undefined, { topK: path }: Family, losses: Losses): Json => {
  if (topK === undefined) return {}
  if (path === undefined) {
    losses.add('sampling.topK', 'where this model takes it is not known')
    return {}
  }
  return path.reduceRight<unknown>((value, name) => ({ [name]: value }), topK) as Json
}

/** Members of inferenceConfig, and those of additionalModelRequestFields. */
export interface WrittenSampling {
  readonly inference: Json
  readonly fields: Json
}
/** The parameters as this model takes them. */
export const writeSampling = (
  sampling: Sampling,
  family: Family,
  reasoning: WrittenReasoning,
  losses: Losses,
): WrittenSampling => {
  if (!family.penalties) nameAbsent(sampling, losses)
  const { temperature, topP, topK } = sampling
  const asked: Taken = { temperature, topP, topK }
  const isBound = reasoning.isBare || (reasoning.isThinking && family.maker === 'anthropic')
  const taken = ofFamily(isBound ? whileThinking(asked, reasoning, losses) : asked, family, losses)
  return {
    inference: {
      ...(taken.temperature !== undefined && { temperature: clamped(taken.temperature, losses) }),
      ...(taken.topP !== undefined && { topP: taken.topP }),
    },
    fields: { ...topKAt(taken.topK, family, losses), ...(family.penalties && penaltiesOf(sampling, losses)) },
  }
}
