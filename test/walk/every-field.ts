/** What happens to each field on its way: what of it arrives, where, and what is told to be lost. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Loss } from '../../src/domain/outcome.ts'
import type { Field } from '../schema-fields.ts'

export type Json = Readonly<Record<string, unknown>>
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** JSON as it goes over the wire. */
export const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

/** Every leaf of a value by its path. */
const leavesOf = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
  if (Array.isArray(value) && value.length > 0)
    return value.flatMap((one: unknown, at) => leavesOf(one, `${path}[${at}]`))
  if (isRecord(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, one]) => leavesOf(one, path === '' ? key : `${path}.${key}`))
  return [[path, JSON.stringify(value) ?? 'undefined']]
}
const short = (text: string): string => (text.length > 90 ? `${text.slice(0, 87)}…"` : text)

/** What the second has that the first has not, and what went away: one line each. */
export const changes = (before: unknown, after: unknown): readonly string[] => {
  const [old, now] = [new Map(leavesOf(before)), new Map(leavesOf(after))]
  const told = [...now]
    .filter(([path, leaf]) => old.get(path) !== leaf)
    .map(([path, leaf]) => `${path} = ${short(leaf)}`)
  const gone = [...old.keys()].filter(path => path !== '' && !now.has(path)).map(path => `${path} is gone`)
  return [...told, ...gone]
}

/** What was made of a value: what was sent, and what was lost. */
export interface Made {
  readonly sent: unknown
  readonly losses: readonly Loss[]
}
/** What came of one field. */
export interface Fate {
  readonly field: Field
  readonly made: Made
  readonly arrives: readonly string[]
  readonly lost: readonly string[]
}

/** The fate of a field: what differs where it is there from where it is not. */
export const fateOf = (field: Field, make: (value: unknown) => Made): Fate => {
  const made = make(field.value)
  const before = field.without === undefined ? { sent: {}, losses: [] } : make(field.without.value)
  const known = new Set(before.losses.map(({ field: name }) => name))
  return {
    field,
    made,
    arrives: changes(before.sent, made.sent),
    lost: made.losses.map(({ field: name }) => name).filter(name => !known.has(name)),
  }
}

const endOf = ({ field, made, arrives, lost }: Fate, saysNothing: Readonly<Record<string, string>>): string => {
  if (lost.length > 0) return `lost: ${lost.toSorted().join(', ')}`
  if (arrives.length > 0) return ''
  return `nothing: ${saysNothing[field.path] ?? `lost with ${holdersOf(field, made).join(', ')}`}`
}

/** The fates as a page that people read. */
export const pageOf = (fates: readonly Fate[], saysNothing: Readonly<Record<string, string>>): string =>
  fates
    .map(fate => {
      const lines = [...fate.arrives, endOf(fate, saysNothing)].filter(line => line !== '')
      return `${fate.field.path.replace(/^\./, '')}\n${lines.map(line => `    ${line}\n`).join('')}`
    })
    .join('')

/** What is lost and holds the field. */
const holdersOf = ({ path }: Field, { losses }: Made): readonly string[] =>
  losses.map(({ field: name }) => name).filter(name => name.split('.').some(word => path.includes(word)))
const inside = (value: unknown, found: string[] = []): readonly string[] => {
  if (typeof value === 'string' && value.startsWith('some ')) found.push(value)
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) inside(one, found)
  return found
}
/** True if the field arrived, or something that it belongs to is named as lost. */
export const isTold = ({ field, made, arrives, lost }: Fate): boolean => {
  if (lost.length > 0 || holdersOf(field, made).length > 0) return true
  const sent = JSON.stringify(made.sent)
  // What differs may be what stands around the field: its own words must be there.
  return arrives.length > 0 && inside(field.value).every(words => sent.includes(words))
}

/** The page of this name as it is kept. `GOLDEN=write node scripts/test.mjs every-` keeps what is told now; read the difference before you do. */
export const goldenPage = (name: string, page: string): string => {
  const file = join(import.meta.dirname, `../golden/fields/${name.replaceAll(' ', '-')}.txt`)
  if (process.env['GOLDEN'] === 'write') writeFileSync(file, page)
  return readFileSync(file, 'utf8')
}
