/** A virtual key as it is told: everything but what could open the house. */
import * as z from 'zod'
import type { VirtualKey } from '../domain/tenancy.ts'
import type { Instant } from '../domain/units.ts'

const timeText = (at: Instant): string => new Date(at).toISOString()

const stateOf = ({ revokedAt, expiresAt }: VirtualKey, now: Instant): 'active' | 'expired' | 'revoked' => {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active'
}

/** The key without digests and limits, instants as text. */
export const keyView = (key: VirtualKey, now: Instant) => {
  const { digests, limits: _limits, createdAt, expiresAt, revokedAt, ...told } = key
  const older = digests.slice(1).flatMap(({ until }) => (until !== undefined && until > now ? [until] : []))
  return {
    ...told,
    state: stateOf(key, now),
    ...(key.origin === 'api' && { createdAt: timeText(createdAt) }),
    ...(expiresAt !== undefined && { expiresAt: timeText(expiresAt) }),
    ...(revokedAt !== undefined && { revokedAt: timeText(revokedAt) }),
    ...(older.length > 0 && { overlapUntil: timeText(Math.max(...older) as Instant) }),
  }
}

const told = {
  id: z.string(),
  origin: z.enum(['file', 'api']),
  prefix: z.string().meta({ description: 'How its secret begins, to tell keys apart.' }),
  state: z.enum(['active', 'expired', 'revoked']),
  name: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  organisation: z.string().optional(),
  team: z.string().optional(),
  user: z.string().optional(),
  allow: z.record(z.string(), z.array(z.string())).optional(),
  addresses: z.array(z.string()).optional(),
  duty: z.object({ role: z.string(), organisation: z.string().optional(), team: z.string().optional() }).optional(),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
  overlapUntil: z.string().optional().meta({ description: 'Until when the secret of before is still good.' }),
}
/** What is told of a key. */
export const keyAnswer = z.object(told)
/** The same with the secret, which is told this once. */
export const mintedAnswer = z.object({ ...told, secret: z.string() })
