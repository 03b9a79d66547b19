/** Keeps the last owner of the house from being taken away. */
import type { VirtualKey } from '../domain/tenancy.ts'
import type { Instant } from '../domain/units.ts'
import type { Write } from './change.ts'
import { isHouseWide } from './duty.ts'
import type { AdminHouse } from './house.ts'
import { AdminRefusal } from './refusal.ts'
import { each } from './tenancy-records.ts'

/** Written with every change that takes an owner away, so that of two at the same moment one begins anew and counts again. */
const watched = 'admin/owners'

/** An owner's key that does not end by itself. */
const isLasting = (key: VirtualKey, now: Instant): boolean =>
  key.duty?.role === 'owner' &&
  isHouseWide(key.duty) &&
  key.revokedAt === undefined &&
  (key.expiresAt === undefined || (key.origin === 'file' && key.expiresAt > now))

/** What is to be written beside the change of a key; refuses to take the last owner away. */
export const ownerWrites = async (
  house: AdminHouse,
  before: VirtualKey,
  after: VirtualKey,
): Promise<readonly Write[]> => {
  const now = house.clock.now()
  if (!isLasting(before, now) || isLasting(after, now)) return []
  const seen = await house.store.records.get<{ readonly changes: number }>(watched)
  for await (const { id, value } of each(house, 'key')) {
    if (id === before.id || !isLasting(value, now)) continue
    return [{ key: watched, value: { changes: (seen?.value.changes ?? 0) + 1 }, expected: seen?.version ?? 0 }]
  }
  const why = `"${before.id}" is the last owner's key without an end; make another owner first`
  throw new AdminRefusal('conflict', why)
}
