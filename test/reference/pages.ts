/** The reference pages, made from the sources that they describe. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { consequences, meanings } from '../../src/domain/failure.ts'
import type { FailureKind } from '../../src/domain/failure.ts'
import { fieldNames, fieldOf, operators } from '../../src/routing/conditions.ts'
import type { StepOptions } from '../../src/domain/policy.ts'
import type { OptionDoc, StrategyMaker } from '../../src/routing/options.ts'
import { strategies } from '../../src/routing/registry.ts'
import { synonyms } from '../../src/routing/synonyms.ts'
import { root } from '../house/sources.ts'
import { configPage } from './config-page.ts'
import { eventsPage } from './events-page.ts'
import { madeOf, onOneLine, table } from './markdown.ts'
import { providersPage } from './providers-page.ts'
import { structureSections } from './structures.ts'

/** One line of YAML as a policy would have it. */
const inYaml = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${name}: ${inYaml(member)}`)
    .join(', ')} }`
}

const optionRow = ({ name, type, required, default: usual, sentence }: OptionDoc): readonly string[] => [
  `\`${name}\``,
  type,
  required ? 'must be given' : (usual ?? 'nothing'),
  sentence,
]

/** One of these fits nearly every option that changes what is read. */
const samples: readonly unknown[] = ['30%', '1m', true, 'expected', 'session']

/** What a step reads as its example has it, and what it may read beyond that with each of its options. */
const readsOf = ({ make, example, options }: StrategyMaker): readonly [usual: Set<string>, further: Set<string>] => {
  const readBy = (given: StepOptions): readonly string[] => {
    const made = make(given)
    return made.ok ? made.value.reads : []
  }
  const usual = new Set(readBy(example))
  const further = options.flatMap(({ name }) => samples.flatMap(one => readBy({ ...example, [name]: one })))
  return [usual, new Set(further.filter(key => !usual.has(key)))]
}
const reads = (maker: StrategyMaker): readonly string[] => readsOf(maker).flatMap(keys => [...keys])

const coded = (names: Iterable<string>): string => [...names].map(name => `\`${name}\``).join(', ')
const readsSentence = (maker: StrategyMaker): readonly string[] => {
  const [usual, further] = readsOf(maker)
  const also = further.size === 0 ? '' : ` With some options also ${coded(further)}.`
  return usual.size + further.size === 0 ? [] : [`Reads ${usual.size === 0 ? 'nothing' : coded(usual)}.${also}`]
}

const strategySection = (maker: StrategyMaker): string => {
  const { name, sentence, options, example } = maker
  const written = Object.keys(example).length === 0 ? `{ use: ${name} }` : `{ use: ${name}, with: ${inYaml(example)} }`
  return [
    `### \`${name}\``,
    sentence,
    ...readsSentence(maker),
    ...(options.length === 0 ? [] : [table(['option', 'written as', 'if absent', 'meaning'], options.map(optionRow))]),
    `\`\`\`yaml\n- ${written}\n\`\`\``,
  ].join('\n\n')
}

const sectionsOf = (kind: StrategyMaker['kind']): readonly string[] =>
  strategies.filter(one => one.kind === kind).map(strategySection)

const fieldRows = (): readonly (readonly string[])[] =>
  fieldNames.map(name => {
    const field = fieldOf(name.replace('*', '<name>'))
    return [`\`${name.replace('*', '<name>')}\``, field?.holds ?? '', field?.sentence ?? '']
  })

const synonymRows = (): readonly (readonly string[])[] =>
  synonyms.map(({ name, of, here, meaning, sentence }) => [`\`${name}\``, of, `\`${here}\``, meaning, sentence])

const strategiesPage = (): string =>
  [
    '# Steps of a policy',
    madeOf('src/routing/registry.ts, src/config/step-schema.ts, src/routing/fields.ts and src/routing/synonyms.ts'),
    'A policy is a list of steps. A **constraint** leaves candidates out, with a reason; nothing brings them back, and all constraints run before any order, wherever they stand. An **order** re-orders only candidates that every step before it left tied; `within` says how near counts as tied. What is tied at the end goes by name. `signalbox check` finds steps that contradict each other or can never take effect.',
    '## Constraints',
    ...sectionsOf('constraint'),
    '## Orders',
    ...sectionsOf('order'),
    ...structureSections(),
    '## Conditions',
    'A step `{ when, then, otherwise }` takes one of two lists of steps. `when` names fields with a value, a list of values, or operators; siblings must all hold; `all`, `any` and `not` join conditions. The `$` forms (`$eq`, `$and`, `$or`) are read as well, and `metadata.<name>` as `tags.<name>`. Behind a field of the time, `@` and a zone of the IANA database or an offset may stand: `time.hour@Europe/Berlin`, `time.date@+09:00`.',
    table(['field', 'holds', 'meaning'], fieldRows()),
    'A field that is a flag always has a value. Where a field has known values (operations, tiers, flags), any other is an error, as is a misspelt field or operator, each with the nearest name.',
    `Operators: ${operators.map(name => `\`${name}\``).join(', ')}. A field without a value passes only \`ne\`, \`nin\` and \`exists: false\`. A pattern of \`regex\` is in RE2's syntax and is found anywhere unless it is anchored; it takes time in proportion to the text, whatever it is.`,
    '```yaml\n- when: { tags.tier: gold, request.inputTokens: { lt: 8000 } }\n  then: [good]\n  otherwise: [{ use: cheap, with: { within: 5% } }, round-robin]\n```',
    '## Words of other gateways',
    'A word of another gateway may stand wherever a step may. It is `same` where it does what it does there, and `near` where it is meant for the same but reckons otherwise. [More on coming from another gateway](../peers.md).',
    table(['word', 'of', 'here', 'meaning', 'what it does'], synonymRows()),
  ].join('\n\n')

const isKind = (name: string): name is FailureKind => Object.hasOwn(consequences, name)
const owners = { caller: "the caller's", route: "the route's", upstream: "the upstream's", ours: 'ours' } as const
const advances = {
  never: 'stop',
  next: 'next candidate',
  'larger-context': 'next with a larger window',
  'if-policy-allows': 'next, if the policy allows',
} as const

const failureRow = (kind: FailureKind): readonly string[] => {
  const { whose, retry, advance, blames, status } = consequences[kind]
  const again = retry === 'backoff' ? 'after backoff or `retry-after`' : 'no'
  return [`\`${kind}\``, meanings[kind], owners[whose], again, advances[advance], blames, String(status)]
}

const failuresPage = (): string =>
  [
    '# Failures',
    madeOf('src/domain/failure.ts'),
    'What can go wrong, whose it is, and what follows from it. The kind is the `code` of an error body (`target-unknown` is told as `model_not_found`). Only what blames a deployment opens its circuit; what blames a credential rests that key.',
    table(
      ['kind', 'meaning', 'whose', 'same candidate again', 'then', 'blames', 'status'],
      Object.keys(consequences).filter(isKind).map(failureRow),
    ),
  ].join('\n\n')

interface SignalDoc {
  readonly key: string
  readonly type: string
  readonly sentence: string
}

/** The members of SignalTypes, as the source has them. */
export const signalDocs = (source: string): readonly SignalDoc[] => {
  const body = /export interface SignalTypes \{\n([\s\S]*?)\n\}/.exec(source)?.[1] ?? ''
  return [...body.matchAll(/(?: {2}\/\*\* (.*?) \*\/\n)? {2}'([\w.]+)': ([\s\S]*?)(?=\n {2}(?:\/\*\*|')|$)/g)].map(
    ([, sentence = '', key = '', type = '']) => ({ key, sentence, type: onOneLine(type) }),
  )
}

const readersOf = (key: string): string => {
  const steps = strategies.filter(maker => reads(maker).some(one => one === key)).map(({ name }) => `\`${name}\``)
  const fields = fieldNames.filter(name => fieldOf(name)?.signal === key).map(name => `conditions on \`${name}\``)
  return [...steps, ...fields].join(', ')
}

const signalsPage = (): string => {
  const docs = signalDocs(readFileSync(join(root, 'src/domain/signal.ts'), 'utf8'))
  return [
    '# Signals',
    madeOf('src/domain/signal.ts and src/routing/registry.ts'),
    'What is measured before a decision and enters it by value, so that a recorded decision can be made again. Only the signals that a policy reads are gathered. Keys that begin with `candidate.` have a value for each candidate; the others one for the request or its pool. A signal that is missing is no error: each step says what it does without.',
    table(
      ['signal', 'value', 'meaning', 'read by'],
      docs.map(({ key, type, sentence }) => [`\`${key}\``, `\`${type}\``, sentence, readersOf(key)]),
    ),
  ].join('\n\n')
}

/** Each page by its path in the repository. */
export const referencePages = (): Readonly<Record<string, string>> => ({
  'docs/reference/strategies.md': `${strategiesPage()}\n`,
  'docs/reference/failures.md': `${failuresPage()}\n`,
  'docs/reference/signals.md': `${signalsPage()}\n`,
  'docs/reference/config.md': `${configPage()}\n`,
  'docs/reference/events.md': `${eventsPage()}\n`,
  'docs/reference/providers.md': `${providersPage()}\n`,
})
