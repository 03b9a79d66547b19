/** Constraints hold over very many policies, states and faults, and whatever else is promised of a decision holds with them. */
import { describe, expect, it } from 'vitest'
import { carryOut } from '../../test/carry-out.ts'
import type { Carried } from '../../test/carry-out.ts'
import { chanceOf } from '../../test/chance.ts'
import type { Chance } from '../../test/chance.ts'
import { randomFacts, retold } from '../../test/random-facts.ts'
import { everyStep, randomPolicy, randomUse, writingOf } from '../../test/random-policies.ts'
import { constraintsOf, constraintsOfShadow, isBarred } from '../../test/who-may-serve.ts'
import type { ConstraintsFor } from '../../test/who-may-serve.ts'
import type { Assessment, Facts, RoutingDecision } from '../domain/decision.ts'
import type { Policy } from '../domain/policy.ts'
import type { Constraint } from '../ports/strategy.ts'
import { compilePolicy } from './compile-policy.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { candidateSignal } from './measures.ts'
import { strategies } from './registry.ts'

const text = (decision: RoutingDecision): string => JSON.stringify(decision)
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value))

/** Kept in need, which only a constraint that spares can do, and never whom the provider's own word keeps away. */
const isSpared = ({ candidate, reasons }: Assessment, by: Constraint, facts: Facts): boolean => {
  const circuit = candidateSignal(facts, 'candidate.circuit', candidate)
  const isSure = circuit?.by === 'told' || circuit?.by === 'credential'
  return (
    by.spare !== undefined && !isSure && reasons.some(({ says }) => says?.startsWith('kept as a last resort') === true)
  )
}

const wrongRanking = (decision: RoutingDecision, facts: Facts, constraints: readonly Constraint[]): readonly string[] =>
  decision.ranked.flatMap(one => {
    const { candidate } = one
    if (isBarred(candidate, facts)) return [`${candidate.id} serves against the request's own bounds`]
    const against = constraints.find(by => by.exclude(candidate, facts) !== undefined && !isSpared(one, by, facts))
    return against === undefined ? [] : [`${candidate.id} serves against ${against.name}`]
  })

/** A shadow asks somebody too. */
const wrongShadows = ({ shadows = [] }: RoutingDecision, facts: Facts, { policy }: CompiledPolicy): readonly string[] =>
  shadows.flatMap(shadow => {
    const candidate = facts.candidates.find(({ id }) => id === shadow.candidate)
    if (candidate === undefined) return ['a shadow of nobody']
    if (isBarred(candidate, facts)) return [`${candidate.id} is a shadow against the request's own bounds`]
    const circuit = candidateSignal(facts, 'candidate.circuit', candidate)
    const isSure = circuit?.open === true && (circuit.by === 'told' || circuit.by === 'credential')
    const all = constraintsOfShadow(policy.steps, shadow, facts)
    const against = all.find(by => (by.spare === undefined || isSure) && by.exclude(candidate, facts) !== undefined)
    return against === undefined ? [] : [`${candidate.id} is a shadow against ${against.name}`]
  })

const wrongShape = (decision: RoutingDecision, facts: Facts): readonly string[] => {
  const { ranked, excluded, chain, propensity, confidence, arms, shadows = [] } = decision
  const ids = new Set(ranked.map(({ candidate }) => candidate.id))
  const first = ranked[0]?.candidate.id
  const sum = Object.values(propensity).reduce((total, one) => total + one, 0)
  const whole = first === undefined ? 0 : 1
  const laws: Readonly<Record<string, boolean>> = {
    'somebody got lost': ranked.length + excluded.length === facts.candidates.length,
    'an exclusion without words': excluded.every(one => (one.reasons.at(-1)?.says ?? '') !== ''),
    // An arm in which nobody is left leaves the whole short of 1.
    'chances that do not sum up': arms === undefined ? Math.abs(sum - whole) < 1e-9 : sum <= 1 + 1e-9,
    'a chance that is none': Object.values(propensity).every(one => one >= 0 && one <= 1 + 1e-9),
    'a first without a chance': first === undefined || (propensity[first] ?? 0) > 0,
    'a confidence that is none': confidence >= 0 && confidence <= 1,
    'tiers that go back': ranked.every((one, at) => one.tier >= (ranked[at - 1]?.tier ?? 0)),
    'a chain of others': chain === undefined || (chain[0] === first && chain.every(id => ids.has(id))),
    'a chain with somebody twice': chain === undefined || new Set(chain).size === chain.length,
    'a shadow of the one who answers': shadows.every(one => one.candidate !== first),
  }
  return Object.entries(laws).flatMap(([what, holds]) => (holds ? [] : [what]))
}

/** Every number of a decision's own making. */
const numbersOf = ({ ranked, excluded, propensity, confidence, execution }: RoutingDecision): readonly number[] => [
  confidence,
  ...Object.values(propensity),
  ...(execution.mode === 'hedge' ? [execution.after] : []),
  ...[...ranked, ...excluded].flatMap(one =>
    one.reasons.flatMap(({ value = 0, parts = {} }) => [value, ...Object.values(parts)]),
  ),
]

const isPlace = (policy: Policy): boolean =>
  everyStep(policy.steps).some(step => 'use' in step && step.use === 'priority' && step.with?.['by'] === 'place')

/** A policy that is tried, ready for as many worlds as one likes. */
interface Tried {
  readonly policy: CompiledPolicy
  readonly constraints: ConstraintsFor
  readonly goesByPlace: boolean
}

const wrongReplay = (
  decision: RoutingDecision,
  facts: Facts,
  { policy, goesByPlace }: Tried,
  chance: Chance,
): readonly string[] => {
  const said = text(decision)
  const stored: Facts = throughJson(facts)
  return [
    ...(numbersOf(decision).every(Number.isFinite) ? [] : ['it holds a number that JSON does not have']),
    ...(text(decide(policy, stored)) === said ? [] : ['facts from JSON decide otherwise']),
    ...(goesByPlace || text(decide(policy, retold(chance, stored))) === said
      ? []
      : ['the same facts in another sequence decide otherwise']),
  ]
}

interface Case {
  readonly decision: RoutingDecision
  readonly carried: Carried
  readonly wrongs: readonly string[]
}

const tryOne = (chance: Chance, tried: Tried): Case => {
  const facts = randomFacts(chance, tried.policy.policy, tried.policy.reads)
  const decision = decide(tried.policy, facts)
  const carried = carryOut(chance, decision)
  const constraints = tried.constraints(facts, [...(decision.arms ?? [])])
  const wrongs = [
    ...wrongRanking(decision, facts, constraints),
    ...wrongShape(decision, facts),
    ...wrongShadows(decision, facts, tried.policy),
    ...wrongReplay(decision, facts, tried, chance),
    ...carried.wrongs,
  ]
  return { decision, carried, wrongs }
}

const ready = (chance: Chance): Tried => {
  const policy = randomPolicy(chance)
  const compiled = compilePolicy(policy)
  if (!compiled.ok) throw new Error(compiled.why)
  return { policy: compiled.value, constraints: constraintsOf(policy.steps), goesByPlace: isPlace(policy) }
}

const worlds = 5
const policies = 2000

describe.each(Array.from({ length: 10 }, (_, at) => at))(
  'policies, states and faults by seeds from %i0000 on',
  part => {
    it(`${policies * worlds} of them keep every law`, { timeout: 300_000 }, () => {
      const met = { served: 0, nobody: 0, calls: 0, excluded: 0, arms: 0, chains: 0, shadows: 0, gaveUp: 0 }
      for (let at = 0; at < policies; at++) {
        const seed = part * 10_000 + at
        const chance = chanceOf(seed)
        const tried = ready(chance)
        for (let world = 0; world < worlds; world++) {
          const { decision, carried, wrongs } = tryOne(chance, tried)
          if (wrongs.length > 0)
            expect.fail(`seed ${seed}, world ${world}: ${wrongs.join('; ')}\n${JSON.stringify(tried.policy.policy)}`)
          met.served += decision.ranked.length > 0 ? 1 : 0
          met.nobody += decision.ranked.length === 0 ? 1 : 0
          met.calls += carried.attempts.length
          met.excluded += decision.excluded.length > 0 ? 1 : 0
          met.arms += decision.arms === undefined ? 0 : 1
          met.chains += decision.chain === undefined ? 0 : 1
          met.shadows += decision.shadows === undefined ? 0 : 1
          met.gaveUp += carried.attempts.at(-1)?.failure === undefined ? 0 : 1
        }
      }
      // It was no idle trial: each of these happened often.
      for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(50)
      if (part === 0) console.log(met)
    })
  },
)

describe('what is tried', () => {
  it('has a way to write every kind of option that there is', () => {
    const unknown = strategies.flatMap(({ name, options }) =>
      options
        .filter(({ type }) => writingOf(type) === undefined)
        .map(({ name: option, type }) => `${name}.${option}: ${type}`),
    )
    expect(unknown).toEqual([])
  })
  it('is nearly always taken as it was written, so that every option is tried', () => {
    const chance = chanceOf(7)
    for (const maker of strategies) {
      const drawn = Array.from({ length: 300 }, () => randomUse(chance, maker))
      for (const { name } of maker.options.filter(option => option.name !== '<tag>')) {
        const values = new Set(drawn.map(({ with: given = {} }) => JSON.stringify(given[name])))
        expect(values.size, `${maker.name}.${name}`).toBeGreaterThan(1)
      }
    }
  })
})
