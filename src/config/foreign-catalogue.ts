/** Other people's catalogues, told from each other by their shape, as ours. */
import type { Path } from './finding.ts'
import { fromGenaiPrices, isGenaiPrices } from './from-genai-prices.ts'
import { fromLiteLlm, isLiteLlm } from './from-litellm.ts'
import { fromModelsDev, isModelsDev } from './from-models-dev.ts'

/** A model in our own format, before it is checked. */
export type Raw = Readonly<Record<string, unknown>>

export interface Foreign {
  /** Whose list it is. */
  readonly kind: 'genai-prices' | 'LiteLLM' | 'models.dev'
  readonly models: readonly Raw[]
  /** What makes no sense and was left out. */
  readonly oddities: readonly { readonly path: Path; readonly message: string }[]
}

/** The list in this value, or undefined if it has the shape of none that we know. */
export const foreignCatalogue = (value: unknown): Foreign | undefined => {
  if (isGenaiPrices(value)) return { kind: 'genai-prices', ...fromGenaiPrices(value) }
  if (isLiteLlm(value)) return { kind: 'LiteLLM', ...fromLiteLlm(value) }
  if (isModelsDev(value)) return { kind: 'models.dev', ...fromModelsDev(value) }
  return undefined
}
