/** Values of a file held against the schema: what is well formed, and everything that is not. */
import type * as z from 'zod'
import { didYouMean } from '../domain/nearest.ts'
import { shown } from '../routing/options.ts'
import { errorAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import { fileSchema } from './schema.ts'
import type { ConfigFile } from './schema.ts'
import { looksSecret } from './secrets.ts'
import { nameRule } from './shape.ts'

type Members = Readonly<Record<string, unknown>>
export const isMembers = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const isPart = (part: PropertyKey): part is string | number => typeof part !== 'symbol'

const memberIn = (value: unknown, part: string | number): unknown => {
  if (Array.isArray(value)) return typeof part === 'number' ? value[part] : undefined
  return isMembers(value) && Object.hasOwn(value, part) ? value[part] : undefined
}
/** The value at the end of the path; undefined if there is none. */
export const valueAt = (value: unknown, path: Path): unknown => path.reduce(memberIn, value)

/** What stands in the file, without showing what may be a secret. */
export const found = (value: unknown): string => {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string' && looksSecret(value)) return 'text that looks like a secret'
  return shown(value)
}

const nameOf = (path: Path): string => {
  const last = path.at(-1)
  if (typeof last === 'number') return `${nameOf(path.slice(0, -1))}[${last}]`
  return last ?? 'the file'
}

const strays = (issue: Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>, path: Path): readonly Doubt[] =>
  issue.keys.map(name => {
    const known = issue.message.split(', ').filter(one => one !== '$schema')
    const shownName = looksSecret(name) ? 'that looks like a secret' : `"${name}"`
    return errorAt([...path, name], `no member ${shownName}${didYouMean(name, known)} (there are ${known.join(', ')})`)
  })

const misfit = (path: Path, raw: unknown, what: string): Doubt => {
  const value = valueAt(raw, path)
  const holder = path.slice(0, -1)
  if (value === undefined && path.length > 0) return errorAt(holder, `needs ${nameOf(path)}: ${what}`)
  if (path.length === 0) return errorAt(path, `the file is ${found(value)}; write ${what}`)
  return errorAt(path, `${nameOf(path)} is ${found(value)}; write ${what}`)
}

/** A union's own sentence says what would be right, unless the value has the shape of one of its branches. */
const innermost = (issue: z.core.$ZodIssue, raw: unknown): readonly z.core.$ZodIssue[] => {
  if (issue.code !== 'invalid_union') return [issue]
  const value = valueAt(raw, issue.path.filter(isPart))
  const below = issue.errors.find(branch => branch.some(one => one.path.length > 0))
  if (!isMembers(value) || below === undefined) return [issue]
  return below.map(one => ({ ...one, path: [...issue.path, ...one.path] }))
}

const doubtsOf = (issue: z.core.$ZodIssue, raw: unknown): readonly Doubt[] => {
  const path = issue.path.filter(isPart)
  if (issue.code === 'unrecognized_keys') return strays(issue, path)
  if (issue.code === 'invalid_key') {
    const isHeader = path.at(-2) === 'headers'
    const rule = isHeader ? 'write a header such as x-team' : nameRule
    return [errorAt(path, `${found(path.at(-1))} is no name for this; ${rule}`)]
  }
  return [misfit(path, raw, issue.message)]
}

/** What is wrong with a value that was held against a schema. */
export const misfits = (error: z.ZodError, raw: unknown): readonly Doubt[] =>
  error.issues.flatMap(issue => innermost(issue, raw)).flatMap(issue => doubtsOf(issue, raw))

/** Sections whose entries stand alone: one that is wrong is left out, and the others are still looked at. */
const byName = ['providers', 'deployments', 'pools', 'aliases', 'policies', 'keys']

const without = (value: Members, [section, entry]: Path): Members => {
  if (typeof section !== 'string') return value
  const rest = Object.entries(value)
  const members = value[section]
  if (!byName.includes(section) || entry === undefined || !isMembers(members))
    return Object.fromEntries(rest.filter(([name]) => name !== section))
  const kept = Object.entries(members).filter(([name]) => name !== entry)
  return { ...value, [section]: Object.fromEntries(kept) }
}

/** Empty sections are as good as none: `keys:` with all of its entries commented out. */
const withoutEmpty = (value: unknown): unknown => {
  if (value === null || value === undefined) return {}
  if (!isMembers(value)) return value
  const known = Object.keys(fileSchema.shape)
  return Object.fromEntries(Object.entries(value).filter(([name, one]) => one !== null || !known.includes(name)))
}

/** The well-formed part of a file, and what is wrong with the rest. */
export interface WellFormed {
  readonly file: ConfigFile
  readonly doubts: readonly Doubt[]
}

/** Checks the values; `raw` has them as they were written, for messages. */
export const wellFormed = (value: unknown, raw: unknown): WellFormed => {
  const given = withoutEmpty(value)
  const read = fileSchema.safeParse(given)
  if (read.success) return { file: read.data, doubts: [] }
  const issues = read.error.issues.flatMap(issue => innermost(issue, value))
  const doubts = issues.flatMap(issue => doubtsOf(issue, raw))
  if (!isMembers(given)) return { file: {}, doubts }
  const paths = issues.flatMap(issue => {
    const path = issue.path.filter(isPart)
    return issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...path, key]) : [path]
  })
  const rest = fileSchema.safeParse(paths.reduce<Members>(without, given))
  return { file: rest.success ? rest.data : {}, doubts }
}
