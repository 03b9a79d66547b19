/** What the readers of other people's catalogues share: members, dollars, and what makes no sense. */
import type { Path } from './finding.ts'

export type Members = Readonly<Record<string, unknown>>

export const isMembers = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Types of providers by the names that lists have for them; a name that is not here is the type's own. */
const types: Readonly<Record<string, readonly string[]>> = {
  'x-ai': ['xai'],
  moonshotai: ['moonshot'],
  google: ['gemini', 'vertex'],
  aws: ['bedrock'],
  zhipuai: ['zhipu'],
  voyageai: ['voyage'],
  'google-vertex': ['vertex'],
  'google-vertex-anthropic': ['vertex'],
  'amazon-bedrock': ['bedrock'],
  bedrock_converse: ['bedrock'],
  bedrock_mantle: ['bedrock'],
  azure_ai: ['azure'],
  'azure-cognitive-services': ['azure'],
  azure_text: ['azure'],
  together_ai: ['together'],
  togetherai: ['together'],
  fireworks_ai: ['fireworks'],
  'fireworks-ai': ['fireworks'],
  'fireworks_ai-embedding-models': ['fireworks'],
  cohere_chat: ['cohere'],
  text_completion_openai: ['openai'],
  'text-completion-openai': ['openai'],
  codestral: ['mistral'],
  jina_ai: ['jina'],
  nvidia_nim: ['nvidia'],
  alibaba: ['qwen'],
  'alibaba-cn': ['dashscope'],
  'cloudflare-workers-ai': ['cloudflare'],
  vercel_ai_gateway: ['vercel'],
}

/** The types of providers behind a list's name of one. */
export const typesOf = (name: string): readonly string[] => {
  if (Object.hasOwn(types, name)) return types[name] ?? []
  return name.startsWith('vertex_ai') ? ['vertex'] : [name]
}

export interface Oddity {
  readonly path: Path
  readonly message: string
}

/** More than anything costs; a larger number is in another unit. */
const most = 10_000

/** Prices are told in binary fractions of a dollar for one token: what lies beyond twelve digits is noise. */
const digits = 12

/** Reads prices and sizes, and remembers what makes no sense. */
export class Reading {
  readonly oddities: Oddity[] = []

  /** So many dollars, times a factor; undefined where nothing is told or it makes no sense. */
  dollars(value: unknown, path: Path, factor = 1): number | undefined {
    if (value === undefined || value === null) return undefined
    const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    const isSensible = typeof found === 'number' && Number.isFinite(found) && found >= 0 && found * factor <= most
    if (isSensible) return Number((found * factor).toPrecision(digits))
    this.oddities.push({
      path,
      message: `${JSON.stringify(value)} is no price: a number of dollars of 0 or more; left out`,
    })
    return undefined
  }

  /** So many tokens; undefined where nothing is told, or no whole number of 1 or more. */
  size(value: unknown): number | undefined {
    const found = typeof value === 'string' ? Number(value) : value
    return typeof found === 'number' && Number.isInteger(found) && found >= 1 && found <= 1e9 ? found : undefined
  }
}

/** The members that are told. */
export const told = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** A price of nothing but zeros is how these lists say that they do not know, or that somebody else pays. */
export const isPrice = (price: Members): boolean =>
  Object.values(price).some(value => typeof value !== 'number' || value > 0)
