/** What a condition can ask of a request and of what is known around it. */
import type { Facts } from '../domain/decision.ts'
import { abilities } from '../domain/deployment.ts'
import type { Ability } from '../domain/deployment.ts'
import { tierOf, tiers } from '../domain/difficulty.ts'
import { operations } from '../domain/operation.ts'
import type { Scalar } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import { unit } from '../domain/units.ts'
import { isKnown, signalOf } from './measures.ts'

/** What a field can hold: one value, several at once (`request.needs`), or nothing. */
export type FieldValue = Scalar | readonly string[] | undefined

/** One field that a condition can ask for. */
export interface Field {
  /** A `flag` always has a value; any other may have none. */
  readonly holds: 'text' | 'number' | 'flag' | 'any' | 'list'
  readonly sentence: string
  /** Where a number can only lie between these. */
  readonly range?: readonly [least: number, most: number]
  /** All that it can ever hold, where that is known. */
  readonly values?: readonly Scalar[]
  /** How all that it can hold is written, where that is known, with an example. */
  readonly form?: { readonly pattern: RegExp; readonly says: string }
  readonly signal?: SignalKey
  read(facts: Facts): FieldValue
  /** From what people write to what is held; what means nothing comes back as it is. */
  written?(value: unknown): unknown
}

/** A member of its own of a record that callers fill. */
export const member = (from: Readonly<Record<string, Scalar>>, name: string): FieldValue =>
  Object.hasOwn(from, name) ? from[name] : undefined

const countless = [0, Number.MAX_SAFE_INTEGER] as const
const wholeUnit = [0, 1] as const

const flag = (sentence: string, read: (facts: Facts) => boolean): Field => ({
  holds: 'flag',
  sentence,
  values: [true, false],
  read,
})
const needs =
  (...any: readonly Ability[]) =>
  ({ request }: Facts): boolean =>
    any.some(one => request.needs.includes(one))

/** Dollars, also with their sign in front. */
const dollarsWritten = (written: unknown): unknown => {
  const [, amount] = (typeof written === 'string' && /^\$ ?(\d+(?:\.\d+)?)$/.exec(written)) || []
  return amount === undefined ? written : Number(amount)
}

const keyField: Field = { holds: 'text', sentence: 'The virtual key.', read: facts => facts.request.caller.key }
const teamField: Field = { holds: 'text', sentence: "The key's team.", read: facts => facts.request.caller.team }
const userField: Field = { holds: 'text', sentence: 'The user.', read: facts => facts.request.caller.user }

const difficulty = (facts: Facts): number | undefined => {
  const found = signalOf(facts, 'request.difficulty')
  return isKnown(found) ? found : undefined
}
const budgetLeft = (facts: Facts): FieldValue => {
  const left = signalOf(facts, 'budget.left')
  return isKnown(left) ? left / 1_000_000 : undefined
}
const tierHere = (facts: Facts): FieldValue => {
  const found = difficulty(facts)
  return found === undefined ? undefined : tierOf(unit(found))
}

/** Fields with a name of their own, but for those of the time. */
export const plainFields: Readonly<Record<string, Field>> = {
  'request.operation': {
    holds: 'text',
    sentence: `What is asked for: ${operations.slice(0, -1).join(', ')} or ${operations.at(-1)}.`,
    values: operations,
    read: facts => facts.request.operation,
  },
  'request.path': {
    holds: 'text',
    sentence: 'The path that was called, without the query: /v1/chat/completions.',
    form: { pattern: /^\//, says: 'paths begin with a slash, such as /v1/chat/completions' },
    read: facts => facts.request.path,
  },
  'request.dialect': {
    holds: 'text',
    sentence: 'The format that the request came in: openai-chat, anthropic-messages.',
    read: facts => facts.request.dialect,
  },
  'request.inputTokens': {
    holds: 'number',
    sentence: 'Tokens of input, estimated.',
    range: countless,
    read: facts => facts.request.inputTokens,
  },
  'request.outputTokens': {
    holds: 'number',
    sentence: 'Tokens of output that are expected.',
    range: countless,
    read: facts => facts.request.outputTokens,
  },
  'request.messages': {
    holds: 'number',
    sentence: 'How many messages a conversation has.',
    range: countless,
    read: facts => member(facts.request.params, 'messages'),
  },
  'request.task': {
    holds: 'text',
    sentence: 'The kind of work: chat, code, summarisation.',
    signal: 'request.task',
    read: facts => signalOf(facts, 'request.task'),
  },
  'request.confidence': {
    holds: 'number',
    sentence: 'How sure it is that the task was predicted rightly, from 0 to 1; nothing where caller or pool named it.',
    range: wholeUnit,
    signal: 'request.confidence',
    read: facts => signalOf(facts, 'request.confidence'),
  },
  'request.difficulty': {
    holds: 'number',
    sentence: 'How hard it is, from 0 to 1.',
    range: wholeUnit,
    signal: 'request.difficulty',
    read: difficulty,
  },
  'request.tier': {
    holds: 'text',
    sentence: `How hard it is, by name: ${tiers.slice(0, -1).join(', ')} or ${tiers.at(-1)}.`,
    values: tiers,
    signal: 'request.difficulty',
    read: tierHere,
  },
  'request.language': {
    holds: 'text',
    sentence: 'The language of what is said, in two letters, as far as it is clear: en, de, ja.',
    form: { pattern: /^[a-z]{2}$/, says: 'languages are told in two small letters, such as en, de or ja' },
    signal: 'request.language',
    read: facts => signalOf(facts, 'request.language'),
  },
  'request.needs': {
    holds: 'list',
    sentence: 'The abilities that it needs: image, tools, json-schema.',
    values: abilities,
    read: facts => facts.request.needs,
  },
  'request.hasImages': flag('Whether pictures are sent along.', needs('image', 'image-edits')),
  'request.hasAudio': flag('Whether sound is sent along.', needs('audio', 'transcription', 'translation')),
  'request.hasFiles': flag('Whether files are sent along that are no plain text.', needs('file')),
  'request.hasTools': flag('Whether there are tools that may be called.', needs('tools')),
  'request.hasServerTools': flag(
    'Whether there are tools that the provider itself calls.',
    facts => facts.request.hasServerTools === true,
  ),
  'request.hasJson': flag('Whether the answer has to be JSON, by a schema or not.', facts =>
    String(member(facts.request.params, 'response_format')).startsWith('json_'),
  ),
  key: keyField,
  'key.id': keyField,
  team: teamField,
  'team.id': teamField,
  user: userField,
  'user.id': userField,
  tenant: { holds: 'text', sentence: 'The tag `tenant`.', read: facts => member(facts.request.tags, 'tenant') },
  'pool.id': { holds: 'text', sentence: 'The pool.', read: facts => facts.pool },
  'budget.used': {
    holds: 'number',
    sentence: 'How much of the tightest budget that applies is used, from 0 to 1; nothing where none does.',
    range: wholeUnit,
    signal: 'budget.used',
    read: facts => signalOf(facts, 'budget.used'),
  },
  'budget.left': {
    holds: 'number',
    sentence: 'Dollars left of the tightest budget that applies; nothing where none does.',
    signal: 'budget.left',
    read: budgetLeft,
    written: dollarsWritten,
  },
}
