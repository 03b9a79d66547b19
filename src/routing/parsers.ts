/** How the values of options are written: shares, times, dollars, names. */
import { isRecord } from '../domain/json.ts'
import { didYouMean } from '../domain/nearest.ts'
import type { SeedBy } from '../domain/policy.ts'
import { fine, shown, wrong } from './options.ts'
import type { Parser } from './options.ts'

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** A number and the unit written behind or before it; undefined if it is neither. */
const measured = (value: unknown): { readonly amount: number; readonly unit: string } | undefined => {
  if (isNumber(value)) return { amount: value, unit: '' }
  if (typeof value !== 'string') return undefined
  const parts = /^\s*(\$?)\s*(\d+(?:\.\d+)?|\.\d+)\s*(%|ms|s|m|usd)?\s*$/i.exec(value)
  if (parts === null) return undefined
  const [, sign = '', digits = '', unit = ''] = parts
  if (sign !== '' && unit !== '') return undefined
  return { amount: Number(digits), unit: sign === '' ? unit.toLowerCase() : '$' }
}

const inMillis: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

const reader =
  <T>(type: string, read: (value: unknown) => T | undefined): Parser<T>['parse'] =>
  value => {
    const found = read(value)
    return found === undefined ? wrong(`is ${shown(value)}; write ${type}`) : fine(found)
  }
const parser = <T>(type: string, read: (value: unknown) => T | undefined): Parser<T> => ({
  type,
  parse: reader(type, read),
})

const readShare = (value: unknown): number | undefined => {
  const found = measured(value)
  if (found === undefined) return undefined
  const amount = found.unit === '%' ? found.amount / 100 : found.amount
  return (found.unit === '' || found.unit === '%') && amount >= 0 && amount <= 1 ? amount : undefined
}

const readMillis = (value: unknown): number | undefined => {
  const found = measured(value)
  if (found === undefined || found.amount < 0) return undefined
  const factor = found.unit === '' ? 1 : inMillis[found.unit]
  return factor === undefined ? undefined : found.amount * factor
}

const readMicroUsd = (value: unknown): number | undefined => {
  const found = measured(value)
  if (found === undefined || found.amount < 0) return undefined
  return found.unit === '' || found.unit === '$' || found.unit === 'usd' ? found.amount * 1e6 : undefined
}

/** A number from 0 to 1, as such or in per cent. */
export const share: Parser<number> = parser('a share from 0 to 1, such as 0.05 or 5%', readShare)

/** A share that is a probability short of certainty. */
export const probability: Parser<number> = parser('a probability over 0 and under 1, such as 0.9 or 90%', value => {
  const found = readShare(value)
  return found !== undefined && found > 0 && found < 1 ? found : undefined
})

const [shortestWindow, longestWindow] = [30_000, 300_000]
/** How far back latency is looked at, in milliseconds. */
export const lookBack: Parser<number> = parser('a time from 30s to 5m', value => {
  const found = readMillis(value)
  return found !== undefined && found >= shortestWindow && found <= longestWindow ? found : undefined
})

/** Milliseconds, from a number of them or a text with unit. */
export const duration: Parser<number> = parser('a time such as 200ms, 1.5s or 2m', readMillis)

/** Millionths of a dollar, from dollars. */
export const dollarAmount: Parser<number> = parser('US dollars such as 0.02 or $0.02', readMicroUsd)

/** True or false. */
export const flag: Parser<boolean> = parser('true or false', value => (typeof value === 'boolean' ? value : undefined))

/** A name. */
export const text: Parser<string> = parser('a name', value =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined,
)

const either = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`

/** One of these words. */
export const oneOf = <Word extends string>(...words: readonly Word[]): Parser<Word> => ({
  type: either(words),
  parse: value => {
    const found = words.find(word => word === value)
    if (found !== undefined) return fine(found)
    const meant = typeof value === 'string' ? didYouMean(value, words) : ''
    return wrong(
      meant === '' ? `is ${shown(value)}; write ${either(words)}` : `is ${shown(value)}${meant} (${either(words)})`,
    )
  },
})

const isTag = (value: unknown): value is `tags.${string}` => typeof value === 'string' && /^tags\.[^\s]+$/.test(value)

const stays = 'session, user, or a tag such as tags.tenant'
/** By what requests stay together: a session, a user, or all with the same tag. */
export const staysBy: Parser<Exclude<SeedBy, 'request'>> = {
  type: stays,
  parse: value => {
    if (value === 'session' || value === 'user' || isTag(value)) return fine(value)
    const meant = typeof value === 'string' ? didYouMean(value, ['session', 'user', `tags.${value}`]) : ''
    return wrong(meant === '' ? `is ${shown(value)}; write ${stays}` : `is ${shown(value)}${meant} (${stays})`)
  },
}

/** One name or several. */
export const names: Parser<readonly string[]> = parser('a name or a list of names', value => {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.length === 0) return undefined
  const found = list.filter(one => typeof one === 'string' && one.trim() !== '')
  return found.length === list.length ? found : undefined
})

/** What to do with a candidate of which nothing is known. */
export const keepOrExclude: Parser<'keep' | 'exclude'> = parser('keep or exclude', value =>
  value === 'keep' || value === 'exclude' ? value : undefined,
)

/** Weights by name, none under zero. */
export const weights: Parser<ReadonlyMap<string, number>> = parser(
  'a number of 0 or more for each candidate, such as { one: 95, other: 5 }',
  value => {
    if (!isRecord(value)) return undefined
    const found = new Map<string, number>()
    for (const [name, weight] of Object.entries(value)) {
      if (!isNumber(weight) || weight < 0) return undefined
      found.set(name, weight)
    }
    return found.size === 0 ? undefined : found
  },
)

/** How near two keys must be to count as tied: by a share of the better one, or by an amount in the key's own unit. */
export interface Nearness {
  readonly share: number
  readonly amount: number
}
const byShare = (value: number): Nearness => ({ share: value, amount: 0 })
const byAmount = (value: number): Nearness => ({ share: 0, amount: value })

/** A test for keys, the better one first; forgiving where only floating point sets them apart. */
export const tiedWithin = (near: Nearness | undefined): ((best: number, key: number) => boolean) | undefined => {
  if (near === undefined) return undefined
  return (best, key) => {
    const size = Math.abs(best)
    return key - best <= Math.max(size * near.share, near.amount) + 1e-9 * Math.max(1e-3, size)
  }
}

const nearness = (type: string, amount: (value: unknown) => number | undefined): Parser<Nearness> =>
  parser(type, value => {
    const part = readShare(value)
    if (part !== undefined) return byShare(part)
    const found = amount(value)
    return found === undefined ? undefined : byAmount(found)
  })

/** Near in cost: a share of the cheapest, or dollars. A bare number over 1 could mean either and is refused. */
export const nearInCost: Parser<Nearness> = nearness('a share such as 5% or 0.05, or dollars such as $0.02', value =>
  typeof value === 'string' && measured(value)?.unit !== '' ? readMicroUsd(value) : undefined,
)

/** Near in time: a share of the fastest, or a time; a bare number over 1 is milliseconds. */
export const nearInTime: Parser<Nearness> = nearness('a share such as 10% or 0.1, or a time such as 200ms', readMillis)

/** Near in quality: points on the scale from 0 to 1. */
export const nearInQuality: Parser<Nearness> = parser('points of quality such as 0.02 or 2%', value => {
  const part = readShare(value)
  return part === undefined ? undefined : byAmount(part)
})
