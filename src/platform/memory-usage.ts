/** Usage in this process's memory. */
import type { Instant } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Usage, UsageRow } from '../ports/usage.ts'
import { added, checkBatch, hourLength, namesIn, namesText, noSums, usageLines } from './usage-lines.ts'
import type { Sums } from './usage-lines.ts'

/** So many hours are kept, the newest that were told of: two months. */
const mostHours = 62 * 24
/** For so long a batch that is told again is known, in milliseconds. */
const rememberedFor = 7 * 24 * hourLength

type Hours = Map<Instant, Map<string, Sums>>

async function* pagesOf(hours: Hours, from: Instant, to: Instant): AsyncGenerator<readonly UsageRow[]> {
  for (const hour of [...hours.keys()].filter(one => one >= from && one < to).sort((left, right) => left - right)) {
    const rows = [...(hours.get(hour) ?? [])]
    yield rows.map(([names, sums]) => ({ hour, names: namesIn(names), ...sums }))
  }
}

export const memoryUsage = (clock: Clock): Usage => {
  const hours: Hours = new Map()
  const batches = new Map<string, number>()
  const sweep = (): void => {
    const now = clock.now()
    for (const [batch, at] of batches) {
      // They stand in the order in which they came.
      if (now - at < rememberedFor) break
      batches.delete(batch)
    }
    for (let gone = hours.size - mostHours; gone > 0; gone -= 1) {
      hours.delete([...hours.keys()].reduce((oldest, hour) => (hour < oldest ? hour : oldest)))
    }
  }
  return {
    async add(batch, rows) {
      checkBatch(batch, rows)
      if (batches.has(batch)) return
      batches.set(batch, clock.now())
      for (const row of rows) {
        const hour = hours.get(row.hour) ?? new Map<string, Sums>()
        hours.set(row.hour, hour)
        const names = namesText(row.names)
        hour.set(names, added(hour.get(names) ?? noSums, row))
      }
      sweep()
    },
    query: query => usageLines(query, pagesOf(hours, query.from, query.to)),
  }
}
