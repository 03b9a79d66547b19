/** Audit entries of those who may not come in: each of them, until somebody floods the door; then how many. */
import type { AdminHouse, AuditEntry } from '../../admin/house.ts'

const window = 60_000
const mostInWindow = 60

/** Hands an entry to the audit log, but not more than so many in a minute; the next minute's first tells of the rest. */
export const refusedEntries = ({ audit, clock, alarm }: Pick<AdminHouse, 'audit' | 'clock' | 'alarm'>) => {
  let [began, told, untold] = [0, 0, 0]
  return async (entry: Omit<AuditEntry, 'at'>): Promise<void> => {
    const at = clock.now()
    if (at - began >= window) [began, told] = [at, 0]
    told += 1
    if (told > mostInWindow) {
      untold += 1
      return
    }
    const more = untold > 0 ? { after: { refusedAndNotTold: untold } } : {}
    untold = 0
    await audit
      .append({ at, ...entry, ...more })
      .catch((error: unknown) => alarm('a refusal could not be audited', error))
  }
}
