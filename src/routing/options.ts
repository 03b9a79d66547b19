/** The options of a step: how each is written, read and described. */
import type { StepOptions } from '../domain/policy.ts'
import type { Checked } from '../domain/units.ts'
import type { Strategy } from '../ports/strategy.ts'
import { didYouMean } from '../domain/nearest.ts'

/** One option as a reference page shows it. */
export interface OptionDoc {
  readonly name: string
  readonly type: string
  /** As one would write it; absent where it must be given or nothing is meant by its absence. */
  readonly default?: string
  readonly required: boolean
  readonly sentence: string
}

/** A strategy that a policy can use: how it is made and described. */
export interface StrategyMaker {
  readonly name: string
  readonly kind: Strategy['kind']
  readonly sentence: string
  readonly options: readonly OptionDoc[]
  /** Options with which it can be made. */
  readonly example: StepOptions
  /** The strategy, or which option is wrong; `at` is the path below the step, e.g. `with.within`. */
  make(options: StepOptions): Checked<Strategy>
}

/** How one kind of value is read from what a person wrote. */
export interface Parser<T> {
  readonly type: string
  /** `why` ends the sentence that begins with the option's name. */
  parse(value: unknown): Checked<T>
}

/** One option: its parser, its sentence, and what its absence means. */
export interface Option<T> {
  readonly parser: Parser<T>
  readonly sentence: string
  readonly default?: string
  readonly absent: Checked<T>
}
type Options = Readonly<Record<string, Option<unknown>>>
type Values<O extends Options> = { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never }

/** What was found, short enough for a message. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? typeof value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** A well-formed value. */
export const fine = <T>(value: T): Checked<T> => ({ ok: true, value })
/** Why a value is not well formed, and where. */
export const wrong = (why: string, at?: string): { readonly ok: false; readonly why: string; readonly at?: string } =>
  at === undefined ? { ok: false, why } : { ok: false, why, at }

/** An option that must be given. */
export const required = <T>(parser: Parser<T>, sentence: string): Option<T> => ({
  parser,
  sentence,
  absent: wrong(`is needed: ${parser.type}`),
})
/** An option without which nothing is meant. */
export const optional = <T>(parser: Parser<T>, sentence: string): Option<T | undefined> => ({
  parser,
  sentence,
  absent: fine(undefined),
})
/** An option that means `value`, as one would write it, where it is absent. */
export const defaulting = <T>(parser: Parser<T>, sentence: string, value: string | boolean): Option<T> => ({
  parser,
  sentence,
  default: String(value),
  absent: parser.parse(value),
})

const docOf = ([name, option]: [string, Option<unknown>]): OptionDoc => ({
  name,
  type: option.parser.type,
  ...(option.default === undefined ? {} : { default: option.default }),
  required: !option.absent.ok,
  sentence: option.sentence,
})

const unknownName = (given: StepOptions, names: readonly string[]): Checked<never> | undefined => {
  const name = Object.keys(given).find(one => !names.includes(one))
  if (name === undefined) return undefined
  const known = names.length === 0 ? 'it takes none' : `there are ${names.join(', ')}`
  return wrong(`no option "${name}"${didYouMean(name, names)} (${known})`, `with.${name}`)
}

const readOptions = <O extends Options>(given: StepOptions, options: O): Checked<Values<O>> => {
  const names = Object.keys(options)
  const stray = unknownName(given, names)
  if (stray !== undefined) return stray
  const values: [string, unknown][] = []
  for (const [name, option] of Object.entries(options)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    const read = value === undefined ? option.absent : option.parser.parse(value)
    if (!read.ok) return wrong(`${name} ${read.why}`, `with.${name}`)
    values.push([name, read.value])
  }
  // Each member was read by the parser of its name, which is what the type says.
  return fine(Object.fromEntries(values) as Values<O>)
}

/** A maker whose options are read and checked before `build` sees them. */
export const maker = <O extends Options>(plan: {
  readonly name: string
  readonly kind: Strategy['kind']
  readonly sentence: string
  readonly options: O
  readonly example?: StepOptions
  readonly build: (values: Values<O>) => Strategy
}): StrategyMaker => ({
  name: plan.name,
  kind: plan.kind,
  sentence: plan.sentence,
  options: Object.entries(plan.options).map(docOf),
  example: plan.example ?? {},
  make: given => {
    const read = readOptions(given, plan.options)
    return read.ok ? fine(plan.build(read.value)) : read
  },
})
