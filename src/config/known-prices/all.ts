/** Every list of ours, in the order in which they are laid over one another. */
import { amazonPrices } from './amazon.ts'
import { googlePrices } from './google.ts'
import type { OwnList } from './list.ts'
import { openaiPrices } from './openai.ts'
import { otherPrices } from './others.ts'

export const ownLists: readonly OwnList[] = [...openaiPrices, ...googlePrices, ...amazonPrices, ...otherPrices]
