/** What a list of ours says of models, and where it was read. */
import type { PriceEntry } from '../schema-price.ts'

/** One line of a list: models that have something in common. */
export interface OwnModel {
  /** As the provider calls them; `*` stands for any letters. */
  readonly names: readonly string[]
  /** In US dollars, over the shipped price list's; members that are left out stay as there. */
  readonly price?: PriceEntry
  readonly contextWindow?: number
  readonly maxOutput?: number
}

/** What one page says of one provider's models. */
export interface OwnList {
  /** Types of providers. */
  readonly providers: readonly string[]
  /** The page that publishes it. */
  readonly source: string
  /** The month in which it was held against what was published, e.g. `2026-11`. */
  readonly checked: string
  readonly models: readonly OwnModel[]
}
