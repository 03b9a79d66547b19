/** How a request is to be served, both ways. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const own = new Set(['default', 'priority', 'flex', 'reserved'])

/** Our word for `serviceTier`, ready to be spread. */
export const readTier = (tier: unknown): { readonly serviceTier?: string } =>
  isRecord(tier) && typeof tier['type'] === 'string' ? { serviceTier: tier['type'] } : {}

/** The way back; undefined for a word that Bedrock does not have. */
export const writeTier = (tier: string): Json | undefined => {
  if (own.has(tier)) return { type: tier }
  return tier === 'standard_only' || tier === 'standard' ? { type: 'default' } : undefined
}
