/** Policies of a file: steps read one by one, so that each mistake is told where it stands. */
import type { Execution, Patience, Policy, PolicyStep } from '../domain/policy.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Checked } from '../domain/units.ts'
import { compilePolicy } from '../routing/compile-policy.ts'
import { parseExecution } from '../routing/parse-execution.ts'
import { parseStep } from '../routing/parse-step.ts'
import { builtInPolicy, defaultPatience, policyDefaults } from './defaults.ts'
import { errorAt } from './finding.ts'
import type { Path } from './finding.ts'
import { leads } from './ground.ts'
import type { Ground } from './ground.ts'
import { includePolicies } from './include-policies.ts'
import type { StepsNamed } from './include-policies.ts'
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

/** The steps of a policy of the file, as far as they are well formed; what is wrong with them is told where it stands. */
const stepsNamed =
  ({ file }: Ground): StepsNamed =>
  name => {
    const entry = Object.hasOwn(file.policies ?? {}, name) ? file.policies?.[name] : undefined
    if (entry === undefined) return undefined
    const written: readonly unknown[] = Array.isArray(entry.steps) ? entry.steps : []
    const steps = written.flatMap(step => {
      const read = parseStep(step, '')
      return read.ok ? [read.value] : []
    })
    // How it is carried out comes along, where it says so.
    const execution = entry.execution === undefined ? undefined : parseExecution(entry.execution, '')
    return execution?.ok === true ? [{ execution: execution.value }, ...steps] : steps
  }

const readStep = (written: unknown, { ground, name }: Reading): Checked<PolicyStep> => {
  const read = parseStep(written, 'steps[0]')
  if (!read.ok) return read
  return includePolicies(read.value, { named: stepsNamed(ground), trail: [name], at: 'steps[0]' })
}

const stepOf = (written: unknown, place: number, reading: Reading): readonly PolicyStep[] => {
  const { ground, name, pathBelow } = reading
  const path = ['policies', name, 'steps', place]
  const read = readStep(written, reading)
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

const executionOf = ({ ground, name, pathBelow }: Reading, given: PolicyEntry['execution']): Execution => {
  if (given === undefined) return policyDefaults.execution
  const read = parseExecution(given, '')
  if (read.ok) return read.value
  ground.doubts.push(errorAt(pathBelow(['policies', name, 'execution'], read.at ?? ''), read.why))
  return policyDefaults.execution
}

const fallbackOnOf = (
  { ground, name }: Reading,
  { fallbackOn, fallbackOnRefusal }: PolicyEntry,
): Policy['fallbackOn'] => {
  if (fallbackOn === undefined) return fallbackOnRefusal === true ? ['refusal'] : policyDefaults.fallbackOn
  if (fallbackOnRefusal !== undefined) {
    const says = 'fallbackOnRefusal is what fallbackOn: [refusal] says; write one of the two'
    ground.doubts.push(errorAt(['policies', name, 'fallbackOnRefusal'], says))
  }
  return [...new Set(fallbackOn)]
}

const fallbackOf = ({ ground, name }: Reading, given: PolicyEntry['fallback']): Policy['fallback'] => {
  for (const [place, id] of (given ?? []).entries()) {
    leads(ground, ['policies', name, 'fallback', place], id, { what: 'deployment', names: ground.names.deployments })
  }
  return given as readonly DeploymentId[] | undefined
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

const policyOf = (reading: Reading, entry: PolicyEntry): Policy => {
  const fallback = fallbackOf(reading, entry.fallback)
  return {
    name: reading.name,
    steps: stepsOf(entry.steps, reading),
    execution: executionOf(reading, entry.execution),
    patience: patienceOf(reading, entry.patience),
    seed: entry.seed ?? policyDefaults.seed,
    fallbackOn: fallbackOnOf(reading, entry),
    midStream: entry.midStream ?? policyDefaults.midStream,
    ...(fallback !== undefined && { fallback }),
    ...(entry.window !== undefined && { window: entry.window }),
  }
}

/** Every policy of the file, as far as its steps are well formed, and the built-in one unless the file has its own. */
export const resolvePolicies = (ground: Ground, pathBelow: PathBelow): readonly Policy[] => {
  const own = Object.entries(ground.file.policies ?? {}).map(([name, entry]) =>
    policyOf({ ground, name, pathBelow }, entry),
  )
  return ground.names.policies.includes(builtInPolicy.name) ? own : [...own, builtInPolicy]
}
