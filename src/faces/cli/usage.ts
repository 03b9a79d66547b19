/** What was used and what it cost, from the store of a configuration. */
import { dimensions, isDimension } from '../../admin/dimensions.ts'
import { reportText } from '../../admin/reports.ts'
import type { ReportFormat } from '../../admin/reports.ts'
import { didYouMean } from '../../domain/nearest.ts'
import type { Instant } from '../../domain/units.ts'
import { findZone, utc } from '../../domain/zone.ts'
import type { Zone } from '../../domain/zone.ts'
import type { Dimension, UsageLine, UsageQuery } from '../../ports/usage.ts'
import { withStore } from './kept-store.ts'
import type { OpenStore } from './kept-store.ts'
import { monthOf, readTime } from './read-time.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { usagePicture } from './usage-picture.ts'

export interface UsageOptions {
  readonly config?: string
  readonly by?: string
  readonly from?: string
  readonly to?: string
  readonly every?: string
  readonly zone?: string
  readonly where?: readonly string[]
  readonly format?: string
  readonly total?: boolean
  readonly json?: boolean
}

const stretches = ['hour', 'day', 'week', 'month', 'total'] as const
const formats = ['table', 'csv', 'json', 'jsonl'] as const

const oneOf = <T extends string>(option: string, value: string, all: readonly T[]): T => {
  const found = all.find(one => one === value)
  if (found !== undefined) return found
  throw new CommandError(`--${option} ${value}: there is ${all.join(', ')}${didYouMean(value, all)}`)
}

const dimension = (option: string, name: string): Dimension => {
  if (isDimension(name)) return name
  const meant = didYouMean(name, dimensions)
  throw new CommandError(`--${option} ${name}: there is ${dimensions.join(', ')} and tag:NAME${meant}`)
}

const zoneOf = (name: string | undefined): Zone => {
  if (name === undefined) return utc
  const zone = findZone(name)
  if (zone !== undefined) return zone
  const meant = didYouMean(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  throw new CommandError(`--zone ${name}: there is no such time zone${meant}`)
}

const timeOf = (option: 'from' | 'to', text: string, zone: Zone, now: Instant): Instant => {
  const time = readTime(text, zone, now)
  if (time !== undefined) return time
  throw new CommandError(
    `--${option} ${text}: a day such as 2027-01-31, a month such as 2027-01, an instant such as 2027-01-31T08:00:00Z, or 7d, 24h or 4w for so long ago would be right`,
  )
}

const byOf = (text: string | undefined): readonly Dimension[] => {
  const names = (text ?? '').split(',').map(name => name.trim())
  return [...new Set(names.filter(name => name !== ''))].map(name => dimension('by', name))
}

const whereOf = (wanted: readonly string[]): NonNullable<UsageQuery['where']> => {
  const found = new Map<Dimension, readonly string[]>()
  for (const one of wanted) {
    const equals = one.indexOf('=')
    if (equals < 1) throw new CommandError(`--where ${one}: name=value would be right, such as team=search`)
    const name = dimension('where', one.slice(0, equals))
    found.set(name, [...(found.get(name) ?? []), one.slice(equals + 1)])
  }
  return Object.fromEntries(found)
}

const queryOf = (options: UsageOptions, zone: Zone, now: Instant): UsageQuery => {
  const from = options.from === undefined ? monthOf(now, zone) : timeOf('from', options.from, zone, now)
  const to = options.to === undefined ? now : timeOf('to', options.to, zone, now)
  if (to <= from) throw new CommandError('--to: a time after --from would be right')
  return {
    from,
    to,
    by: byOf(options.by),
    every: oneOf('every', options.every ?? 'total', stretches),
    where: whereOf(options.where ?? []),
    ...(options.zone !== undefined && { zone: options.zone }),
  }
}

/** More lines than anybody looks at; a file takes them all. */
const mostInTable = 1000

const drawn = async (lines: AsyncIterable<UsageLine>, query: UsageQuery, zone: Zone): Promise<string> => {
  const all: UsageLine[] = []
  for await (const line of lines) {
    if (all.length === mostInTable) {
      throw new CommandError(
        `there are more than ${mostInTable} lines: ask for --format csv or jsonl, or split by less`,
      )
    }
    all.push(line)
  }
  return all.length === 0 ? 'nothing was used in this time' : usagePicture(all, { ...query, zone })
}

const written = async (
  lines: AsyncIterable<UsageLine>,
  options: {
    readonly format: ReportFormat
    readonly by: readonly Dimension[]
    readonly zone: Zone
    readonly total: boolean
  },
  { out }: Terminal,
): Promise<void> => {
  // The terminal ends what it is given with a line break of its own.
  for await (const piece of reportText(lines, options)) out(piece.replace(/\n$/, ''))
}

/** Reads usage and prints it. */
export const usage = async (options: UsageOptions, terminal: Terminal, open: OpenStore): Promise<number> => {
  const zone = zoneOf(options.zone)
  const format = options.json === true ? 'json' : oneOf('format', options.format ?? 'table', formats)
  const query = queryOf(options, zone, Date.now() as Instant)
  await withStore(options.config, terminal, open, async store => {
    const lines = store.usage.query(query)
    if (format === 'table') terminal.out(await drawn(lines, query, zone))
    else await written(lines, { format, by: query.by, zone, total: options.total === true }, terminal)
  })
  return exits.good
}
