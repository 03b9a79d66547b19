/** The page on the configuration file, made from its schema and its defaults. */
import * as z from 'zod'
import { builtInPolicy, defaultPatience } from '../../src/config/defaults.ts'
import { readConfig } from '../../src/config/load.ts'
import { fileSchema } from '../../src/config/schema.ts'
import { providerTypes } from '../../src/providers/registry.ts'
import { madeOf, table } from './markdown.ts'

/** The schema of a member, whether it may be left out or not. */
const bare = (schema: unknown): unknown => (schema instanceof z.ZodOptional ? bare(schema.unwrap()) : schema)

/** What a schema asks for, in its own words: what it tells of a value that is certainly wrong. */
const rightFor = (schema: unknown): string => {
  if (!(schema instanceof z.ZodType)) return ''
  const read = schema.safeParse(null)
  return read.success ? '' : (read.error.issues[0]?.message ?? '')
}

const aboutOf = (schema: unknown): string => (schema instanceof z.ZodType ? (schema.meta()?.description ?? '') : '')

/** A mapping with fixed members, and the path at which it stands. */
interface Place {
  readonly path: string
  readonly shape: z.ZodObject
  readonly about: string
}

/** The mappings below this schema: its own, its entries', its items'. */
const below = (path: string, schema: unknown): readonly Place[] => {
  const inner = bare(schema)
  if (inner instanceof z.ZodObject) return [{ path, shape: inner, about: aboutOf(inner) }, ...membersBelow(path, inner)]
  if (inner instanceof z.ZodRecord) return below(`${path}.<name>`, inner.valueType)
  return inner instanceof z.ZodArray ? below(`${path}[]`, inner.element) : []
}

const membersBelow = (path: string, shape: z.ZodObject): readonly Place[] =>
  Object.entries(shape.shape).flatMap(([name, member]) => below(path === '' ? name : `${path}.${name}`, member))

const memberRow = ([name, member]: readonly [string, unknown]): readonly string[] => [
  `\`${name}\``,
  rightFor(bare(member)),
  member instanceof z.ZodOptional ? 'no' : 'yes',
  aboutOf(member) || aboutOf(bare(member)),
]

const rowsOf = (shape: z.ZodObject): readonly (readonly string[])[] => Object.entries(shape.shape).map(memberRow)

const members = (rows: readonly (readonly string[])[]): string => table(['member', 'write', 'needed', 'meaning'], rows)

/** The mapping around this one that has most of its members, and which. */
const sharedWith = (
  { path, shape }: Place,
  all: readonly Place[],
): readonly [path: string, shared: readonly string[]] => {
  const own = rowsOf(shape).map(row => row.join('|'))
  const around = all
    .filter(one => path.startsWith(`${one.path}.`))
    .map(one => [one.path, rowsOf(one.shape).map(row => row.join('|'))] as const)
    .map(([name, rows]) => [name, own.filter(row => rows.includes(row))] as const)
  return around.reduce((most, one) => (one[1].length > most[1].length ? one : most), ['', []])
}

/** Members that mean the same as in a mapping around this one are told there alone. */
const section = (place: Place, _index: number, all: readonly Place[]): string => {
  const [around, shared] = sharedWith(place, all)
  const rows = rowsOf(place.shape)
  const others = rows.filter(row => shared.includes(row.join('|')))
  const own = rows.filter(row => !others.includes(row))
  const parts = [
    `### \`${place.path}\``,
    place.about,
    ...(own.length > 0 ? [members(own)] : []),
    ...(others.length > 0 ? [`As in \`${around}\`: ${others.map(([name]) => name).join(', ')}.`] : []),
  ]
  return parts.join('\n\n')
}

const counted: readonly string[] = ['maxAttempts', 'retriesPerCandidate']

/** A time as a file would have it. */
const asWritten = (length: number): string => (length < 1000 ? `${length}ms` : `${length / 1000}s`)

const patienceRows = (): readonly (readonly string[])[] =>
  Object.entries(defaultPatience).map(([name, value]) => [
    `\`${name}\``,
    counted.includes(name) ? String(value) : asWritten(Number(value)),
  ])

const builtInSteps = (): string => builtInPolicy.steps.map(step => ('use' in step ? step.use : '')).join(', ')

/** Everything that may be written and does nothing yet. */
const ahead = `
providers: { local: { type: ollama } }
deployments: { one: { provider: local, model: llama3.1 }, other: { provider: local, model: qwen3 } }
pools: { all: { candidates: [one, other] } }
tenancy: { organisations: { acme: {} } }
keys: { ci: { value: '\${KEY}', budget: { usd: 1, per: day }, limits: { rpm: 1 } } }
store: { shared: 'redis://127.0.0.1' }
telemetry: { content: on }
`

const aheadRows = (): readonly (readonly string[])[] => {
  const env = { KEY: 'sk-sb-0123456789abcdef' }
  const { findings } = readConfig(ahead, { file: '', env, providerTypes: Object.keys(providerTypes) })
  return findings
    .filter(({ message }) => message.includes('not in force yet'))
    .map(({ path, message }) => [`\`${path.replace(/(?<=keys\.)[^.]+/, '<name>')}\``, message])
}

const nowhere = z.object({})
const policyShape = below('policies', fileSchema.shape.policies).find(({ path }) => path === 'policies.<name>')?.shape

/** The members of a policy but its steps, as rows: name, what to write, whether it is needed, meaning. */
export const policyRows = (): readonly (readonly string[])[] =>
  rowsOf(policyShape ?? nowhere).filter(([name]) => name !== '`steps`' && name !== '`description`')

/** The page. */
export const configPage = (): string =>
  [
    '# Configuration',
    madeOf('src/config/schema.ts and src/config/defaults.ts'),
    'One YAML file, of which `signalbox.schema.json` lets editors complete and explain every member (`# yaml-language-server: $schema=./signalbox.schema.json` as its first line). What stands under `<name>` is named by you. Unknown members, names that lead nowhere, contradictions and rules without effect are told with line and column, and an error among them means that the file is not used.',
    'Any value may hold `${NAME}` or `${NAME:-default}`, filled in from the environment; put it in quotes, since formatters of YAML take its braces for a mapping. Secrets (`key` of a provider, `value` of a key) are written as `${NAME}` or `file:PATH` alone and are never shown. Sizes in tokens may be written `128k` or `1M`, times `200ms`, `8s` or `2m`, shares `5%` or `0.05`.',
    members(rowsOf(fileSchema)),
    ...membersBelow('', fileSchema).map(section),
    '## Not in force yet',
    'These are read and checked, so that a file may be written ahead, and `signalbox check` warns of each:',
    table(['where', 'what the check says'], aheadRows()),
    '## Provider types',
    `\`type\` of a provider is one of: ${Object.keys(providerTypes)
      .map(name => `\`${name}\``)
      .join(', ')}.`,
    '## Steps of a policy',
    'What may stand under `steps` and `execution` of a policy is on a page of its own: [strategies.md](strategies.md), with [structures](strategies.md#structures) and [executions](strategies.md#execution).',
    '## Where nothing is said',
    `Where neither the pool nor the caller names a policy and there is no \`defaultPolicy\`, the policy \`${builtInPolicy.name}\` is built in: ${builtInSteps()}. What a policy's \`patience\` leaves out is:`,
    table(['patience', 'if left out'], patienceRows()),
  ].join('\n\n')
