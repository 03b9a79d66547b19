/** What a Gemini model takes and what it refuses, by its name. */

/** How one model differs from the others in what it takes. */
export interface Abilities {
  /** Longest answer in tokens; undefined for a model that is none of Google's. */
  readonly maxOutput?: number
  /** How it is told to think: a budget of tokens, a level, or not at all. */
  readonly thinks: 'never' | 'by-budget' | 'by-level'
  /** The smallest and the largest budget; 0 turns thinking off where the smallest is 0. */
  readonly budget: readonly [least: number, most: number]
  /** The levels that it knows, from the least. */
  readonly levels: readonly Level[]
  /** It takes JSON Schema for its answer, and function calls can be held to theirs while it is left to choose. */
  readonly schemas: boolean
  /** It refuses function calls of the current turn without a thought signature. */
  readonly signed: boolean
  /** It takes images and files within the result of a function. */
  readonly richResults: boolean
}
export type Level = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH'

const early: Abilities = {
  maxOutput: 8192,
  thinks: 'never',
  budget: [0, 0],
  levels: [],
  schemas: false,
  signed: false,
  richResults: false,
}
const byBudget: Abilities = { ...early, maxOutput: 65_535, thinks: 'by-budget', budget: [0, 24_576], schemas: true }
const byLevel: Abilities = {
  ...byBudget,
  thinks: 'by-level',
  levels: ['LOW', 'MEDIUM', 'HIGH'],
  signed: true,
  richResults: true,
}
/** A tuned model behind a number, or a look-alike: it knows what most know, and its own limits. */
const stranger: Abilities = { ...byBudget, maxOutput: undefined }

// From Google's pages on models, thinking, thought signatures and structured output; the first that fits counts.
const rows: readonly (readonly [RegExp, Abilities])[] = [
  [/gemini-(?:1|2-0|pro$|pro-vision|ultra)|gemma|learnlm|palm|bison/, early],
  [/gemini-2-5-flash-image/, { ...byBudget, maxOutput: 32_768, thinks: 'never' }],
  [/gemini-2-5-pro/, { ...byBudget, budget: [128, 32_768] }],
  [/gemini-2-5-flash-lite/, { ...byBudget, budget: [0, 24_576] }],
  [/gemini-2/, byBudget],
  [/gemini-3-pro-image/, { ...byLevel, maxOutput: 32_768, levels: ['HIGH'] }],
  [/gemini-3-pro/, { ...byLevel, levels: ['LOW', 'HIGH'] }],
  [/gemini-.*flash/, { ...byLevel, levels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] }],
  [/gemini/, byLevel],
]

/** What this model takes. A Gemini whose name is not known is taken for one of the newest. */
export const abilitiesOf = (model: string): Abilities => {
  const name = model.toLowerCase().replace(/[.@:]/g, '-')
  return rows.find(([pattern]) => pattern.test(name))?.[1] ?? stranger
}
