/** The pages of benchmarks/drills/: one for each drill, and one that leads to them. */
import type { Drill } from './drill.ts'
import type { Outcome } from './outcome.ts'
import { tableOf } from './table.ts'

const times = (places: Drill['places']): string =>
  places
    .map(({ id, firstToken, price, capacity, rpm }) => {
      const told = [
        ...(firstToken === undefined ? [] : [`first token x ${firstToken}`]),
        ...(price === undefined ? [] : [`price x ${price}`]),
        ...(capacity === undefined ? [] : [`${capacity} at once`]),
        ...(rpm === undefined ? [] : [`${rpm} a minute`]),
      ]
      return told.length === 0 ? `\`${id}\`` : `\`${id}\` (${told.join(', ')})`
    })
    .join(', ')

const policiesOf = ({ contenders }: Drill): readonly string[] =>
  contenders.flatMap(one =>
    'policy' in one ? [`${one.name}:`, '', '```yaml', ...one.policy.split('\n'), '```', ''] : [],
  )

/** A drill's own page. */
export const pageOf = (drill: Drill, table: string, seeds: string): string =>
  [
    `# ${drill.title}`,
    '',
    drill.about,
    '',
    table,
    '',
    `Means of ${seeds}; after ± half of the distance between the highest and the lowest.`,
    ...(drill.pictures === undefined
      ? []
      : [
          '',
          `![The share of each provider in the calls of every five seconds](${drill.name}.svg)`,
          '',
          'Shares of calls over ten minutes, of the first seed; the broken lines are when the illness began and ended.',
        ]),
    '',
    '## The world',
    '',
    `Deployments: ${times(drill.places)}. Requests a second: ${drill.tenants
      .map(({ name, rate, from, to }) => {
        const when = from === undefined && to === undefined ? '' : ` (${from ?? 0} s to ${to ?? drill.lasts} s)`
        return `${name} ${rate}${when}`
      })
      .join(', ')}.`,
    '',
    '## The policies',
    '',
    ...policiesOf(drill),
    `How the world works and what the columns mean: [docs/drills.md](../../docs/drills.md). Again: \`node benchmarks/drill.mjs --drill ${drill.name}\`.`,
    '',
  ].join('\n')

/** The page that leads to all, with every table. */
export const overviewOf = (outcomes: readonly Outcome[], seeds: string): string =>
  [
    '# Drills',
    '',
    `Ten minutes of traffic each (five where everything is out) in a simulated world of real answers, real prices and plausible speeds. In bold the whole gateway under a policy; the others are their published algorithms in one and the same loop. Means of ${seeds}; after ± half of the distance between the highest and the lowest. How it works and what the columns mean: [docs/drills.md](../../docs/drills.md).`,
    '',
    ...outcomes.flatMap(({ drill, results }) => [
      `## ${drill.title}`,
      '',
      `${drill.about} [World, policies, pictures](${drill.name}.md)`,
      '',
      tableOf(drill.columns, results),
      '',
    ]),
  ].join('\n')
