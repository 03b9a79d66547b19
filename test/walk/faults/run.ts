/** Runs many cells side by side, and reads what the journal kept of each. */
import type { SettledRecord } from '../../../src/domain/gateway-event.ts'
import type { OpenHouse } from '../open-house.ts'

/** Runs all, so many at a time. */
export const pooled = async <T>(all: readonly T[], most: number, run: (one: T) => Promise<void>): Promise<void> => {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < all.length) {
      const one = all[next]
      next += 1
      if (one !== undefined) await run(one)
    }
  }
  await Promise.all(Array.from({ length: most }, work))
}

/** All that the journal holds, by cell. */
export const recordsOf = async (house: OpenHouse): Promise<ReadonlyMap<string, SettledRecord>> => {
  await house.running.house.flush()
  const found = new Map<string, SettledRecord>()
  let after: string | undefined
  for (;;) {
    const page = await house.running.house.store.journal.read<SettledRecord>('outcomes', after, 500)
    for (const { entry } of page) found.set(entry.tags['cell'] ?? '', entry)
    after = page.at(-1)?.cursor
    if (page.length < 500) return found
  }
}
