/** A step in another gateway's words to steps in ours, or what is wrong with it and where. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { didYouMean } from '../domain/nearest.ts'
import { tiers } from '../domain/difficulty.ts'
import type { Checked } from '../domain/units.ts'
import { fine, shown, wrong } from './options.ts'
import { parseCondition } from './parse-condition.ts'
import { synonymNamed } from './synonyms.ts'
import type { Synonym } from './synonyms.ts'

/** Steps as a policy has them, not read yet. */
type Written = readonly unknown[]
type Expanded = Checked<Written>

/** A word with its options, and the place of both. */
interface Asked {
  readonly name: string
  readonly options: Json
  /** Where the options stand. */
  readonly at: string
}

const stray = ({ name, options, at }: Asked, known: readonly string[]): Checked<never> | undefined => {
  const other = Object.keys(options).find(one => !known.includes(one))
  if (other === undefined) return undefined
  const there = known.length === 0 ? 'it takes none' : `there are ${known.join(', ')}`
  return wrong(`${name}: no option "${other}"${didYouMean(other, known)} (${there})`, `${at}.${other}`)
}

/** Members of how it is carried out that are not a step's to say. */
const patienceMembers = ['max_attempts', 'on_status_codes', 'on_timeout', 'per_attempt_timeout', 'attempts']
const misplaced = ({ name, options, at }: Asked): Checked<never> | undefined => {
  const found = patienceMembers.find(one => Object.hasOwn(options, one))
  if (found === undefined) return undefined
  return wrong(
    `${name}: ${found} is not said here: attempts and times stand under patience of the policy, and what each failure leads to is the same for all`,
    `${at}.${found}`,
  )
}

/** Whom a target means: a deployment by name, a model of a provider, or steps of our own. */
const targetOf = (value: unknown, at: string): Expanded => {
  if (typeof value === 'string' && value !== '') return fine([{ use: 'only', with: { deployments: [value] } }])
  if (Array.isArray(value)) return fine(value)
  if (!isRecord(value)) return wrong(`${shown(value)} is no target; write the name of a deployment, or steps`, at)
  const { model, provider } = value
  if (model === undefined && provider === undefined) return fine([value])
  return fine([
    {
      use: 'only',
      with: { ...(provider !== undefined && { providers: provider }), ...(model !== undefined && { models: model }) },
    },
  ])
}

/** A chain of conditions, the first that holds counting; `rest` is what is left if none does. */
const chained = (rules: readonly { readonly when: unknown; readonly then: Written }[], rest: Written): Written => {
  let otherwise = rest
  for (const { when, then } of rules.toReversed()) otherwise = [{ when, then, otherwise }]
  return otherwise
}

const conditional = (asked: Asked): Expanded => {
  const { options, at } = asked
  const extra = stray(asked, ['conditions', 'default'])
  if (extra !== undefined) return extra
  const conditions: unknown = options['conditions']
  if (!Array.isArray(conditions) || conditions.length === 0)
    return wrong(`${shown(conditions)} is no list of conditions; write [{ query, then }]`, `${at}.conditions`)
  const rules: { readonly when: unknown; readonly then: Written }[] = []
  for (const [place, one] of conditions.entries()) {
    const here = `${at}.conditions[${place}]`
    if (!isRecord(one) || one['query'] === undefined || one['then'] === undefined)
      return wrong(`${shown(one)} is no condition; write { query, then }`, here)
    // Read here, so that what is wrong with it is told where it stands.
    const query = parseCondition(one['query'], `${here}.query`)
    if (!query.ok) return query
    const then = targetOf(one['then'], `${here}.then`)
    if (!then.ok) return then
    rules.push({ when: query.value, then: then.value })
  }
  if (options['default'] === undefined)
    return wrong('conditional needs default: who serves where no condition holds', at)
  const rest = targetOf(options['default'], `${at}.default`)
  return rest.ok ? fine(chained(rules, rest.value)) : rest
}

const isTier = (name: string): boolean => tiers.some(tier => tier === name)

/** Scores there go from 0 to 100. */
const byScore = (named: Json, at: string): Expanded => {
  const steps: { readonly most: number; readonly then: Written }[] = []
  for (const [name, one] of Object.entries(named)) {
    const most: unknown = isRecord(one) ? one['max_score'] : undefined
    if (!isRecord(one) || typeof most !== 'number' || !(most >= 0 && most <= 100))
      return wrong(`${shown(one)} is no tier; write { max_score: 0 to 100, model }`, `${at}.${name}`)
    const { max_score: _, ...target } = one
    const then = targetOf(target, `${at}.${name}`)
    if (!then.ok) return then
    steps.push({ most, then: then.value })
  }
  const sorted = steps.sort((left, right) => left.most - right.most)
  const rules = sorted
    .slice(0, -1)
    .map(({ most, then }) => ({ when: { 'request.difficulty': { lte: most / 100 } }, then }))
  return fine(chained(rules, sorted.at(-1)?.then ?? []))
}

const byTier = (named: Json, at: string): Expanded => {
  const rules: { readonly when: unknown; readonly then: Written }[] = []
  for (const name of tiers) {
    if (named[name] === undefined) continue
    const then = targetOf(named[name], `${at}.${name}`)
    if (!then.ok) return then
    rules.push({ when: { 'request.tier': name }, then: then.value })
  }
  return fine(chained(rules, []))
}

const complexityBased = (asked: Asked): Expanded => {
  const extra = stray(asked, ['tiers'])
  if (extra !== undefined) return extra
  const at = `${asked.at}.tiers`
  const named = asked.options['tiers']
  if (!isRecord(named) || Object.keys(named).length === 0)
    return wrong(`${shown(named)} are no tiers; write { simple: DEPLOYMENT, complex: DEPLOYMENT }`, at)
  if (Object.values(named).some(one => isRecord(one) && Object.hasOwn(one, 'max_score'))) return byScore(named, at)
  const other = Object.keys(named).find(name => !isTier(name))
  if (other === undefined) return byTier(named, at)
  return wrong(`no tier "${other}"${didYouMean(other, tiers)} (there are ${tiers.join(', ')})`, `${at}.${other}`)
}

const race = (asked: Asked): Expanded =>
  misplaced(asked) ?? stray(asked, ['width', 'cap']) ?? fine([{ execution: { mode: 'race', ...asked.options } }])

const failover = (asked: Asked): Expanded =>
  misplaced(asked) ??
  stray(asked, []) ??
  fine([{ use: 'priority', with: { by: 'place' } }, { execution: { mode: 'fallback' } }])

/** Members of a rule of a mirror that say who is sent the copies. */
const mirrored = ({ target, target_provider: provider, target_model: model }: Json): unknown =>
  target ?? { ...(provider !== undefined && { provider }), ...(model !== undefined && { model }) }

/** The same list of names, as one that leaves out instead of one that keeps. */
const without = (steps: Written): Written =>
  steps.flatMap(step => (isRecord(step) && step['use'] === 'only' ? [{ ...step, use: 'ignore' }] : []))

const mirror = (asked: Asked): Expanded => {
  const { options, at } = asked
  const extra = stray(asked, ['target', 'target_provider', 'target_model', 'sample_rate', 'maxSpend'])
  if (extra !== undefined) return extra
  const target = mirrored(options)
  if (isRecord(target) && Object.keys(target).length === 0)
    return wrong('mirror needs target: the deployment that is sent the copies', at)
  const steps = targetOf(target, `${at}.target`)
  if (!steps.ok) return steps
  const { sample_rate: share = 1, maxSpend } = options
  const copies = { share, shadow: true, ...(maxSpend !== undefined && { maxSpend }), steps: steps.value }
  return fine([{ split: { arms: { shown: { steps: without(steps.value) }, mirror: copies } } }])
}

/** Words that are more than one step. */
const forms: ReadonlyMap<string, (asked: Asked) => Expanded> = new Map([
  ['conditional', conditional],
  ['complexity-based', complexityBased],
  ['race', race],
  ['fastest', race],
  ['fastest_response', race],
  ['failover', failover],
  ['mirror', mirror],
])

const oneStep = (step: NonNullable<Synonym['step']>, asked: Asked, beside: Json): Expanded => {
  const misfit = misplaced(asked)
  if (misfit !== undefined) return misfit
  const given = Object.entries(asked.options).map(([name, value]) => [step.options?.[name] ?? name, value])
  const options = { ...step.with, ...Object.fromEntries(given) }
  const isBare = Object.keys(options).length === 0
  return fine([{ use: step.use, ...(!isBare && { with: options }), ...beside }])
}

const expandUse = (use: string, step: Json, at: string): Expanded | undefined => {
  const word = synonymNamed(use)
  const form = forms.get(use)
  if (word === undefined || (word.step === undefined && form === undefined)) return undefined
  const { use: _, with: options = {}, ...beside } = step
  if (!isRecord(options)) return wrong(`${shown(options)} holds no options; write { name: value }`, `${at}.with`)
  const asked = { name: use, options, at: `${at}.with` }
  if (word.step !== undefined) return oneStep(word.step, asked, beside)
  const [other] = Object.keys(beside)
  if (other !== undefined) return wrong(`${use} is more than one step: it takes no ${other}`, `${at}.${other}`)
  return form?.(asked)
}

const modes = ['loadbalance', 'fallback', 'conditional']

const stickyBy = (sticky: unknown, at: string): Expanded => {
  if (!isRecord(sticky) || sticky['enabled'] === false) return fine([])
  const fields: unknown = sticky['hash_fields'] ?? []
  const [field, ...others]: readonly unknown[] = Array.isArray(fields) ? fields : [fields]
  const [, tag] = (typeof field === 'string' && /^(?:metadata|tags)\.(.+)$/.exec(field)) || []
  if (tag === undefined || others.length > 0)
    return wrong(`hash_fields is ${shown(fields)}; one tag is right, such as [metadata.user]`, `${at}.hash_fields`)
  return fine([{ use: 'sticky', with: { by: `tags.${tag}` } }])
}

/** What a strategy of Portkey's says, its mode known to be one. */
const expandMode = (mode: string, strategy: Json, at: string): Expanded => {
  const { mode: _, sticky, ...options } = strategy
  if (sticky !== undefined && mode !== 'loadbalance')
    return wrong(`sticky has no effect with mode ${mode}; leave it out`, `${at}.sticky`)
  const stays = stickyBy(sticky, `${at}.sticky`)
  if (!stays.ok) return stays
  const step = synonymNamed(mode)?.step
  const asked = { name: mode, options, at }
  const found = step === undefined ? conditional(asked) : oneStep(step, asked, {})
  return found.ok ? fine([...stays.value, ...found.value]) : found
}

/** Portkey's `strategy: { mode, … }`; its targets are the candidates of a pool here. */
const expandStrategy = (step: Json, at: string): Expanded => {
  const beside = Object.keys(step).find(name => name !== 'strategy')
  if (beside !== undefined)
    return wrong(`${beside} is not said here: the candidates of the pool are the targets`, `${at}.${beside}`)
  const strategy = step['strategy']
  const mode: unknown = isRecord(strategy) ? strategy['mode'] : undefined
  if (isRecord(strategy) && typeof mode === 'string' && modes.includes(mode))
    return expandMode(mode, strategy, `${at}.strategy`)
  const meant = typeof mode === 'string' ? didYouMean(mode, modes) : ''
  return wrong(`mode is ${shown(mode)}${meant} (there are ${modes.join(', ')})`, `${at}.strategy.mode`)
}

/**
 * The steps that a step in another gateway's words stands for, in our own written form, or what is wrong with it;
 * undefined where it is in nobody's words but ours. What it gives holds no synonyms but those inside `then` and the like.
 */
export const expandSynonym = (written: unknown, at: string): Expanded | undefined => {
  if (typeof written === 'string') return expandUse(written, {}, at)
  if (!isRecord(written)) return undefined
  const { use } = written
  if (typeof use === 'string') return expandUse(use, written, at)
  return Object.hasOwn(written, 'strategy') && use === undefined ? expandStrategy(written, at) : undefined
}
