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

const told = (compared: Comparison, policy: Policy): string => {
  const { decisions, changed, unserved, cost, shares, missing } = compared
  const table = new Table({
    head: ['candidate', 'came first', `under ${policy.name}`],
    style: { head: [], border: [] },
  })
  const rows = Object.entries(shares).sort(([, left], [, right]) => right.after - left.after)
  for (const [id, { before, after }] of rows) table.push([id, percent(before), percent(after)])
  const unknown = Object.entries(missing).map(([key, count]) => `${key} (in ${count})`)
  return [
    `${decisions} recorded decisions; the first choice of ${changed} would have been another (${percent(changed / decisions)})`,
    table.toString(),
    `expected cost   ${dollars(cost.before)} as decided, ${dollars(cost.after)} under ${policy.name}, over ${cost.priced} decisions with prices`,
    `nobody left     ${unserved.before} as decided, ${unserved.after} under ${policy.name}`,
    ...(unknown.length === 0
      ? []
      : [`not recorded    ${unknown.join(', ')}: there it decided as if nothing were known`]),
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
