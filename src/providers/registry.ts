/** The providers we know, one line each. */
import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { bedrock } from './bedrock.ts'
import { cohere } from './cohere.ts'
import { gemini } from './gemini.ts'
import { openai } from './openai.ts'
import { lookAlikes } from './openai-compatible.ts'
import type { ProviderMaker } from './speak.ts'
import { vertex } from './vertex.ts'

/** The maker of an adapter for each `type` that a configuration may name. */
export const providerTypes: Readonly<Record<string, ProviderMaker>> = {
  ...lookAlikes,
  openai,
  anthropic,
  azure,
  bedrock,
  cohere,
  gemini,
  vertex,
}

/** The maker of this type, or undefined; names such as `constructor` are no types. */
export const providerTypeOf = (type: string): ProviderMaker | undefined =>
  Object.hasOwn(providerTypes, type) ? providerTypes[type] : undefined
