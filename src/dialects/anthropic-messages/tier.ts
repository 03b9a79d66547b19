/** How a request was served, both ways. */

const words: ReadonlyMap<unknown, string> = new Map([
  ['standard', 'default'],
  ['priority', 'priority'],
  ['batch', 'batch'],
])
const own = new Map([...words].map(([theirs, ours]) => [ours, theirs]))

/** Our word for Anthropic's, ready to be spread. */
export const readTier = (tier: unknown): { readonly serviceTier?: string } => {
  if (typeof tier !== 'string') return {}
  return { serviceTier: words.get(tier) ?? tier }
}
/** The way back; undefined for what Anthropic has no word for. */
export const writeTier = (tier: string | undefined): unknown => (tier === undefined ? undefined : own.get(tier))
