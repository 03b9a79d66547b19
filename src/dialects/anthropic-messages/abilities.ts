/** What a Claude model takes and what it refuses, by its name. */

/** How one model differs from the others in what it takes. */
export interface Abilities {
  /** Longest answer in tokens; undefined for a model that is none of Anthropic's. */
  readonly maxOutput?: number
  /** How it is told to think: a budget of tokens, an effort, or not at all. */
  readonly thinks: 'never' | 'by-budget' | 'by-effort'
  /** It refuses to be told not to think. */
  readonly alwaysThinks: boolean
  /** It knows the effort `xhigh`. */
  readonly xhigh: boolean
  /** Which of temperature, top_p and top_k: all, temperature or top_p, or none but their defaults. */
  readonly sampling: 'all' | 'either' | 'none'
  /** It takes a JSON schema for its answer and strict tools. */
  readonly schemas: boolean
  /** It can be made to call a tool. */
  readonly forced: boolean
}

const early: Abilities = {
  maxOutput: 4096,
  thinks: 'never',
  alwaysThinks: false,
  xhigh: false,
  sampling: 'all',
  schemas: false,
  forced: true,
}
const byBudget: Abilities = { ...early, maxOutput: 64_000, thinks: 'by-budget' }
const byEffort: Abilities = {
  ...early,
  maxOutput: 128_000,
  thinks: 'by-effort',
  sampling: 'either',
  schemas: true,
}
const newest: Abilities = { ...byEffort, xhigh: true, sampling: 'none' }
/** A look-alike: it knows what all of them knew for long, and its own limits. */
const stranger: Abilities = { ...byBudget, maxOutput: undefined }

// From Anthropic's model overview and its pages on thinking, effort and structured outputs; the first that fits counts.
const rows: readonly (readonly [RegExp, Abilities])[] = [
  [/claude-(?:v?[12]\b|instant)/, early],
  [/claude-3-7/, byBudget],
  [/claude-3-5/, { ...early, maxOutput: 8192 }],
  [/claude-3/, early],
  [/claude-opus-4-1(?!\d)/, { ...byBudget, maxOutput: 32_000, sampling: 'either', schemas: true }],
  [/claude-[a-z]+-4-5/, { ...byBudget, sampling: 'either', schemas: true }],
  [/claude-[a-z]+-4-6/, byEffort],
  [/claude-[a-z]+-4-[789]/, newest],
  [/claude-opus-4/, { ...byBudget, maxOutput: 32_000 }],
  [/claude-[a-z]+-4/, byBudget],
  [/claude-(?:opus|sonnet)-5-5|claude-fable-5-[1-9](?!\d{2})/, { ...newest, alwaysThinks: true, forced: false }],
  [/claude-fable-5/, { ...newest, alwaysThinks: true }],
  [/claude/, newest],
]

/** What this model takes. A Claude whose name is not known is taken for one of the newest. */
export const abilitiesOf = (model: string): Abilities => {
  // OpenRouter writes 3.5 for 3-5; clouds put a version behind `@` or `:`.
  const name = model.toLowerCase().replace(/[.@:]/g, '-')
  return rows.find(([pattern]) => pattern.test(name))?.[1] ?? stranger
}
