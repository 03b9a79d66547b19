/** Parameters of a request that would be lost on the way to a candidate of another dialect, as far as no model needs to be known for it. */
import type { Facts, RequestShape } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Scalar } from '../domain/policy.ts'
import { listed } from './wording.ts'

/** True for a value that is lost. */
type Loses = (value: Scalar) => boolean

const always: Loses = () => true
const over =
  (most: number): Loses =>
  value =>
    typeof value === 'number' && value > most
const outside =
  (least: number, most: number): Loses =>
  value =>
    typeof value === 'number' && (value < least || value > most)
const word =
  (...lost: readonly Scalar[]): Loses =>
  value =>
    lost.includes(value)
const wordBut =
  (...taken: readonly Scalar[]): Loses =>
  value =>
    !taken.includes(value)
const some = over(0)
const notZero = wordBut(0)
const isOn = word(true)
const isOff = word(false)
const several = over(1)

type Table = Readonly<Record<string, Loses>>

/** What each dialect has no word for, or takes only in part, by the names of `RequestShape.params`. */
const lostBy: ReadonlyMap<string, Table> = new Map<string, Table>([
  [
    'openai-chat',
    {
      top_k: always,
      reasoning_budget: always,
      stop: over(4),
      service_tier: wordBut('auto', 'default', 'flex', 'scale', 'priority', 'fast', 'standard', 'standard_only'),
    },
  ],
  [
    'openai-responses',
    {
      top_k: always,
      seed: always,
      frequency_penalty: always,
      presence_penalty: always,
      stop: some,
      n: several,
      reasoning_budget: always,
      service_tier: wordBut(
        'auto',
        'default',
        'flex',
        'scale',
        'priority',
        'fast',
        'ultrafast',
        'standard',
        'standard_only',
      ),
    },
  ],
  [
    'anthropic-messages',
    {
      temperature: outside(0, 1),
      seed: always,
      frequency_penalty: notZero,
      presence_penalty: notZero,
      logprobs: isOn,
      top_logprobs: some,
      n: several,
      response_format: word('json_object'),
      service_tier: wordBut('auto', 'default', 'standard_only'),
    },
  ],
  [
    'bedrock-converse',
    {
      temperature: outside(0, 1),
      logprobs: isOn,
      top_logprobs: some,
      n: several,
      response_format: word('json_object'),
      service_tier: wordBut('auto', 'default', 'priority', 'flex', 'reserved', 'standard', 'standard_only'),
    },
  ],
  [
    'cohere-chat',
    {
      temperature: outside(0, 1),
      top_p: outside(0.01, 0.99),
      top_k: outside(0, 500),
      seed: outside(0, Number.MAX_SAFE_INTEGER),
      frequency_penalty: outside(0, 1),
      presence_penalty: outside(0, 1),
      top_logprobs: some,
      stop: over(5),
      n: several,
      parallel_tool_calls: isOff,
      reasoning_effort: wordBut('none'),
      service_tier: wordBut('auto', 'default', 'standard', 'standard_only'),
    },
  ],
  [
    'gemini',
    {
      temperature: outside(0, 2),
      top_p: outside(0, 1),
      frequency_penalty: outside(-2, 2),
      presence_penalty: outside(-2, 2),
      stop: over(5),
      n: over(8),
      parallel_tool_calls: isOff,
      top_logprobs: over(20),
      service_tier: wordBut('auto', 'default', 'flex', 'priority'),
    },
  ],
  [
    'openai-completions',
    {
      top_k: always,
      tools: some,
      response_format: wordBut('text'),
      reasoning_effort: wordBut('none'),
      reasoning_budget: always,
      stop: over(4),
      top_logprobs: over(5),
      service_tier: wordBut('auto', 'default', 'standard', 'standard_only'),
    },
  ],
])

/** Parameters that the house itself knows, and so tells each dialect in its own words as far as there are any. */
const ours: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'max_tokens',
  'stop',
  'n',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'reasoning_effort',
  'reasoning_budget',
  'logprobs',
  'top_logprobs',
  'service_tier',
])

/** What the two dialects of one maker say by the same name, or tell each other. */
const kin: ReadonlySet<string> = new Set(['openai-chat', 'openai-responses'])
const kinNames: ReadonlySet<string> = new Set(['prompt_cache_key', 'prompt_cache_retention', 'store', 'verbosity'])

const isForeign = (name: string, from: string, to: string): boolean =>
  !ours.has(name) && !(kin.has(from) && kin.has(to) && kinNames.has(name))

const isTalk = ({ operation }: RequestShape): boolean => operation === 'chat' || operation === 'count-tokens'

const isLost = (name: string, value: Scalar, from: string | undefined, candidate: Candidate): boolean => {
  const table = lostBy.get(candidate.dialect)
  const loses = table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
  return loses?.(value) === true || (from !== undefined && isForeign(name, from, candidate.dialect))
}

/**
 * The names of the parameters of this request that this candidate would not get, or not as they are; sorted. Where both
 * speak the same dialect nothing is lost that could be known without the model.
 */
export const lostParameters = (candidate: Candidate, { request }: Facts): readonly string[] => {
  const { dialect, params } = request
  if (!isTalk(request) || dialect === candidate.dialect) return []
  return Object.entries(params)
    .filter(([name, value]) => isLost(name, value, dialect, candidate))
    .map(([name]) => name)
    .sort()
}

/** In words, what this candidate would not get, or not as it is; undefined where it gets everything. */
export const wouldLose = (candidate: Candidate, facts: Facts): string | undefined => {
  const lost = lostParameters(candidate, facts)
  return lost.length === 0 ? undefined : `would lose ${listed(lost)} on the way into ${candidate.dialect}`
}
