/** The reference page of providers that speak OpenAI's dialect. */
import { lookAlikeTable, doorsOf } from '../../src/providers/openai-compatible.ts'
import type { LookAlike, UsagePlace } from '../../src/providers/look-alike.ts'
import type { ReasoningForm } from '../../src/providers/mend-reasoning.ts'
import type { Quirks } from '../../src/providers/quirks.ts'
import { limitFamilies } from '../../src/providers/rates.ts'
import { madeOf, table } from './markdown.ts'

const code = (words: readonly string[]): string => words.map(word => `\`${word}\``).join(', ')

const reasoningWords = (how: ReasoningForm): string => {
  switch (how.form) {
    case 'effort':
      return `\`reasoning_effort\` is one of ${code(how.takes.map(one => how.says?.[one] ?? one))}`
    case 'thinking':
      return `a wish to think is told as \`thinking\`${how.takes === undefined ? '' : `, or as one of the efforts ${code(how.takes)}`}`
    case 'switch':
      return `a wish to think is told as \`enable_thinking\`${how.budget ? ' and `thinking_budget`' : ''}`
    case 'template':
      return 'a wish to think is told as `chat_template_kwargs.enable_thinking`'
    case 'untold':
      return 'a wish to think cannot be told'
  }
}

/** Quirks that are either there or not, in words. */
const plain: readonly (readonly [keyof Quirks, string])[] = [
  ['noDeveloper', '`developer` becomes `system`'],
  ['noNames', 'names beside messages are left out'],
  ['noStreamOptions', '`stream_options` is left out'],
  ['nineLetterIds', 'ids of calls become nine letters and digits'],
  ['textContent', 'lists of texts are joined'],
  ['takesTurns', 'texts of one role in a row are joined'],
  ['noStrictTools', 'tools are not strict'],
  ['countedLogprobs', '`logprobs` is a number'],
]
const formats: Readonly<Record<NonNullable<Quirks['schemas']>, string>> = {
  'json-only': 'a schema becomes plain JSON',
  'schema-only': 'JSON needs a schema',
  none: '`response_format` is left out',
}

const sentences = (quirks: Quirks): readonly string[] => [
  ...(quirks.drop === undefined ? [] : [`left out: ${code(quirks.drop)}`]),
  ...Object.entries(quirks.rename ?? {}).map(([from, to]) => `\`${from}\` is called \`${to}\``),
  ...Object.entries(quirks.clamp ?? {}).map(([name, [least, most]]) =>
    least === most ? `\`${name}\` is ${least}` : `\`${name}\` is from ${least} to ${most}`,
  ),
  ...Object.entries(quirks.words ?? {}).map(([name, words]) => `\`${name}\` is one of ${code(words)}`),
  ...(quirks.oneOf ?? []).map(members => `only one of ${code(members)}`),
  ...(quirks.mostStops === undefined ? [] : [`\`stop\` has ${quirks.mostStops} at most`]),
  ...(quirks.choices === undefined ? [] : [`\`tool_choice\` is one of ${code(quirks.choices)}`]),
  ...(quirks.schemas === undefined ? [] : [formats[quirks.schemas]]),
  ...(quirks.reasoning === undefined ? [] : [reasoningWords(quirks.reasoning)]),
  ...plain.filter(([name]) => quirks[name] === true).map(([, words]) => words),
  ...(quirks.models ?? []).map(
    ({ names, quirks: some }) => `models \`${names.source}\`: ${sentences(some).join('; ')}`,
  ),
]

const usagePlaces: Readonly<Record<UsagePlace, string>> = {
  asked: 'a chunk of its own, asked for',
  last: 'the last chunk with choices',
  every: 'every chunk',
  x_groq: '`x_groq` of the last chunk, or asked for',
}

const limitsOf = ({ limits }: LookAlike): string => {
  if (limits === undefined) return 'not told'
  const { requests, tokens } = limitFamilies[limits]
  return code([...requests, ...tokens].map(([limit]) => limit))
}

const addressOf = ({ url, example }: LookAlike): string =>
  url === undefined ? `its own, e.g. \`${example ?? ''}\`` : `\`${url}\``

const offers = (one: LookAlike): string =>
  [...(one.isMute === true ? [] : ['chat']), ...Object.keys(doorsOf(one, true))]
    .map(door => `\`${door}\`${one.partly?.some(name => name === door) ? ' (some models)' : ''}`)
    .join(', ')

const doorSentences = ({ doorQuirks = {} }: LookAlike): readonly string[] =>
  Object.entries(doorQuirks).map(([door, quirks]) => `at \`${door}\`: ${sentences(quirks).join('; ')}`)

const row = ([type, one]: readonly [string, LookAlike]): readonly string[] => [
  `[\`${type}\`](${one.docs})`,
  addressOf(one),
  offers(one),
  [...sentences(one.quirks ?? {}), ...doorSentences(one)].join('; ') || 'nothing is changed',
  usagePlaces[one.usage],
  limitsOf(one),
]

const head = ['type', 'address', 'offers', 'what is sent otherwise', 'usage of a stream', 'limits']
const section = (isSelfHosted: boolean): string =>
  table(
    head,
    Object.entries(lookAlikeTable)
      .filter(([, one]) => (one.isSelfHosted ?? false) === isSelfHosted)
      .map(row),
  )

/** The page, made from the table. */
export const providersPage = (): string =>
  [
    "# Providers that speak OpenAI's dialect",
    madeOf('src/providers/openai-compatible.ts'),
    "Each is a `type` of a provider in the configuration. The key goes into `authorization: Bearer …`. An address with `{account}` takes the provider's `account`, or is given whole as `url`. What a provider does not take is left out or said in its own words, and told to the client in `x-signalbox-losses`; a request that asks for nothing of the kind is sent as it came. Where a client speaks another dialect that a hosted provider offers for all its models, it is asked in that dialect. Limits are read in every spelling of every provider, since what stands behind an address may speak as another.",
    '## Hosted',
    section(false),
    '## On your own machines',
    'They need no key, and their models are found by asking for them.',
    section(true),
  ].join('\n\n')
