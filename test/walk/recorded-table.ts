/** The table of everything that was recorded: provider, surface, how many, what was done with them, and what was not. */
import type { RecordedItem, RecordedTalk } from '../recorded-items.ts'
import { at, isRecord } from '../seen/seen.ts'
import type { Way } from './recorded-ways.ts'

/** What came of one answer: `fault` where it was not read as it should be. */
export interface Told {
  readonly item: RecordedItem
  readonly way: Way
  readonly isError: boolean
  readonly fault: string | undefined
}

const columns = ['provider', 'surface', 'items', 'answers', 'decoded', 'errors', 'counted', 'passed on', 'not read']
const placeOf = ({ provider, surface }: RecordedItem): string => `${provider}\n${surface}`

const rowOf = (place: string, rows: readonly Told[], items: number): readonly string[] => {
  const good = rows.filter(({ fault }) => fault === undefined)
  const plain = good.filter(({ isError }) => !isError)
  const as = (...kinds: readonly Way['as'][]): number => plain.filter(({ way }) => kinds.includes(way.as)).length
  const counts = [
    items,
    rows.length,
    as('chat', 'operation'),
    good.length - plain.length,
    as('count'),
    as('pass'),
    rows.length - good.length,
  ]
  return [...place.split('\n'), ...counts.map(one => (one === 0 ? '' : String(one)))]
}

const laidOut = (rows: readonly (readonly string[])[]): string => {
  const widths = columns.map((_, which) => Math.max(...rows.map(row => row[which]?.length ?? 0)))
  const cell = (text: string, which: number): string =>
    which < 2 ? text.padEnd(widths[which] ?? 0) : text.padStart(widths[which] ?? 0)
  return rows.map(row => row.map(cell).join('  ').trimEnd()).join('\n')
}

/** Turns of a conversation whose usage was told, by whoever serves it. */
const turnsOf = ({ said }: RecordedTalk): number =>
  said.filter(
    ({ direction, data }) =>
      direction === 'received' &&
      isRecord(data) &&
      (isRecord(at(data, 'response.usage')) || isRecord(data['usageMetadata'])),
  ).length

/** Rows by provider and surface, sums, conversations, and whatever was not read with the reason. */
export const tableOf = (told: readonly Told[], talks: readonly RecordedTalk[]): string => {
  const places = new Map<string, Told[]>()
  const firsts = new Map<string, string>()
  for (const one of told) {
    const place = placeOf(one.item)
    places.set(place, [...(places.get(place) ?? []), one])
    if (!firsts.has(one.item.of)) firsts.set(one.item.of, place)
  }
  const itemsAt = (place: string): number => [...firsts.values()].filter(one => one === place).length
  const rows = [...places.keys()].sort().map(place => rowOf(place, places.get(place) ?? [], itemsAt(place)))
  const providers = [...new Set(talks.map(({ provider }) => provider))].sort()
  const spoken = providers.map(provider => {
    const own = talks.filter(talk => talk.provider === provider)
    const turns = own.reduce((sum, talk) => sum + turnsOf(talk), 0)
    return `${provider}: ${own.length} conversations over WebSockets, ${turns} turns with usage`
  })
  const sum = rowOf('all\n', told, firsts.size)
  const missing = told.flatMap(({ item, fault }) => (fault === undefined ? [] : [`${item.name}: ${fault}`]))
  return `${laidOut([columns, ...rows, sum])}\n\n${[...spoken, ...missing].join('\n')}\n`
}
