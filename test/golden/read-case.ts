/** One golden decision: a file with policy and facts, a line of dashes, the decision, another line, and its words. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts, RoutingDecision } from '../../src/domain/decision.ts'
import type { Policy } from '../../src/domain/policy.ts'

const folder = join(import.meta.dirname, 'decisions')
const line = `\n${'-'.repeat(80)}\n`

export interface GoldenCase {
  readonly name: string
  readonly path: string
  readonly policy: Policy
  readonly facts: Facts
  /** What the file holds behind the first line of dashes: decision and words as one text; empty in a new file. */
  readonly told: string
  /** The file as it would be with this decision and these words. */
  withDecision(decision: RoutingDecision, words: string): string
}

const widest = 116

const onOneLine = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}: ${onOneLine(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** JSON with each value on one line where it fits, so that a candidate is a line or two. */
const laidOut = (value: unknown, indent = ''): string => {
  const flat = onOneLine(value)
  if (value === null || typeof value !== 'object' || indent.length + flat.length <= widest) return flat
  const deeper = `${indent}  `
  const members = Array.isArray(value)
    ? value.map(member => laidOut(member, deeper))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => `${JSON.stringify(key)}: ${laidOut(member, deeper)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${members.map(member => deeper + member).join(',\n')}\n${indent}${close}`
}

/** Decision and words as they stand in a file. */
export const tell = (decision: RoutingDecision, words: string): string => `${laidOut(decision)}${line}${words}\n`

/** Reads all cases, in order of name. */
export const goldenCases = (): readonly GoldenCase[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.txt'))
    .sort()
    .map(name => {
      const path = join(folder, name)
      const [given = '', ...rest] = readFileSync(path, 'utf8').split(line)
      const { policy, facts }: { policy: Policy; facts: Facts } = JSON.parse(given)
      return {
        name: name.replace(/\.txt$/, ''),
        path,
        policy,
        facts,
        told: rest.join(line),
        withDecision: (decision, words) => `${laidOut({ policy, facts })}${line}${tell(decision, words)}`,
      }
    })
