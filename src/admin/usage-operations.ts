/** Usage and cost: by any names, for any time, as JSON or as an export that is sent while it is made. */
import * as z from 'zod'
import type { Duty } from '../domain/caller.ts'
import type { Instant } from '../domain/units.ts'
import { didYouMean } from '../domain/nearest.ts'
import { findZone, zoneIn } from '../domain/zone.ts'
import type { Zone } from '../domain/zone.ts'
import type { Dimension, UsageLine, UsageQuery } from '../ports/usage.ts'
import { dimensions, isDimension } from './dimensions.ts'
import type { AdminHouse } from './house.ts'
import { instant, line, members } from './input.ts'
import { operation } from './operation.ts'
import type { Done, Operation } from './operation.ts'
import { AdminRefusal } from './refusal.ts'
import { lineView, mediaTypes, reportText } from './reports.ts'
import type { ReportFormat } from './reports.ts'

const mostDimensions = 6
/** More lines are had as csv or jsonl, which are sent while they are made. */
const mostLines = 10_000

const query = members({
  from: instant.meta({ description: 'The beginning.' }),
  to: instant.meta({ description: 'The end, exclusive.' }),
  by: line(512)
    .optional()
    .meta({ description: `By what it is split, with commas: ${dimensions.join(', ')}, tag:NAME.` }),
  every: z.enum(['hour', 'day', 'week', 'month', 'total']).default('total'),
  zone: line(64).optional().meta({ description: 'The time zone in which days begin; UTC if left out.' }),
  where: line(2048).optional().meta({ description: 'Only these: team=search,team=ads,model=gpt-4o-mini.' }),
  format: z.enum(['json', 'jsonl', 'csv']).default('json'),
})

const dimension = (name: string, param: string): Dimension => {
  if (isDimension(name)) return name
  throw new AdminRefusal(
    'invalid',
    `"${name.slice(0, 64)}" is nothing to split by; there are ${dimensions.join(', ')}, tag:NAME`,
    param,
  )
}

const split = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split(',').map(one => one.trim())

const byOf = (text: string | undefined): readonly Dimension[] => {
  const by = [...new Set(split(text))].map(name => dimension(name, 'by'))
  if (by.length > mostDimensions)
    throw new AdminRefusal('invalid', `at most ${mostDimensions} names would be right`, 'by')
  return by
}

type Where = Partial<Record<Dimension, readonly string[]>>

const whereOf = (text: string | undefined): Where => {
  const found = new Map<Dimension, readonly string[]>()
  for (const part of split(text)) {
    const equals = part.indexOf('=')
    if (equals < 1) throw new AdminRefusal('invalid', 'name=value, with commas between, would be right', 'where')
    const name = dimension(part.slice(0, equals), 'where')
    found.set(name, [...(found.get(name) ?? []), part.slice(equals + 1)])
  }
  return Object.fromEntries(found)
}

/** Only what the duty may see, whatever was asked for. */
const within = (where: Where, { organisation, team }: Duty): Where => {
  const bound = (asked: readonly string[] | undefined, own: string): readonly string[] => {
    if (asked === undefined || asked.includes(own)) return [own]
    throw new AdminRefusal('forbidden', `your duty holds in "${own}" alone`, 'where')
  }
  return {
    ...where,
    ...(organisation !== undefined && { organisation: bound(where.organisation, organisation) }),
    ...(team !== undefined && { team: bound(where.team, team) }),
  }
}

const asJson = async (lines: AsyncIterable<UsageLine>, zone: Zone): Promise<Done> => {
  const data: unknown[] = []
  for await (const one of lines) {
    if (data.length === mostLines) {
      throw new AdminRefusal(
        'invalid',
        `there are more than ${mostLines} lines; format=jsonl or csv would be right`,
        'format',
      )
    }
    data.push(lineView(one, zone))
  }
  return { value: { data } }
}

const report = async (house: AdminHouse, asked: UsageQuery, format: ReportFormat): Promise<Done> => {
  const { usage } = house
  if (usage === undefined) throw new AdminRefusal('unavailable', 'usage is not kept here')
  const lines = usage.query(asked)
  const zone = zoneIn(asked.zone)
  if (format === 'json') return asJson(lines, zone)
  const chunks = reportText(lines, { format, by: asked.by, zone })
  return { export: { type: mediaTypes[format], file: `usage.${format}`, chunks } }
}

/** What can be read of usage. */
export const usageOperations: readonly Operation[] = [
  operation({
    name: 'usage.get',
    summary: 'What was used and what it cost, split by names and time.',
    least: 'viewer',
    changes: false,
    query,
    answer: z.object({ from: z.string(), requests: z.number(), usd: z.string() }).loose(),
    run: ({ house, actor, query: asked }) => {
      const { every, zone, format } = asked
      const [from, to] = [Date.parse(asked.from) as Instant, Date.parse(asked.to) as Instant]
      if (to <= from) throw new AdminRefusal('invalid', 'an instant after `from` would be right', 'to')
      if (zone !== undefined && findZone(zone) === undefined) {
        const meant = didYouMean(zone, ['UTC', ...Intl.supportedValuesOf('timeZone')])
        throw new AdminRefusal('invalid', `there is no time zone "${zone}"${meant}`, 'zone')
      }
      const where = within(whereOf(asked.where), actor.duty)
      const by = byOf(asked.by)
      return report(house, { from, to, by, every, where, ...(zone !== undefined && { zone }) }, format)
    },
  }),
]
