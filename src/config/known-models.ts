/** What the price list does not tell of well-known models: abilities, longest answers, exact windows. */
import { abilities } from '../domain/deployment.ts'
import type { Ability } from '../domain/deployment.ts'
import { otherOperations } from './known-operations.ts'
import type { KnownFamily } from './known-operations.ts'

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
const thinkingClaude: readonly Ability[] = [...claude, 'reasoning']
/** What they hear they can write down, when asked in a chat. */
const gemini: readonly Ability[] = [...reading, 'audio', 'choices', 'logprobs', 'transcription', 'translation']
const thinkingGemini: readonly Ability[] = [...gemini, 'reasoning']

/** From the providers' own model pages, checked 2026-11. Newer families are left to their providers. */
const families: readonly KnownFamily[] = [
  {
    names: /^gpt-(4o(-mini)?-)?audio/,
    accepts: ['text', 'audio', 'audio-output', 'tools', 'choices'],
    maxOutput: 16_384,
  },
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
    names: /^gpt-5(\.\d)?(-mini|-nano|-codex)?(-\d{4}-\d\d-\d\d)?$/,
    accepts: [...reading, 'reasoning', 'choices'],
    maxOutput: 128_000,
  },
  { names: /^gpt-oss-/, accepts: [...structured, 'reasoning'] },
  { names: /^claude-3-(haiku|sonnet|opus)/, accepts: claude, maxOutput: 4_096 },
  { names: /^claude-3-5-/, accepts: claude, maxOutput: 8_192 },
  { names: /^claude-3-7-/, accepts: thinkingClaude, maxOutput: 64_000 },
  { names: /^claude-opus-4(-0|-20250514)?(-v\d.*)?$/, accepts: thinkingClaude, maxOutput: 32_000 },
  { names: /^claude-sonnet-4(-0|-20250514)?(-v\d.*)?$/, accepts: thinkingClaude, maxOutput: 64_000 },
  { names: /^claude-opus-4-1/, accepts: thinkingClaude, maxOutput: 32_000 },
  { names: /^claude-(opus|sonnet|haiku)-4-5/, accepts: thinkingClaude, maxOutput: 64_000 },
  { names: /^claude-(opus|sonnet)-(4-[6-9]|5)|^claude-fable-5/, accepts: thinkingClaude, maxOutput: 128_000 },
  {
    names: /^gemini-[23][\d.]*-flash(-lite|-preview)*-image/,
    accepts: [...gemini, 'image-output', 'images', 'image-edits'],
  },
  { names: /^gemini-3[\d.]*-pro-image/, accepts: [...thinkingGemini, 'image-output', 'images', 'image-edits'] },
  { names: /^gemini-(1\.5|2\.0)-/, accepts: gemini, maxOutput: 8_192 },
  { names: /^gemini-(2\.5|3)[\d.]*-(pro|flash)/, accepts: thinkingGemini, contextWindow: 1_048_576, maxOutput: 65_536 },
  {
    names: /^command-a-reasoning/,
    accepts: [...structured, 'reasoning', 'logprobs'],
    contextWindow: 256_000,
    maxOutput: 32_000,
  },
  {
    names: /^command-a-vision/,
    accepts: ['text', 'json-schema', 'image', 'logprobs'],
    contextWindow: 128_000,
    maxOutput: 8_000,
  },
  { names: /^command-a/, accepts: [...structured, 'logprobs'], contextWindow: 256_000, maxOutput: 8_000 },
  { names: /^command-r/, accepts: [...structured, 'logprobs'], contextWindow: 128_000, maxOutput: 4_000 },
  { names: /^nova-(pro|lite|premier)/, accepts: [...textAndTools, 'json-schema', 'image', 'file'], maxOutput: 10_000 },
  { names: /^nova-micro/, accepts: structured, maxOutput: 10_000 },
  { names: /^nova-2-lite/, accepts: [...reading, 'reasoning'], maxOutput: 64_000 },
  {
    names: /^(mistral-large-24|mistral-nemo|open-mistral|codestral|ministral-[38]b-24)/,
    accepts: [...structured, 'choices'],
  },
  { names: /^voxtral-/, accepts: [...structured, 'audio', 'choices', 'transcription'] },
  { names: /^(pixtral|mistral-(small|medium|large)-(latest|2[5-9]))/, accepts: [...seeing, 'choices'] },
]

/** Where a cloud serves from, and who made the model. */
const cloudPrefix =
  /^(?:(?:us|us-gov|eu|apac|jp|au|ca|sa|global|regional)\.)?(?:(?:anthropic|amazon|cohere|meta|mistral|ai21|deepseek|openai|qwen|stability|writer|google|nvidia)\.)?/

/** A model's name without who serves and who made it, in lower case, with dashes where clouds put `@` and others a point in a Claude's number. */
export const bareName = (model: string): string => {
  const name = model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(cloudPrefix, '')
    .replace('@', '-')
  return name.startsWith('claude-') ? name.replaceAll(/(?<=\d)\.(?=\d)/g, '-') : name
}

/** The family of this model, whoever serves it. */
export const familyOf = (model: string): KnownFamily | undefined => {
  const name = bareName(model)
  return otherOperations.find(family => family.names.test(name)) ?? families.find(family => family.names.test(name))
}
