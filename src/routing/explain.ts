/** A decision in plain words. */
import type { Assessment, DecisionTrace, Facts, RoutingDecision } from '../domain/decision.ts'
import type { Order } from '../ports/strategy.ts'
import { arms, course } from './explain-course.ts'
import { bounds, request, wishes } from './explain-request.ts'
import { houseOrders } from './house.ts'
import { whyNobody } from './nobody.ts'
import { strategyNamed } from './registry.ts'
import { decimal, listed, percent } from './wording.ts'

const nameOf = (step: string): string => step.slice(step.indexOf(':') + 1)

/** The order behind a step's name, for its words; undefined for a step that is no longer known. */
const orderOf = (step: string): Order | undefined => {
  const own = houseOrders.find(one => one.step === step)
  if (own !== undefined) return own.strategy
  const maker = strategyNamed(nameOf(step))
  const made = maker?.make(maker.example)
  return made?.ok === true && made.value.kind === 'order' ? made.value : undefined
}

const idOf = (one: Assessment): string => one.candidate.id
const valueOf = (one: Assessment, step: string): number | undefined =>
  one.reasons.find(reason => reason.step === step && reason.value !== undefined)?.value
const inWords = (step: string, value: number): string => {
  // A blend is no strategy of its own; its key is its score, turned round.
  if (nameOf(step).startsWith('blend ')) return `score ${decimal(0 - value, 3)}`
  return orderOf(step)?.words(value) ?? String(value)
}

const measuredBy = (one: Assessment, step: string): string => {
  const value = valueOf(one, step)
  if (value !== undefined) return `${idOf(one)} with ${inWords(step, value)}`
  const unknown = orderOf(step)?.unknown
  return unknown === undefined ? `${idOf(one)}, of which it knows nothing` : `${idOf(one)}, which is ${unknown}`
}

/** What the steps before the one that decided had measured, and found to be as good as the same. */
const tiedBefore = (best: Assessment, second: Assessment, decidedBy: string): readonly string[] => {
  const steps = best.reasons.map(reason => reason.step)
  const before = steps.slice(0, Math.max(0, steps.indexOf(decidedBy)))
  const ties = before.flatMap(step => {
    const one = valueOf(best, step)
    const other = valueOf(second, step)
    if (one === undefined || other === undefined) return []
    return [`${step} left them tied at ${listed([...new Set([inWords(step, one), inWords(step, other)])])}`]
  })
  return ties.length === 0 ? [] : [`Before it, ${listed(ties)}.`]
}

const first = (decision: RoutingDecision): string => {
  const { ranked, excluded, decidedBy } = decision
  const [best, second] = ranked
  const count = ranked.length + excluded.length
  if (best === undefined) return `Nobody can serve: ${whyNobody(decision)}.`
  if (second === undefined)
    return `${idOf(best)} comes first: ${count === 1 ? 'it is the only candidate' : `of ${count} candidates it alone is left`}.`
  if (decidedBy === 'tie')
    return `${idOf(best)} comes first of ${ranked.length}: no step sets it apart from ${idOf(second)}, so the smaller name goes first.`
  // Of constraints, only one that keeps somebody in need puts nobody out and yet decides.
  const isKept = second.reasons.some(({ step, says }) => step === decidedBy && says !== undefined)
  const decided = isKept
    ? `Step ${decidedBy} decided: it keeps ${idOf(second)} behind ${idOf(best)}, as a last resort.`
    : `Step ${decidedBy} decided: ${measuredBy(best, decidedBy)} before ${measuredBy(second, decidedBy)}.`
  return `${idOf(best)} comes first of ${ranked.length}. ${[decided, ...tiedBefore(best, second, decidedBy)].join(' ')}`
}

const exclusions = ({ excluded }: RoutingDecision): readonly string[] =>
  excluded.map(one => {
    const reason = one.reasons.find(({ says }) => says !== undefined)
    return `Left out: ${idOf(one)} by ${reason?.step ?? 'a step'}: ${reason?.says ?? 'no reason was kept'}.`
  })

/** Who has no value was either alone in its tier, where no step asks, or nothing was known of it. */
const opinionOf = (one: Assessment, step: string, facts: Facts): readonly string[] => {
  const value = valueOf(one, step)
  if (value !== undefined) return [`${idOf(one)} ${inWords(step, value)}${partsOf(one, step)}`]
  const order = orderOf(step)
  const isUnknown = order !== undefined && order.keys([one.candidate], facts)[0] === undefined
  return isUnknown ? [`${idOf(one)} ${order.unknown ?? 'not known'}`] : []
}

const comparePart = (left: string, right: string): number =>
  /^\d+$/.test(left) && /^\d+$/.test(right) ? Number(left) - Number(right) : left < right ? -1 : 1

/** Along the policy: `2.then.0` before `2.then.1` before `10`; the house's own before all. */
const byPlace = (left: string, right: string): number => {
  const [ours, theirs] = [left.split(/[.:]/), right.split(/[.:]/)]
  const isHouse = [left, right].map(step => step.startsWith('house:'))
  if (isHouse[0] !== isHouse[1]) return isHouse[0] === true ? -1 : 1
  const at = ours.findIndex((part, place) => part !== theirs[place])
  return at < 0 ? 0 : comparePart(ours[at] ?? '', theirs[at] ?? '')
}

/** `reliability 0.98, speed 0.5`: what a score is made of. */
const partsOf = (one: Assessment, step: string): string => {
  const parts = one.reasons.find(reason => reason.step === step)?.parts
  if (parts === undefined) return ''
  const said = Object.entries(parts).map(([name, value]) => `${name} ${decimal(value, 3)}`)
  return ` (${said.join(', ')})`
}

/** Who stays only in need, and why. */
const spared = ({ ranked }: RoutingDecision): readonly string[] => {
  // Where all are, there is nobody whom they would stand behind.
  const isInNeed = ranked.every(one => one.reasons.some(({ says }) => says !== undefined))
  const where = isInNeed ? 'Kept, since there is nobody else' : 'Behind the others'
  return ranked.flatMap(one =>
    one.reasons.flatMap(({ step, says }) =>
      says === undefined ? [] : [`${where}: ${idOf(one)} by ${step}: ${says}.`],
    ),
  )
}

const opinions = ({ facts, decision: { ranked } }: DecisionTrace): readonly string[] => {
  const measured = ranked.flatMap(one => one.reasons.filter(({ says }) => says === undefined))
  const steps = new Set(measured.map(reason => reason.step))
  return [...steps]
    .sort(byPlace)
    .map(step => `${step}: ${ranked.flatMap(one => opinionOf(one, step, facts)).join(', ')}.`)
}

/** What the draws of this request hang on: itself, and its session where a step goes by that. */
const seedsOf = ({ seeds }: DecisionTrace['facts'], seed: string): string => {
  const session = seeds?.session
  return session === undefined || session === seed ? `"${seed}"` : `"${seed}", session "${session}"`
}

const chances = ({ facts, decision: { ranked, excluded, propensity, seed } }: DecisionTrace): readonly string[] => {
  // Whom this arm of a split leaves out may have come first in another.
  const odds = [...ranked, ...excluded].map(one => ({ id: one.candidate.id, share: propensity[one.candidate.id] ?? 0 }))
  const open = odds.filter(({ share }) => share > 0)
  if (open.length < 2) return []
  const said = open.map(({ id, share }) => `${id} in ${percent(share)}`)
  return [`Chance entered (seed ${seedsOf(facts, seed)}): over all draws ${listed(said)} would have come first.`]
}

const isSpread = (propensity: RoutingDecision['propensity']): boolean =>
  Object.values(propensity).filter(share => share > 0).length > 1

/** Steps whose measure is sure: rules, places, chance, prices. */
const isSure = (decidedBy: string): boolean => {
  if (nameOf(decidedBy).startsWith('blend ')) return false
  return orderOf(decidedBy)?.confidence === undefined
}

const certainty = ({ ranked, confidence, propensity, decidedBy }: RoutingDecision): readonly string[] => {
  const [best, second] = ranked
  if (best === undefined || second === undefined) return []
  if (confidence < 1)
    return [
      `Confidence ${percent(confidence)} that ${idOf(best)} is truly better than ${idOf(second)} by that measure.`,
    ]
  if (!isSure(decidedBy))
    return [`Confidence 100 %: that measure leaves no doubt that ${idOf(best)} is better than ${idOf(second)}.`]
  return [
    `Confidence 100 %: ${isSpread(propensity) ? 'rules and chance' : 'rules alone'} decided, no uncertain measure.`,
  ]
}

/** What was asked, who comes first and why, who was left out and why, what each step measured, and how sure it is: one sentence a line. */
export const explain = (trace: DecisionTrace): string => {
  const { facts, decision } = trace
  return [
    request(facts),
    ...bounds(facts),
    ...wishes(facts),
    `Policy ${decision.policy.name}@${decision.policy.version}, decision ${decision.id}.`,
    first(decision),
    ...arms(decision),
    ...course(decision),
    ...exclusions(decision),
    ...spared(decision),
    ...opinions(trace),
    ...chances(trace),
    ...certainty(decision),
  ].join('\n')
}
