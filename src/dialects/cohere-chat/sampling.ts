/** How the next token is drawn, both ways: Cohere's ranges are narrower than most. */
import type { ChatBody, Sampling } from '../../domain/request.ts'
import type { Json } from '../../domain/json.ts'
import { optionalInteger, optionalNumber } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'

/** The sampling of a body. */
export const readSampling = (body: Json, findings: Findings): Sampling => {
  const read = {
    temperature: optionalNumber(findings, 'temperature', body['temperature']),
    topP: optionalNumber(findings, 'p', body['p']),
    topK: optionalInteger(findings, 'k', body['k'], 0),
    seed: optionalInteger(findings, 'seed', body['seed'], -Infinity),
    frequencyPenalty: optionalNumber(findings, 'frequency_penalty', body['frequency_penalty']),
    presencePenalty: optionalNumber(findings, 'presence_penalty', body['presence_penalty']),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

/** Our name, Cohere's name, and the range that Cohere takes. */
type Range = readonly [field: keyof Sampling, member: string, least: number, most: number]
const ranges: readonly Range[] = [
  ['temperature', 'temperature', 0, 1],
  ['topP', 'p', 0.01, 0.99],
  ['topK', 'k', 0, 500],
  ['seed', 'seed', 0, Number.MAX_SAFE_INTEGER],
  ['frequencyPenalty', 'frequency_penalty', 0, 1],
  ['presencePenalty', 'presence_penalty', 0, 1],
]

/** The members of a body, each within Cohere's range; who speaks this dialect is told by Cohere what it does not take. */
export const writeSampling = ({ sampling }: ChatBody, isOwn: boolean, losses: Losses): Json => {
  if (sampling.logitBias !== undefined && Object.keys(sampling.logitBias).length > 0) {
    losses.add('sampling.logitBias', 'Cohere takes no biases')
  }
  const written: [string, number][] = []
  for (const [field, member, least, most] of ranges) {
    const value = sampling[field]
    if (typeof value !== 'number') continue
    const fitted = isOwn ? value : Math.min(most, Math.max(least, value))
    if (fitted !== value) losses.add(`sampling.${field}`, `Cohere takes ${least} to ${most}; ${fitted} was sent`)
    written.push([member, fitted])
  }
  return Object.fromEntries(written)
}
