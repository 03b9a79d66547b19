/** What the price list does not tell of well-known models: abilities, longest answers, exact windows. */
import { abilities } from '../domain/deployment.ts'
import type { Ability } from '../domain/deployment.ts'

/** What is known of a family of models; what is absent is not known. */
export interface KnownFamily {
  /** Held against the model's name without its vendor, in lower case. The first that fits counts. */
  readonly names: RegExp
  readonly accepts?: readonly Ability[]
  readonly contextWindow?: number
  readonly maxOutput?: number
}

/** What Anthropic's API has no way to ask for, whatever the model. */
export const notInMessages: readonly Ability[] = abilities.filter(
  one => !['text', 'image', 'file', 'tools', 'json-schema', 'reasoning'].includes(one),
)

const sampled: readonly Ability[] = ['logprobs', 'choices']
const textAndTools: readonly Ability[] = ['text', 'tools']
const structured: readonly Ability[] = [...textAndTools, 'json-schema']
const seeing: readonly Ability[] = [...structured, 'image']
const reading: readonly Ability[] = [...seeing, 'file']
/** Where a model has no structured output of its own, its dialect has it call a tool with that schema. */
const claude: readonly Ability[] = [...textAndTools, 'json-schema', 'image', 'file']

/** From the providers' own model pages, checked 2026-11. Newer families are left to their providers. */
const families: readonly KnownFamily[] = [
  { names: /^gpt-4o(-mini)?-audio/, accepts: ['text', 'audio', 'tools', 'choices'], maxOutput: 16_384 },
  { names: /^gpt-4o(-mini)?-search/, accepts: ['text', 'json-schema'], maxOutput: 16_384 },
  { names: /^gpt-4o-2024-05-13/, accepts: [...textAndTools, 'image', ...sampled], maxOutput: 4_096 },
  {
    names: /^(gpt-4o|chatgpt-4o)(-mini)?(-latest|-\d{4}-\d\d-\d\d)?$/,
    accepts: [...reading, ...sampled],
    maxOutput: 16_384,
  },
  { names: /^gpt-4\.1/, accepts: [...reading, ...sampled], contextWindow: 1_047_576, maxOutput: 32_768 },
  { names: /^gpt-4-turbo/, accepts: [...textAndTools, 'image', ...sampled], maxOutput: 4_096 },
  { names: /^gpt-4(-\d{4})?$/, accepts: [...textAndTools, ...sampled], maxOutput: 8_192 },
  { names: /^gpt-3\.5-turbo(-\d{4}|-16k)?$/, accepts: [...textAndTools, ...sampled], maxOutput: 4_096 },
  { names: /^o3-mini/, accepts: [...structured, 'reasoning', 'choices'], maxOutput: 100_000 },
  { names: /^o4-mini/, accepts: [...reading, 'reasoning', 'choices'], maxOutput: 100_000 },
  { names: /^o[13](-pro)?(-\d{4}-\d\d-\d\d)?$/, accepts: [...reading, 'reasoning', 'choices'], maxOutput: 100_000 },
  {
    names: /^gpt-5(\.\d)?(-mini|-nano)?(-\d{4}-\d\d-\d\d)?$/,
    accepts: [...reading, 'reasoning', 'choices'],
    maxOutput: 128_000,
  },
  { names: /^gpt-oss-/, accepts: [...structured, 'reasoning'] },
  { names: /^claude-3-(haiku|sonnet|opus)/, accepts: claude, maxOutput: 4_096 },
  { names: /^claude-3[.-]5-/, accepts: claude, maxOutput: 8_192 },
  { names: /^claude-3[.-]7-/, accepts: [...claude, 'reasoning'], maxOutput: 64_000 },
  { names: /^claude-opus-4(-0|-20250514)?$/, accepts: [...claude, 'reasoning'], maxOutput: 32_000 },
  { names: /^claude-sonnet-4(-0|-20250514)?$/, accepts: [...claude, 'reasoning'], maxOutput: 64_000 },
  { names: /^claude-opus-4-1/, accepts: [...claude, 'reasoning'], maxOutput: 32_000 },
  { names: /^claude-(opus|sonnet|haiku)-4[.-]5/, accepts: [...claude, 'reasoning'], maxOutput: 64_000 },
  {
    names: /^(mistral-large-24|mistral-nemo|open-mistral|codestral|ministral-[38]b-24)/,
    accepts: [...structured, 'choices'],
  },
  { names: /^(pixtral|mistral-(small|medium|large)-(latest|2[5-9]))/, accepts: [...seeing, 'choices'] },
]

/** The family of this model, whoever serves it. */
export const familyOf = (model: string): KnownFamily | undefined => {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  return families.find(family => family.names.test(name))
}
