/** What another policy would have decided with recorded facts. */
import Table from 'cli-table3'
import { findingText } from '../../config/finding.ts'
import { readPolicies } from '../../config/read-policies.ts'
import { compareDecisions } from '../../gateway.ts'
import type { Comparison } from '../../gateway.ts'
import { didYouMean } from '../../domain/nearest.ts'
import type { Policy } from '../../domain/policy.ts'
import { decisionsIn } from '../../standalone.ts'
import { readText } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface ReplayOptions {
  readonly log: string
  readonly policy: string
  readonly name?: string
  readonly pool?: string
  readonly json?: boolean
}

const policyOf = async ({ policy, name }: ReplayOptions, terminal: Terminal): Promise<Policy> => {
  const read = readPolicies(await readText(policy, 'policy'), policy)
  if (!read.ok) {
    for (const finding of read.findings) terminal.err(findingText(finding))
    throw new CommandError(`${policy} holds no sound policy`, exits.finding)
  }
  const names = read.policies.map(one => one.name).join(', ')
  const chosen = name === undefined ? read.policies : read.policies.filter(one => one.name === name)
  const [only, second] = chosen
  if (only === undefined) {
    const meant = didYouMean(
      name ?? '',
      read.policies.map(one => one.name),
    )
    throw new CommandError(`${policy} has no policy "${name}"${meant} (there are ${names})`)
  }
  if (second !== undefined) throw new CommandError(`${policy} has several policies (${names}); choose one with --name`)
  return only
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const dollars = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(4)}`

const counted = (count: number, of: number): string => `${count} (${percent(of === 0 ? 0 : count / of)})`

const plain = { style: { head: [], border: [] } }

/** Who came first, as decided and under the other policy. */
const sharesTable = ({ shares }: Comparison, { name }: Policy): string => {
  const table = new Table({ head: ['candidate', 'came first', `under ${name}`], ...plain })
  const rows = Object.entries(shares).sort(([, left], [, right]) => right.after - left.after)
  for (const [id, { before, after }] of rows) table.push([id, percent(before), percent(after)])
  return table.toString()
}

const mostChanges = 12

/** Whom another would have replaced, and by which step. */
const changesTable = ({ changes, decisions }: Comparison): readonly string[] => {
  if (changes.length === 0) return []
  const table = new Table({ head: ['instead of', 'would come first', 'by', 'decisions'], ...plain })
  for (const { from = 'nobody', to = 'nobody', by, decisions: count } of changes.slice(0, mostChanges))
    table.push([from, to, by, counted(count, decisions)])
  const more = changes.length - mostChanges
  return [table.toString(), ...(more > 0 ? [`and ${more} rarer changes, which --json tells`] : [])]
}

const latencyLine = ({ latency: { before, after, measured } }: Comparison, { name }: Policy): string => {
  if (measured === 0) return 'expected latency recorded of both first choices in no decision'
  const over = `on average over ${measured} decisions in which it was recorded of both`
  return `expected latency ${Math.round(before)} ms as decided, ${Math.round(after)} ms under ${name}, 19 times of 20, ${over}`
}

/** What was not recorded, and so cannot be judged surely. */
const gapLines = ({ decisions, missing, unseeded, absent, unjudged }: Comparison): readonly string[] => {
  const unknown = Object.entries(missing).map(([key, count]) => `${key} (in ${count})`)
  const why = [
    ...(unknown.length === 0
      ? []
      : [`not recorded     ${unknown.join(', ')}: there it decided as if nothing were known`]),
    ...(unseeded === 0
      ? []
      : [`not recorded     whose session or user it was (in ${unseeded}): there each request was drawn by itself`]),
    ...(absent === 0 ? [] : [`not recorded     somebody whom the policy names as its fallback (in ${absent})`]),
  ]
  return [`not judged       ${counted(unjudged, decisions)} of the decisions`, ...why]
}

const told = (compared: Comparison, policy: Policy): string => {
  const { decisions, changed, unserved, cost } = compared
  return [
    `${decisions} recorded decisions; the first choice of ${changed} would have been another (${percent(changed / decisions)})`,
    sharesTable(compared, policy),
    ...changesTable(compared),
    `expected cost    ${dollars(cost.before)} as decided, ${dollars(cost.after)} under ${policy.name}, over ${cost.priced} decisions with prices`,
    latencyLine(compared, policy),
    `nobody left      ${unserved.before} as decided, ${unserved.after} under ${policy.name}`,
    ...gapLines(compared),
    'These are the facts that were recorded, decided again; what the other answers would have been worth is not known.',
  ].join('\n')
}

/** Why a log has nothing to compare, with the pools that it has decisions of. */
const nothing = async ({ log, pool }: ReplayOptions): Promise<string> => {
  if (pool === undefined) return `${log} holds no decisions`
  const all = await decisionsIn(log)
  const pools = [...new Set(all.ok ? all.value.flatMap(({ facts }) => facts.pool ?? []) : [])].toSorted()
  const there = pools.length === 0 ? '' : ` (there are decisions of ${pools.join(', ')})`
  return `${log} holds no decisions of the pool "${pool}"${didYouMean(pool, pools)}${there}`
}

/** Compares; calls nobody. */
export const replay = async (options: ReplayOptions, terminal: Terminal): Promise<number> => {
  const policy = await policyOf(options, terminal)
  const traces = await decisionsIn(options.log, options.pool)
  if (!traces.ok) throw new CommandError(traces.why, exits.finding)
  if (traces.value.length === 0) throw new CommandError(await nothing(options), exits.finding)
  const compared = compareDecisions(traces.value, policy)
  if (!compared.ok) throw new CommandError(compared.why, exits.finding)
  terminal.out(options.json === true ? JSON.stringify(compared.value, undefined, 2) : told(compared.value, policy))
  return exits.good
}
