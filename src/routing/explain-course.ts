/** How a decision is carried out, in plain words: arms, chain, execution, and what becomes of an answer that fails. */
import { besideFirst } from '../domain/beside-first.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { CascadeCheck, ContentTrigger } from '../domain/policy.ts'
import { dollars, listed, percent, time } from './wording.ts'

/** Which arm was drawn at each split, and who answers a copy. */
export const arms = ({ arms: drawn = [], shadows = [] }: RoutingDecision): readonly string[] => [
  ...drawn.map(({ step, arm, share }) => `Arm ${arm} was drawn at ${step}: it gets ${percent(share)} of the requests.`),
  ...shadows.map(({ arm, candidate, maxSpend }) => {
    const cap = maxSpend === undefined ? '' : `, for ${dollars(maxSpend)} a day at most`
    return `${candidate} answers a copy for the shadow ${arm}${cap}; nobody is shown it.`
  }),
]

const checked = ({ schema, toolCalls, finished, confidence, judge }: CascadeCheck): string =>
  listed([
    ...(schema === true ? ['its schema'] : []),
    ...(toolCalls === true ? ['its tool calls'] : []),
    ...(finished === true ? ['whether it is finished'] : []),
    ...(confidence === undefined ? [] : [`a confidence of ${percent(confidence)}`]),
    ...(judge === undefined ? [] : [`the judge ${judge}`]),
  ])

/** Whom to ask, in order; of a race those first who are asked at once. */
const namesOf = ({ chain, ranked, execution: how }: RoutingDecision): readonly string[] => {
  const candidates = ranked.map(one => one.candidate)
  const line = chain?.flatMap(id => candidates.find(one => one.id === id) ?? []) ?? candidates
  const [first, ...others] = line
  if (first === undefined || how.mode !== 'race') return line.map(({ id }) => id)
  const lanes = [first, ...besideFirst(others, first, how.width - 1)]
  return [...lanes, ...others.filter(one => !lanes.includes(one))].map(({ id }) => id)
}

const execution = (decision: RoutingDecision, names: readonly string[]): readonly string[] => {
  const { execution: how } = decision
  if (how.mode === 'race')
    return [
      `${listed(names.slice(0, how.width))} race, as far as the cap and the request allow; the first content wins.`,
    ]
  if (how.mode === 'hedge') return [`A second call starts if nothing came after ${time(how.after)}.`]
  return how.mode === 'cascade'
    ? [`Its answer is judged by ${checked(how.check)} before anybody sees it; if it does not pass, the next is asked.`]
    : []
}

const triggers: Readonly<Record<ContentTrigger, string>> = {
  refusal: 'refuses',
  guardrail: 'is blocked by a guardrail',
  schema: 'does not keep to the schema',
  'tool-call': 'calls a tool wrongly',
}

const later = ({ fallbackOn, midStream }: RoutingDecision): readonly string[] => [
  ...(fallbackOn.length === 0
    ? []
    : [`The next is also asked where one ${listed(fallbackOn.map(one => triggers[one]))}.`]),
  ...(midStream === 'continue' ? ['If an answer breaks off in the middle, the next goes on from there.'] : []),
  ...(midStream === 'restart'
    ? ['If an answer breaks off before its client has seen any of it, the next answers whole.']
    : []),
]

/** How it goes on from the first candidate. */
export const course = (decision: RoutingDecision): readonly string[] => {
  const names = namesOf(decision)
  if (names.length === 0) return []
  const { execution: how, chain } = decision
  const raced = how.mode === 'race' ? how.width : 1
  const rest = names.slice(raced)
  const own = chain === undefined ? '' : ' (the policy’s own chain)'
  if (chain?.length === 1)
    return ['If it fails, nobody else is asked: nobody else of the policy’s own chain may serve.']
  return [
    ...(names.length > 1 ? execution(decision, names) : []),
    ...(rest.length > 0 ? [`If ${raced > 1 ? 'they fail' : 'it fails'}: ${rest.join(', then ')}${own}.`] : []),
    ...(names.length > 1 ? later(decision) : []),
  ]
}
