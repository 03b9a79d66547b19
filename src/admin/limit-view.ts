/** A limit as it is told, with how it stands. */
import * as z from 'zod'
import type { Instant } from '../domain/units.ts'
import type { AdminHouse, Standing } from './house.ts'
import type { Done } from './operation.ts'
import type { LimitRecord } from './tenancy-records.ts'

const timeText = (at: Instant): string => new Date(at).toISOString()

/** The limit with instants as text. */
export const limitView = ({ override, ...limit }: LimitRecord) => ({
  ...limit,
  ...(override !== undefined && {
    override: {
      amount: override.amount,
      ...(override.from !== undefined && { from: timeText(override.from) }),
      until: timeText(override.until),
    },
  }),
})

const standingView = ({ used, reserved, cap, resetsAt }: Standing) => ({
  used,
  reserved,
  ...(cap !== undefined && Number.isFinite(cap) && { cap }),
  ...(resetsAt !== undefined && { resetsAt: timeText(resetsAt) }),
})

/** How these stand, or nothing where the meters cannot be asked: what is set can be told all the same. */
const standings = async (house: AdminHouse, limits: readonly LimitRecord[]): Promise<readonly Standing[]> => {
  try {
    // A limit for each subject of a level has a meter for each of them and none of its own.
    return (await house.standing?.(limits)) ?? []
  } catch (error) {
    house.alarm('the meters cannot be asked how limits stand', error)
    return []
  }
}

type Page = { readonly data: readonly unknown[]; readonly next?: string }

/** A page of limits with how each of them stands, where that is known. */
export const withStanding = async (house: AdminHouse, done: Done): Promise<{ readonly value: Page }> => {
  const { data, ...more } = done.value as Omit<Page, 'data'> & { readonly data: readonly LimitRecord[] }
  const counted = data.filter(({ of }) => of !== '*' && !of.endsWith('=*'))
  const known = await standings(house, counted)
  const byId = new Map(counted.map(({ id }, place) => [id, known[place]]))
  const views = data.map(limit => {
    const standing = byId.get(limit.id)
    return { ...limitView(limit), ...(standing !== undefined && { standing: standingView(standing) }) }
  })
  return { value: { data: views, ...more } }
}

/** What is told of a limit. */
export const limitAnswer = z.object({
  id: z.string(),
  origin: z.enum(['file', 'api']),
  level: z.string(),
  of: z.string(),
  measure: z.string(),
  amount: z.number(),
  per: z.string(),
  window: z.enum(['calendar', 'rolling']),
  zone: z.string().optional(),
  hard: z.boolean(),
  soft: z.array(z.number()),
  kind: z.enum(['budget', 'rate']),
  override: z.object({ amount: z.number(), from: z.string().optional(), until: z.string() }).optional(),
  standing: z
    .object({ used: z.number(), reserved: z.number(), cap: z.number().optional(), resetsAt: z.string().optional() })
    .optional()
    .meta({ description: 'Absent where the meters cannot be asked, and for limits of each subject of a level.' }),
})
