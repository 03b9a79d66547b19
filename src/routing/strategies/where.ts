/** Leaves out candidates whose tags say otherwise: region, residency, tier. */
import type { Candidate } from '../../domain/deployment.ts'
import type { StepOptions } from '../../domain/policy.ts'
import type { Checked } from '../../domain/units.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { fine, shown, wrong } from '../options.ts'
import type { StrategyMaker } from '../options.ts'
import { listed } from '../wording.ts'

type Wanted = readonly (readonly [tag: string, values: readonly string[]])[]

const mismatch = (candidate: Candidate, wanted: Wanted): string | undefined => {
  for (const [tag, values] of wanted) {
    const value = Object.hasOwn(candidate.tags, tag) ? candidate.tags[tag] : undefined
    if (value === undefined) return `has no tag ${tag}, which must be ${listed(values)}`
    if (!values.includes(value)) return `its ${tag} is ${value}, which must be ${listed(values)}`
  }
  return undefined
}

const constraint = (wanted: Wanted): Constraint => ({
  kind: 'constraint',
  name: 'where',
  reads: [],
  exclude: candidate => mismatch(candidate, wanted),
})

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))

const make = (options: StepOptions): Checked<Constraint> => {
  const wanted: [string, readonly string[]][] = []
  for (const [tag, value] of Object.entries(options)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const values = list.filter(isScalar).map(String)
    if (values.length === 0 || values.length < list.length)
      return wrong(`${tag} is ${shown(value)}; write a value or a list of values, such as [eu, us]`, `with.${tag}`)
    wanted.push([tag, values])
  }
  if (wanted.length === 0) return wrong('names no tag; write one with its values, such as { region: [eu, us] }', 'with')
  return fine(constraint(wanted))
}

/** `where`: every tag that is named must have one of its values. */
export const where: StrategyMaker = {
  name: 'where',
  kind: 'constraint',
  sentence:
    'Leaves out candidates whose tags do not have the values that are named; a missing tag does not count as one.',
  options: [
    {
      name: '<tag>',
      type: 'a value or a list of values',
      required: true,
      sentence: "What the candidate's tag of that name must be; several tags must all fit.",
    },
  ],
  example: { region: ['eu', 'us'] },
  make,
}
