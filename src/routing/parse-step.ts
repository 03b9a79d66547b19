/** A step of a policy as people write it, or what is wrong with it and where. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { PolicyStep, StepOptions } from '../domain/policy.ts'
import type { Checked } from '../domain/units.ts'
import { didYouMean } from '../domain/nearest.ts'
import { expandSynonym } from './expand-synonym.ts'
import { fine, shown, wrong } from './options.ts'
import { parseExecution } from './parse-execution.ts'
import { parseSplit } from './parse-split.ts'
import { parseCondition } from './parse-condition.ts'

/** How deep `when` may stand in `when`. */
export const deepestStep = 32

const plainMembers = ['use', 'with', 'blend', 'weight']
const branchMembers = ['when', 'then', 'otherwise']

const stray = (value: Json, members: readonly string[], at: string): Checked<never> | undefined => {
  const name = Object.keys(value).find(one => !members.includes(one))
  if (name === undefined) return undefined
  return wrong(`no member "${name}"${didYouMean(name, members)} (a step has ${members.join(', ')})`, `${at}.${name}`)
}

type Blended = { readonly blend?: string; readonly weight?: number }

const parseBlend = ({ blend, weight }: Json, at: string): Checked<Blended> => {
  if (blend !== undefined && (typeof blend !== 'string' || blend.trim() === ''))
    return wrong(`blend is ${shown(blend)}; write the name of a blend`, `${at}.blend`)
  const isWeight = typeof weight === 'number' && Number.isFinite(weight) && weight > 0
  if (weight !== undefined && !isWeight)
    return wrong(`weight is ${shown(weight)}; write a number over 0`, `${at}.weight`)
  return fine({ ...(blend !== undefined && { blend }), ...(isWeight && { weight }) })
}

const parseUse = (value: Json, at: string): Checked<PolicyStep> => {
  const { use, with: options } = value
  const extra = stray(value, plainMembers, at)
  if (extra !== undefined) return extra
  if (typeof use !== 'string') return wrong(`${shown(use)} is no name of a step`, `${at}.use`)
  const blend = parseBlend(value, at)
  if (!blend.ok) return blend
  if (options === undefined || options === null) return fine({ use, ...blend.value })
  if (!isRecord(options)) return wrong(`${shown(options)} holds no options; write { name: value }`, `${at}.with`)
  const given: StepOptions = options
  return fine({ use, with: given, ...blend.value })
}

const parseBranch = (value: unknown, at: string, depth: number): Checked<readonly PolicyStep[]> => {
  const steps: readonly unknown[] = Array.isArray(value) ? value : [value]
  const found: PolicyStep[] = []
  for (const [place, step] of steps.entries()) {
    const read = parse(step, Array.isArray(value) ? `${at}[${place}]` : at, depth + 1)
    if (!read.ok) return read
    found.push(read.value)
  }
  return fine(found)
}

const parseWhen = (value: Json, at: string, depth: number): Checked<PolicyStep> => {
  const extra = stray(value, branchMembers, at)
  if (extra !== undefined) return extra
  const when = parseCondition(value['when'], `${at}.when`)
  if (!when.ok) return when
  if (value['then'] === undefined) return wrong('needs then: the steps that are taken where it holds', at)
  const then = parseBranch(value['then'], `${at}.then`, depth)
  if (!then.ok) return then
  if (value['otherwise'] === undefined) return fine({ when: when.value, then: then.value })
  const otherwise = parseBranch(value['otherwise'], `${at}.otherwise`, depth)
  return otherwise.ok ? fine({ when: when.value, then: then.value, otherwise: otherwise.value }) : otherwise
}

/** The steps of another policy, as a stored policy has them. */
const parseInclude = (value: Json, at: string, depth: number): Checked<PolicyStep> => {
  const extra = stray(value, ['include', 'steps'], at)
  if (extra !== undefined) return extra
  const { include } = value
  if (typeof include !== 'string') return wrong(`${shown(include)} is no name of a policy`, `${at}.include`)
  const steps = parseBranch(value['steps'] ?? [], `${at}.steps`, depth)
  return steps.ok ? fine({ include, steps: steps.value }) : steps
}

const parseCarry = (value: Json, at: string): Checked<PolicyStep> => {
  const extra = stray(value, ['execution'], at)
  if (extra !== undefined) return extra
  const execution = parseExecution(value['execution'], `${at}.execution`)
  return execution.ok ? fine({ execution: execution.value }) : execution
}

/** What another gateway calls a step, in our own steps: one as it is, several as if they were a policy of that name. */
const parseWords = (value: unknown, steps: readonly unknown[], at: string, depth: number): Checked<PolicyStep> => {
  const [only] = steps
  if (steps.length === 1) return parse(only, at, depth + 1)
  const name = isRecord(value) ? (value['use'] ?? 'strategy') : value
  const read = parseBranch(steps, at, depth)
  return read.ok ? fine({ include: String(name), steps: read.value }) : wrong(read.why, at)
}

/** What tells each form of step, and how it is read. */
const parseRecord = (value: Json, at: string, depth: number): Checked<PolicyStep> | undefined => {
  if ('when' in value) return parseWhen(value, at, depth)
  if ('split' in value) return parseSplit(value, at, (inner, place) => parseBranch(inner, place, depth))
  if ('use' in value) return parseUse(value, at)
  if ('include' in value) return parseInclude(value, at, depth)
  return 'execution' in value ? parseCarry(value, at) : undefined
}

const parse = (value: unknown, at: string, depth: number): Checked<PolicyStep> => {
  if (depth > deepestStep) return wrong(`steps are nested more than ${deepestStep} deep`, at)
  const expanded = expandSynonym(value, at)
  if (expanded !== undefined) return expanded.ok ? parseWords(value, expanded.value, at, depth) : expanded
  if (typeof value === 'string') return fine({ use: value })
  const read = isRecord(value) ? parseRecord(value, at, depth) : undefined
  if (read !== undefined) return read
  const names = [...plainMembers, ...branchMembers, 'split', 'execution']
  if (isRecord(value)) {
    const extra = stray(value, names, at)
    if (extra !== undefined) return extra
  }
  return wrong(
    `${shown(value)} is no step; write a name, { use, with }, { when, then, otherwise }, { split } or { execution }`,
    at,
  )
}

/** The step that was meant: a name, `{ use, with }`, `{ when, then, otherwise }`, `{ split }` or `{ execution }`. Whether there is such a step is told by compilePolicy. */
export const parseStep = (value: unknown, at: string): Checked<PolicyStep> => parse(value, at, 0)
