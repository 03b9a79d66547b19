/** Temperature and its like, as far as a model takes them. */
import type { ChatBody, Sampling } from '../../domain/request.ts'
import type { Abilities } from './abilities.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import type { Losses } from '../own-members.ts'

/** What decides which of them may be sent. */
export interface Drawing {
  readonly abilities: Abilities
  readonly isThinking: boolean
}

const isNeutral = (value: unknown): boolean =>
  isAbsent(value) || value === 0 || (isRecord(value) && Object.keys(value).length === 0)

/** What Anthropic has no parameter for; neutral values ask for nothing. */
const nameAbsent = ({ seed, frequencyPenalty, presencePenalty, logitBias }: Sampling, losses: Losses): void => {
  if (seed !== undefined) losses.add('sampling.seed', 'Anthropic takes no seed')
  for (const [name, value] of Object.entries({ frequencyPenalty, presencePenalty, logitBias })) {
    if (!isNeutral(value)) losses.add(`sampling.${name}`, 'Anthropic has no such parameter')
  }
}

const clamped = (temperature: number, losses: Losses): number => {
  const within = Math.min(1, Math.max(0, temperature))
  if (within !== temperature) {
    losses.add('sampling.temperature', `clamped from ${temperature} to ${within}; Anthropic takes 0 to 1`)
  }
  return within
}

type Taken = Pick<Sampling, 'temperature' | 'topP' | 'topK'>

/** Leaves out a parameter that is refused, unless it is at its default, which every model takes. */
const without = (taken: Taken, name: keyof Taken, why: string, losses: Losses): Taken => {
  const value = taken[name]
  if (value === undefined || (name !== 'topK' && value === 1)) return taken
  losses.add(`sampling.${name}`, why)
  return { ...taken, [name]: undefined }
}

const whileThinking = (taken: Taken, losses: Losses): Taken => {
  const why = 'Anthropic takes none while thinking is on'
  const left = without(without(taken, 'temperature', why, losses), 'topK', why, losses)
  const isLow = left.topP !== undefined && left.topP < 0.95
  return isLow ? without(left, 'topP', 'Anthropic takes 0.95 to 1 while thinking is on', losses) : left
}

const ofModel = (taken: Taken, sampling: Abilities['sampling'], losses: Losses): Taken => {
  if (sampling === 'none') {
    const why = 'this model refuses it'
    const left = without(without(taken, 'temperature', why, losses), 'topP', why, losses)
    return without(left, 'topK', why, losses)
  }
  const isBoth = taken.temperature !== undefined && taken.topP !== undefined
  if (sampling === 'all' || !isBoth) return taken
  // Even a default is refused beside the other one.
  if (taken.temperature === 1) return { ...taken, temperature: undefined }
  if (taken.topP === 1) return { ...taken, topP: undefined }
  return without(taken, 'topP', 'this model takes temperature or top_p, not both', losses)
}

/** The parameters as this model takes them. */
export const writeSampling = ({ sampling }: ChatBody, { abilities, isThinking }: Drawing, losses: Losses): Json => {
  nameAbsent(sampling, losses)
  const { temperature, topP, topK } = sampling
  const asked = isThinking ? whileThinking({ temperature, topP, topK }, losses) : { temperature, topP, topK }
  const taken = ofModel(asked, abilities.sampling, losses)
  return {
    ...(taken.temperature !== undefined && { temperature: clamped(taken.temperature, losses) }),
    ...(taken.topP !== undefined && { top_p: taken.topP }),
    ...(taken.topK !== undefined && { top_k: taken.topK }),
  }
}
