/** What a model of OpenAI takes and what it refuses, by its name. */
import type { Effort } from './effort.ts'

/** How one model differs from the others in what it takes. */
export interface Abilities {
  /** The efforts that it knows, the least first: none if it does not reason, undefined if nobody knows. */
  readonly efforts?: readonly Effort[]
  /** Its effort where none is asked for. */
  readonly usual?: Effort
  /** It takes temperature and its like, and tells log probabilities: always, only while it does not reason, or never. */
  readonly sampling: 'always' | 'without-reasoning' | 'never'
  /** It takes stop sequences in a completion. */
  readonly stops: boolean
  /** It can be told whether to call several tools at once. */
  readonly parallel: boolean
  /** It knows the limit of an answer by its newer name alone. */
  readonly newLimit: boolean
}

/** A look-alike: it takes what all take, and what else nobody knows. */
const stranger: Abilities = { sampling: 'always', stops: true, parallel: true, newLimit: false }
const speaks: Abilities = { ...stranger, efforts: [] }
const early: Abilities = {
  efforts: ['low', 'medium', 'high'],
  usual: 'medium',
  sampling: 'never',
  stops: true,
  parallel: false,
  newLimit: true,
}
const fifth: Abilities = { ...early, efforts: ['minimal', 'low', 'medium', 'high'], stops: false, parallel: true }
const newer: Abilities = {
  ...fifth,
  efforts: ['none', 'low', 'medium', 'high'],
  usual: 'none',
  sampling: 'without-reasoning',
}
const newest: Abilities = { ...newer, efforts: ['none', 'low', 'medium', 'high', 'xhigh'] }

// From OpenAI's pages on its models and on reasoning; the first that fits counts.
const rows: readonly (readonly [RegExp, Abilities])[] = [
  [/(?:^|[/:])(?:chat)?gpt-(?:3|4)/, speaks],
  [/(?:^|[/:])gpt-5-chat/, { ...speaks, newLimit: true }],
  [/(?:^|[/:])gpt-5\.\d-chat/, { ...fifth, efforts: ['medium'] }],
  [/(?:^|[/:])gpt-5-pro/, { ...fifth, efforts: ['high'], usual: 'high' }],
  [/(?:^|[/:])gpt-5(?:\.\d)?-codex-max/, { ...fifth, efforts: ['low', 'medium', 'high', 'xhigh'] }],
  [/(?:^|[/:])gpt-5(?:\.\d)?-codex/, { ...fifth, efforts: ['low', 'medium', 'high'] }],
  [/(?:^|[/:])gpt-5\.\d+-pro/, { ...fifth, efforts: ['medium', 'high', 'xhigh'], usual: 'high' }],
  [/(?:^|[/:])gpt-5\.1/, newer],
  [/(?:^|[/:])gpt-5(?:$|[^.\d])/, fifth],
  [/(?:^|[/:])gpt-(?:[5-9]|\d\d)(?!\d)/, newest],
  [/(?:^|[/:])o1-(?:mini|preview)/, { ...early, efforts: [] }],
  [/(?:^|[/:])(?:o3|o4-mini)(?![a-z0-9])(?!-mini)/, { ...early, stops: false }],
  [/(?:^|[/:])o[134](?![a-z0-9])/, early],
]

/** What this model takes. One that is none of OpenAI's takes what it is given. */
export const abilitiesOf = (model: string): Abilities => {
  const name = model.toLowerCase()
  return rows.find(([pattern]) => pattern.test(name))?.[1] ?? stranger
}
