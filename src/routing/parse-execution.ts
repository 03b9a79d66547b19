/** How a policy is carried out, as people write it, or what is wrong with it and where. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { didYouMean } from '../domain/nearest.ts'
import type { CascadeCheck, Execution, ExtraCap } from '../domain/policy.ts'
import { millis, unit } from '../domain/units.ts'
import type { Checked, Millis } from '../domain/units.ts'
import { fine, shown, wrong } from './options.ts'
import type { Parser } from './options.ts'
import { duration, flag, share, text } from './parsers.ts'

const modes = ['fallback', 'hedge', 'race', 'cascade'] as const
type Mode = Execution['mode']

/** What each mode takes beside its name. */
const members: Readonly<Record<Mode, readonly string[]>> = {
  fallback: [],
  hedge: ['after', 'cap'],
  race: ['width', 'cap'],
  cascade: ['check'],
}

const isMode = (value: unknown): value is Mode => modes.some(mode => mode === value)

const stray = (value: Json, known: readonly string[], at: string, what: string): Checked<never> | undefined => {
  const name = Object.keys(value).find(one => !known.includes(one))
  if (name === undefined) return undefined
  const there = known.length === 0 ? 'nothing' : known.join(', ')
  return wrong(`no member "${name}"${didYouMean(name, known)} (${what} has ${there})`, `${at}.${name}`)
}

type Read = { readonly [name: string]: unknown }

/** The members that are given, each by its parser. */
const readAll = (value: Json, parsers: Readonly<Record<string, Parser<unknown>>>, at: string): Checked<Read> => {
  const read: [string, unknown][] = []
  for (const [name, parser] of Object.entries(parsers)) {
    if (value[name] === undefined) continue
    const one = parser.parse(value[name])
    if (!one.ok) return wrong(`${name} ${one.why}`, `${at}.${name}`)
    read.push([name, one.value])
  }
  return fine(Object.fromEntries(read))
}

const parseCap = (value: unknown, at: string): Checked<ExtraCap | undefined> => {
  if (value === undefined) return fine(undefined)
  if (!isRecord(value)) return wrong(`${shown(value)} is no cap; write { share: 20%, spend: 10% }`, at)
  const extra = stray(value, ['share', 'spend'], at, 'a cap')
  if (extra !== undefined) return extra
  const read = readAll(value, { share, spend: share }, at)
  if (!read.ok) return read
  const { share: part, spend } = read.value
  return fine({
    ...(typeof part === 'number' && { share: unit(part) }),
    ...(typeof spend === 'number' && { spend: unit(spend) }),
  })
}

const checks = { schema: flag, toolCalls: flag, finished: flag, confidence: share, judge: text }

/** What an answer is judged by where a cascade says nothing. */
const usualCheck: CascadeCheck = { schema: true, toolCalls: true, finished: true }

const parseCheck = (value: unknown, at: string): Checked<CascadeCheck> => {
  if (value === undefined) return fine(usualCheck)
  if (!isRecord(value)) return wrong(`${shown(value)} is no check; write { schema: true, confidence: 0.8 }`, at)
  const extra = stray(value, Object.keys(checks), at, 'a check')
  if (extra !== undefined) return extra
  const read = readAll(value, checks, at)
  if (!read.ok) return read
  const isChecking = Object.values(read.value).some(one => one !== false)
  // Each member was read by the parser of its name, which is what the type says.
  return isChecking
    ? fine(read.value as CascadeCheck)
    : wrong('a check that checks nothing lets the first answer pass; name one thing at least', at)
}

const parseAfter = (value: unknown, at: string): Checked<Millis | 'p95'> => {
  if (value === undefined || value === 'p95') return fine('p95')
  const read = duration.parse(value)
  if (!read.ok) return wrong(`after ${read.why}, or p95`, at)
  return read.value >= 1 && read.value <= 86_400_000
    ? fine(millis(read.value))
    : wrong(`after is ${shown(value)}; write p95, or a time from 1ms to a day`, at)
}

const leastWidth = 2
const mostWidth = 10
const parseWidth = (value: unknown, at: string): Checked<number> => {
  const width = value ?? leastWidth
  const isFit = typeof width === 'number' && Number.isInteger(width) && width >= leastWidth && width <= mostWidth
  return isFit
    ? fine(width)
    : wrong(`width is ${shown(value)}; write a whole number from ${leastWidth} to ${mostWidth}`, at)
}

const parseLanes = (mode: 'hedge' | 'race', value: Json, at: string): Checked<Execution> => {
  const cap = parseCap(value['cap'], `${at}.cap`)
  if (!cap.ok) return cap
  const capped = cap.value !== undefined && { cap: cap.value }
  if (mode === 'race') {
    const width = parseWidth(value['width'], `${at}.width`)
    return width.ok ? fine({ mode, width: width.value, ...capped }) : width
  }
  const after = parseAfter(value['after'], `${at}.after`)
  return after.ok ? fine({ mode, after: after.value, ...capped }) : after
}

/** The execution that was meant: a mode alone, or a mapping with one. */
export const parseExecution = (written: unknown, at: string): Checked<Execution> => {
  const value = typeof written === 'string' ? { mode: written } : written
  if (!isRecord(value)) return wrong(`${shown(written)} is no execution; write { mode: ${modes.join('|')} }`, at)
  const { mode } = value
  if (!isMode(mode)) {
    const meant = typeof mode === 'string' ? didYouMean(mode, modes) : ''
    return wrong(`mode is ${shown(mode)}${meant}; write one of ${modes.join(', ')}`, `${at}.mode`)
  }
  const name = Object.keys(value).find(one => one !== 'mode' && !members[mode].includes(one))
  if (name !== undefined) {
    const isOfAnother = Object.values(members).some(list => list.includes(name))
    if (isOfAnother) return wrong(`${name} has no effect with mode ${mode}; leave it out`, `${at}.${name}`)
    return stray(value, ['mode', ...members[mode]], at, `mode ${mode}`) ?? fine({ mode: 'fallback' })
  }
  if (mode === 'fallback') return fine({ mode })
  if (mode !== 'cascade') return parseLanes(mode, value, at)
  const check = parseCheck(value['check'], `${at}.check`)
  return check.ok ? fine({ mode, check: check.value }) : check
}
