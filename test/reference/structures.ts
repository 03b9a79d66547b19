/** The section on what a policy is made of beside plain steps, made from the schema that editors read. */
import { contentTriggers } from '../../src/domain/policy.ts'
import { carrySchema, executionSchema, splitSchema, whenSchema } from '../../src/config/step-schema.ts'
import { policyRows } from './config-page.ts'
import { table } from './markdown.ts'

interface Node {
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Node | boolean
  readonly anyOf?: readonly Node[]
}

/** What one writes for members whose form the schema leaves to the reader. */
const written: Readonly<Record<string, string>> = {
  when: 'a condition',
  then: 'a step or a list of steps',
  otherwise: 'a step or a list of steps',
  steps: 'a step or a list of steps',
  split: '{ by, arms }',
  by: 'request, session, user or tags.NAME',
  arms: 'arms by name, such as { canary: { share: 5%, steps: [...] }, rest: { steps: [...] } }',
  share: 'a share such as 5% or 0.05',
  spend: 'a share such as 5% or 0.05',
  confidence: 'a share such as 80% or 0.8',
  maxSpend: 'US dollars such as 5 or $5',
  after: 'p95, or a time such as 300ms',
  cap: 'such as { share: 20%, spend: 10% }',
  check: 'such as { schema: true, confidence: 0.8 }',
  judge: 'the name of a pool',
  execution: 'a mode, or { mode, … }',
}

const listed = (words: readonly string[]): string => [words.slice(0, -1).join(', '), words.at(-1)].join(' or ')

const writtenAs = (name: string, node: Node): string => {
  if (node.enum !== undefined) return listed(node.enum)
  if (node.type === 'boolean') return 'true or false'
  if (node.type === 'integer') return `a whole number from ${node.minimum} to ${node.maximum}`
  return written[name] ?? ''
}

const members = (node: Node): string =>
  table(
    ['member', 'written as', 'needed', 'meaning'],
    Object.entries(node.properties ?? {}).map(([name, member]) => [
      `\`${name}\``,
      writtenAs(name, member),
      node.required?.includes(name) === true ? 'yes' : 'no',
      member.description ?? '',
    ]),
  )

const inside = (node: Node, name: string): Node => node.properties?.[name] ?? {}
/** The members of each entry of a mapping with names of one's own. */
const entryOf = (node: Node): Node => (typeof node.additionalProperties === 'object' ? node.additionalProperties : {})

const yaml = (...lines: readonly string[]): string => ['```yaml', ...lines, '```'].join('\n')

const split: Node = inside(splitSchema, 'split')
const whole: Node = (executionSchema as Node).anyOf?.find(one => one.properties !== undefined) ?? {}

/** The section, from its heading on. */
export const structureSections = (): readonly string[] => [
  '## Structures',
  'A step may also be one of these. Each list of steps in them may hold them again, up to 32 deep.',
  '### `when`',
  `${whenSchema['description']} [Conditions](#conditions) are below. A constraint in a branch leaves candidates out for requests that take the branch, and for no others.`,
  members(whenSchema),
  '### `split`',
  `${splitSchema['description']} One arm is drawn by the seed; when shares change, only those move who go to an arm that grew. Behind the split, the steps after it run for all arms.`,
  members(split),
  'An arm:',
  members(entryOf(inside(split, 'arms'))),
  'An arm that leaves one candidate alone (`only`, `lock`) has nobody behind it if that one fails; put it first by weights instead. A shadow may leave out whom it likes.',
  yaml(
    '- split:',
    '    by: session',
    '    arms:',
    '      canary: { share: 5%, steps: [{ use: weighted, with: { weights: { mini: 1 } } }, fast] }',
    '      rest: { steps: [fast] }',
  ),
  '### `use` of a policy',
  'The name of another policy stands for its steps, in this place: `use: base`, or `base` alone. Of that policy nothing but the steps counts. A step goes before a policy of its name. Circles are an error.',
  '### `blend`',
  'Two members beside `use` make one order of several: `blend`, a name, and `weight`, a number over 0 (1 if left out). [How scores are summed](../adaptive.md#beside-it).',
  yaml('- { use: cheap, blend: value, weight: 0.4 }', '- { use: good, blend: value, weight: 0.6 }'),
  '### `execution`',
  `${carrySchema['description']} ${inside(carrySchema, 'execution').description ?? ''} The same members stand under \`execution\` of a policy. \`fallback\` has none beside \`mode\`; \`hedge\` has \`after\` and \`cap\`, \`race\` has \`width\` and \`cap\`, \`cascade\` has \`check\`. A mode may stand alone: \`execution: race\`.`,
  members(whole),
  'A cap; what is left out is not bounded:',
  members(inside(whole, 'cap')),
  'A check; all that is named must pass. Left out, it is `{ schema: true, toolCalls: true, finished: true }`:',
  members(inside(whole, 'check')),
  yaml(
    '- when: { tags.path: voice }',
    '  then: [{ execution: { mode: race, width: 2, cap: { share: 20%, spend: 10% } } }]',
  ),
  '## Beside the steps',
  'What a policy says beside its `steps`. [How to think about it](../policies.md#carrying-it-out), and [what is meant where nothing is said](config.md#where-nothing-is-said).',
  table(['member', 'written as', 'if absent', 'meaning'], policyRows().map(rowOfPolicy)),
]

/** What a policy's members mean if they are left out. */
const absent: Readonly<Record<string, string>> = {
  execution: '{ mode: fallback }',
  patience: 'the usual patience',
  seed: 'request',
  fallbackOn: '[]',
  midStream: 'error',
  window: 'a minute',
  fallbackOnRefusal: 'false',
}

const rowOfPolicy = ([name = '', write = '', , meaning = '']: readonly string[]): readonly string[] => [
  name,
  write.replace(/^a list of refusal.*/, `a list of ${contentTriggers.join(', ')}`),
  absent[name.replaceAll('`', '')] ?? 'nothing',
  meaning,
]
