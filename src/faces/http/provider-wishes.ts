/** OpenRouter's `provider` object to wishes: what of it is heeded, what is told as a loss, and what is refused. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { didYouMean, nearest } from '../../domain/nearest.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Wishes } from '../../domain/request.ts'
import { microUsd } from '../../domain/units.ts'
import type { Checked, MicroUsd } from '../../domain/units.ts'

/** Wishes while they are read from a body. */
export type Growing = { -readonly [Key in keyof Wishes]?: Wishes[Key] }

/** Reads one member of `provider` into the wishes, or says what would be right. */
type Reader = (value: unknown, wishes: Growing) => Checked<never> | undefined

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

const wrong = (at: string, why: string): Checked<never> => ({ ok: false, at, why: `${at} ${why}` })

/** Names are kept with every decision, so they must stay few and short. */
const mostNames = 64
const longestName = 256

/** A list of names of bounded number and length; undefined if it is none. */
export const namesIn = (value: unknown): readonly string[] | undefined => {
  if (!Array.isArray(value) || value.length > mostNames) return undefined
  const names = value.filter(one => typeof one === 'string' && one !== '' && one.length <= longestName)
  return names.length === value.length ? names : undefined
}

const namesInto =
  (member: 'order' | 'only' | 'ignore'): Reader =>
  (value, wishes) => {
    const names = namesIn(value)
    if (names === undefined) {
      return wrong(`provider.${member}`, `is no list of names of providers; one of ${mostNames} at most would be right`)
    }
    wishes[member] = names
    return undefined
  }

const flagInto =
  (member: string, take: (wishes: Growing, isSet: boolean) => void): Reader =>
  (value, wishes) => {
    if (typeof value !== 'boolean')
      return wrong(`provider.${member}`, 'is neither true nor false; one of them would be right')
    take(wishes, value)
    return undefined
  }

/** As tags that a candidate has to have: who runs the gateway knows what its providers promised, and says it there. */
const askTag = (wishes: Growing, tag: string, values: readonly string[]): void => {
  wishes.candidateTags = { ...wishes.candidateTags, [tag]: values }
}

const readCollection: Reader = (value, wishes) => {
  if (value !== 'allow' && value !== 'deny') return wrong('provider.data_collection', 'is neither "allow" nor "deny"')
  if (value === 'deny') askTag(wishes, 'data_collection', ['deny'])
  return undefined
}

const readQuantizations: Reader = (value, wishes) => {
  const names = namesIn(value)
  if (names === undefined) return wrong('provider.quantizations', 'is no list of names; ["fp8", "bf16"] would be right')
  if (names.length > 0) askTag(wishes, 'quantization', names)
  return undefined
}

const sorts: ReadonlyMap<unknown, NonNullable<Wishes['sort']>> = new Map([
  ['price', 'cheap'],
  ['throughput', 'throughput'],
  ['latency', 'fast'],
])
const sortNames = [...sorts.keys()].map(String)

const readSort: Reader = (value, wishes) => {
  const { by, partition } = isRecord(value) ? value : { by: value, partition: undefined }
  const at = isRecord(value) ? 'provider.sort.by' : 'provider.sort'
  const sort = sorts.get(by)
  if (sort === undefined && !isAbsent(by)) {
    const meant = typeof by === 'string' ? didYouMean(by, sortNames) : ''
    return wrong(at, `is none of ${sortNames.join(', ')}${meant}`)
  }
  if (!isAbsent(partition) && partition !== 'model' && partition !== 'none') {
    return wrong('provider.sort.partition', 'is neither "model" nor "none"')
  }
  if (sort !== undefined) wishes.sort = sort
  if (partition === 'none') wishes.sortsAcross = true
  return undefined
}

/** A number, also as text. */
const amountOf = (value: unknown): number => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN
}
/** More dollars than a million tokens can cost, and less than what whole numbers can hold. */
const mostDollars = 1e9

const priceMembers = { prompt: 'input', completion: 'output', request: 'request', image: 'image' } as const
type PriceMember = keyof typeof priceMembers
const isPriceMember = (name: string): name is PriceMember => Object.hasOwn(priceMembers, name)

const readMaxPrice: Reader = (value, wishes) => {
  if (!isRecord(value))
    return wrong('provider.max_price', 'is no object; {"prompt": 1, "completion": 2} would be right')
  const most: { -readonly [Key in keyof NonNullable<Wishes['maxPrice']>]?: MicroUsd } = {}
  for (const [name, one] of Object.entries(value)) {
    if (isAbsent(one)) continue
    const at = `provider.max_price.${name}`
    if (!isPriceMember(name)) {
      const known = Object.keys(priceMembers)
      return wrong(at, `cannot be kept here${didYouMean(name, known)} (there are ${known.join(', ')})`)
    }
    const amount = amountOf(one)
    if (!(amount >= 0 && amount <= mostDollars)) return wrong(at, 'is no price; US dollars such as 1.5 would be right')
    most[priceMembers[name]] = microUsd(amount * 1e6)
  }
  if (Object.keys(most).length > 0) wishes.maxPrice = most
  return undefined
}

/** Members that leave candidates out: if one is not understood, somebody could be asked who must not be. */
const hard: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['only', namesInto('only')],
  ['ignore', namesInto('ignore')],
  ['allow_fallbacks', flagInto('allow_fallbacks', (wishes, isSet) => (wishes.allowFallbacks = isSet))],
  ['require_parameters', flagInto('require_parameters', (wishes, isSet) => (wishes.requireParameters = isSet))],
  ['data_collection', readCollection],
  ['zdr', flagInto('zdr', (wishes, isSet) => isSet && askTag(wishes, 'zdr', ['true']))],
  [
    'enforce_distillable_text',
    flagInto('enforce_distillable_text', (wishes, isSet) => isSet && askTag(wishes, 'distillable_text', ['true'])),
  ],
  ['quantizations', readQuantizations],
  ['max_price', readMaxPrice],
])
const soft: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['order', namesInto('order')],
  ['sort', readSort],
])

const unheeded: ReadonlyMap<string, string> = new Map([
  ['preferred_min_throughput', 'the policy says what is fast enough; provider.sort is heeded'],
  ['preferred_max_latency', 'the policy says what is fast enough; provider.sort is heeded'],
])

/** Wishes of a body and what of them nothing here can fulfil. */
export interface Told {
  readonly wishes: Growing
  readonly losses: Loss[]
}

const readMember = (name: string, value: unknown, { wishes, losses }: Told): Checked<never> | undefined => {
  const read = hard.get(name) ?? soft.get(name)
  if (read !== undefined) return read(value, wishes)
  const meant = unheeded.has(name) ? undefined : nearest(name, hard.keys())
  if (meant !== undefined) return wrong(`provider.${name}`, `is not known here; did you mean "${meant}"?`)
  losses.push({ field: `provider.${name}`, why: unheeded.get(name) ?? 'it is not known here' })
  return undefined
}

/**
 * Reads the object into the wishes. A member that nobody knows is a loss; but one that is nearly the name of one that
 * leaves somebody out is refused, and so is one that makes no sense.
 */
export const readProvider = (provider: unknown, told: Told): Checked<never> | undefined => {
  if (!isRecord(provider)) {
    return { ok: false, at: 'provider', why: 'provider is no object; {"only": ["openai"]} would be right' }
  }
  const given: Json = provider
  for (const [name, value] of Object.entries(given)) {
    const fault = isAbsent(value) ? undefined : readMember(name, value, told)
    if (fault !== undefined) return fault
  }
  return undefined
}
