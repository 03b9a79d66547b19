/** What the demo drives through the house: recorded prompts in a fair mix, and what always asking the best would have come to. */
import { chanceOf } from './chance.ts'
import type { ConfiguredQuality } from './configured-quality.ts'
import { estimateTokens } from './estimate-tokens.ts'
import type { WorldModel } from './models.ts'
import { halfOf } from './recordings.ts'
import type { RecordedPrompt, Recordings } from './recordings.ts'

const shuffled = <T>(items: readonly T[], seed: string): readonly T[] => {
  const chance = chanceOf(seed)
  const list = [...items]
  for (let last = list.length - 1; last > 0; last--) {
    const place = Math.floor(chance() * (last + 1))
    const [one, other] = [list[last], list[place]]
    if (one !== undefined && other !== undefined) [list[last], list[place]] = [other, one]
  }
  return list
}

/**
 * So many prompts of the half that no configured score comes from, in random order over all tasks; the same seed gives the same.
 * None comes twice before all have come once.
 */
export const pickPrompts = (
  { prompts }: Pick<Recordings, 'prompts'>,
  count: number,
  seed: string,
): readonly RecordedPrompt[] => {
  const measured = prompts.filter(({ id }) => halfOf(id) === 'measured')
  const picked: RecordedPrompt[] = []
  for (let round = 0; picked.length < count && measured.length > 0; round++) {
    picked.push(...shuffled(measured, `${seed} ${round}`).slice(0, count - picked.length))
  }
  return picked
}

/** What one model, asked alone, made of a prompt. */
export interface Alone {
  readonly isRight: boolean
  readonly usd: number
}

/** What this model's recorded answer to the prompt came to; undefined if it was not recorded. Tokens are counted as the world counts them. */
export const askedAlone = (recordings: Recordings, prompt: RecordedPrompt, model: WorldModel): Alone | undefined => {
  const id = model.answersAs ?? model.id
  const answer = recordings.answer(prompt, id)
  if (answer === undefined) return undefined
  const usd =
    (estimateTokens(prompt.prompt) * model.price.input + estimateTokens(answer) * model.price.output) / 1_000_000
  return { isRight: prompt.scores[id] === true, usd }
}

/** The model with the best score over all tasks; the first of those that are equal. */
export const bestModel = (models: readonly WorldModel[], quality: ConfiguredQuality): WorldModel | undefined => {
  const scoreOf = ({ id }: WorldModel): number => quality[id]?.['*'] ?? 0
  return models.reduce<WorldModel | undefined>(
    (best, model) => (best === undefined || scoreOf(model) > scoreOf(best) ? model : best),
    undefined,
  )
}
