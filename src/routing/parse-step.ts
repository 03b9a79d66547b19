/** A step of a policy as people write it, or what is wrong with it and where. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { PolicyStep, StepOptions } from '../domain/policy.ts'
import type { Checked } from '../domain/units.ts'
import { didYouMean } from '../domain/nearest.ts'
import { fine, shown, wrong } from './options.ts'
import { parseCondition } from './parse-condition.ts'

/** How deep `when` may stand in `when`. */
export const deepestStep = 32

const plainMembers = ['use', 'with']
const branchMembers = ['when', 'then', 'otherwise']

const stray = (value: Json, members: readonly string[], at: string): Checked<never> | undefined => {
  const name = Object.keys(value).find(one => !members.includes(one))
  if (name === undefined) return undefined
  return wrong(`no member "${name}"${didYouMean(name, members)} (a step has ${members.join(', ')})`, `${at}.${name}`)
}

const parseUse = (value: Json, at: string): Checked<PolicyStep> => {
  const { use, with: options } = value
  const extra = stray(value, plainMembers, at)
  if (extra !== undefined) return extra
  if (typeof use !== 'string') return wrong(`${shown(use)} is no name of a step`, `${at}.use`)
  if (options === undefined || options === null) return fine({ use })
  if (!isRecord(options)) return wrong(`${shown(options)} holds no options; write { name: value }`, `${at}.with`)
  const given: StepOptions = options
  return fine({ use, with: given })
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

const parse = (value: unknown, at: string, depth: number): Checked<PolicyStep> => {
  if (depth > deepestStep) return wrong(`steps are nested more than ${deepestStep} deep`, at)
  if (typeof value === 'string') return fine({ use: value })
  if (isRecord(value) && 'when' in value) return parseWhen(value, at, depth)
  if (isRecord(value) && 'use' in value) return parseUse(value, at)
  const names = [...plainMembers, ...branchMembers]
  if (isRecord(value)) {
    const extra = stray(value, names, at)
    if (extra !== undefined) return extra
  }
  return wrong(`${shown(value)} is no step; write a name, { use, with } or { when, then, otherwise }`, at)
}

/** The step that was meant: a name, `{ use, with }`, or `{ when, then, otherwise }`. Whether there is such a step is told by compilePolicy. */
export const parseStep = (value: unknown, at: string): Checked<PolicyStep> => parse(value, at, 0)
