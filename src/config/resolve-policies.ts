/** Policies of a file: steps read one by one, so that each mistake is told where it stands. */
import type { Execution, Patience, Policy, PolicyStep } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import { compilePolicy } from '../routing/compile-policy.ts'
import { parseStep } from '../routing/parse-step.ts'
import { builtInPolicy, defaultPatience, policyDefaults } from './defaults.ts'
import { errorAt } from './finding.ts'
import type { Path } from './finding.ts'
import type { Ground } from './ground.ts'
import type { PolicyEntry } from './schema-routes.ts'

/** Where a message was told as text below a step: `[2].with.within`. */
export type PathBelow = (step: Path, text: string) => Path

/** The sentence without the place that begins it, which the finding has already. */
const withoutPlace = (why: string): string => why.replace(/^steps\[\d+\]\S*: /, '')

const belowStep = (at: string | undefined): string => (at ?? '').replace(/^steps\[\d+\]/, '')

interface Reading {
  readonly ground: Ground
  readonly name: string
  readonly pathBelow: PathBelow
}

const stepOf = (written: unknown, place: number, { ground, name, pathBelow }: Reading): readonly PolicyStep[] => {
  const path = ['policies', name, 'steps', place]
  const read = parseStep(written, 'steps[0]')
  const checked = read.ok ? compilePolicy({ ...policyDefaults, name, steps: [read.value] }) : read
  if (read.ok && checked.ok) return [read.value]
  if (!checked.ok) {
    ground.doubts.push(errorAt(pathBelow(path, belowStep(checked.at)), withoutPlace(checked.why)))
  }
  return []
}

const stepsOf = (written: unknown, reading: Reading): readonly PolicyStep[] => {
  const path = ['policies', reading.name, 'steps']
  if (!Array.isArray(written)) {
    reading.ground.doubts.push(errorAt(path, 'steps is no list; write one, such as [capable, healthy, weighted]'))
    return []
  }
  if (written.length === 0) {
    reading.ground.doubts.push(errorAt(path, 'steps is an empty list; write one step at least, such as [capable]'))
  }
  const steps: readonly unknown[] = written
  return steps.flatMap((step, place) => stepOf(step, place, reading))
}

const executionOf = ({ ground, name }: Reading, given: PolicyEntry['execution']): Execution => {
  if (given === undefined) return policyDefaults.execution
  const path = ['policies', name, 'execution']
  const stray = given.mode === 'fallback' ? ['after', 'width'] : [given.mode === 'hedge' ? 'width' : 'after']
  for (const member of stray) {
    if (Object.hasOwn(given, member)) {
      ground.doubts.push(errorAt([...path, member], `${member} has no effect with mode ${given.mode}; leave it out`))
    }
  }
  if (given.mode === 'fallback') return { mode: 'fallback' }
  return given.mode === 'race'
    ? { mode: 'race', width: given.width ?? 2 }
    : { mode: 'hedge', after: given.after ?? millis(2_000) }
}

const patienceOf = ({ ground, name }: Reading, given: PolicyEntry['patience']): Patience => {
  const patience = { ...defaultPatience, ...given }
  for (const member of ['connect', 'firstToken', 'whole', 'idle'] as const) {
    if ((given?.[member] ?? 0) > patience.total) {
      const says = `${member} is longer than total, which is ${patience.total} ms, so that it can never take effect`
      ground.doubts.push(errorAt(['policies', name, 'patience', member], says))
    }
  }
  return patience
}

const policyOf = (reading: Reading, entry: PolicyEntry): Policy => ({
  name: reading.name,
  steps: stepsOf(entry.steps, reading),
  execution: executionOf(reading, entry.execution),
  patience: patienceOf(reading, entry.patience),
  seed: entry.seed ?? policyDefaults.seed,
  fallbackOn: entry.fallbackOnRefusal === true ? ['refusal'] : policyDefaults.fallbackOn,
  midStream: policyDefaults.midStream,
})

/** Every policy of the file, as far as its steps are well formed, and the built-in one unless the file has its own. */
export const resolvePolicies = (ground: Ground, pathBelow: PathBelow): readonly Policy[] => {
  const own = Object.entries(ground.file.policies ?? {}).map(([name, entry]) =>
    policyOf({ ground, name, pathBelow }, entry),
  )
  return ground.names.policies.includes(builtInPolicy.name) ? own : [...own, builtInPolicy]
}
