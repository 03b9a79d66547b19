/** How sure the model was of its own words, where its provider tells it. */
import { isRecord } from '../domain/json.ts'
import type { Extensions } from '../domain/message.ts'
import type { Answer, Choice } from '../domain/response.ts'
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import { passes } from '../ports/check.ts'
import type { AnswerCheck } from '../ports/check.ts'

/** What the tokens were that were not taken. */
const others: ReadonlySet<string> = new Set(['top_logprobs', 'topCandidates', 'refusal'])
/** Members that hold one number for each token: OpenAI's, Gemini's; of completions and Cohere a list of them. */
const told: ReadonlySet<string> = new Set(['logprob', 'logProbability', 'token_logprobs', 'logprobs'])

const numbersIn = (value: unknown): readonly number[] => {
  if (typeof value === 'number') return [value]
  return Array.isArray(value) ? value.filter(one => typeof one === 'number') : []
}

const gather = (value: unknown, into: number[]): void => {
  if (Array.isArray(value)) for (const one of value) gather(one, into)
  if (!isRecord(value)) return
  for (const [name, member] of Object.entries(value)) {
    if (others.has(name)) continue
    if (told.has(name)) into.push(...numbersIn(member))
    gather(member, into)
  }
}

/** Members in which dialects tell log probabilities. */
const places = ['logprobs', 'logprobsResult'] as const
const gatherFrom = (extensions: Extensions | undefined, into: number[]): void => {
  for (const own of Object.values(extensions ?? {}))
    for (const place of places) if (own[place] !== undefined) gather({ [place]: own[place] }, into)
}

/** Gemini's own mean, where it tells nothing else. */
const meanTold = ({ extensions }: Choice): number | undefined => {
  const mean = extensions?.['gemini']?.['avgLogprobs']
  return typeof mean === 'number' ? Math.exp(mean) : undefined
}

const probabilityOf = (choice: Choice): number | undefined => {
  const logs: number[] = []
  for (const part of choice.parts) if (part.type === 'text') gatherFrom(part.extensions, logs)
  gatherFrom(choice.extensions, logs)
  const known = logs.filter(one => one <= 0)
  if (known.length === 0) return meanTold(choice)
  return known.reduce((sum, one) => sum + Math.exp(one), 0) / known.length
}

/** The mean probability of the answer's tokens, of its least sure choice; undefined where none is told. */
export const confidenceOf = ({ choices }: Answer): Unit | undefined => {
  const told = choices.map(probabilityOf).filter(one => one !== undefined)
  return told.length === 0 ? undefined : unit(Math.min(...told))
}

/** At least this sure; answers whose providers do not tell it pass. */
export const confidenceCheck = (least: Unit): AnswerCheck => ({
  name: 'confidence',
  applies: () => true,
  judge: answer => {
    const found = confidenceOf(answer)
    if (found === undefined || found >= least) return passes
    return { ok: false, why: `its tokens have a mean probability of ${found.toFixed(3)}, under the least of ${least}` }
  },
})
