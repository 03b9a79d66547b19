/** The most that one attempt can come to: what is held of budgets before it may start. */
import type { Price } from '../domain/deployment.ts'
import type { Units, Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import type { MicroUsd, Tokens } from '../domain/units.ts'
import { costOf } from './price.ts'
import type { When } from './price.ts'

/** What is known of a request before it is sent. */
export interface Bulk {
  readonly operation: string
  /** Estimated. */
  readonly inputTokens: Tokens
  /** Of the body; absent where it came as no bytes. */
  readonly bytes?: number
  /** Each of its answers may have so many; absent where the client did not say. */
  readonly maxOutputTokens?: Tokens
  /** How many answers. */
  readonly choices: number
  readonly units?: Units
  readonly hasMedia: boolean
  /** Tools that run at the provider bring pages of their own into the input. */
  readonly bringsInput: boolean
  /** It asks for some of its input to be kept in a cache, which may cost more than reading it. */
  readonly writesCache: boolean
}

/** What a candidate allows. */
export interface Extent {
  readonly contextWindow?: Tokens
  readonly maxOutput?: Tokens
}

export interface Worst {
  readonly input: Tokens
  readonly output: Tokens
}

/** No token is shorter than a byte; pictures and sound by address are longer than what names them. */
const mediaFactor = 4
/** The marks that a provider puts around messages and tools. */
const wrapping = 1_000
/** The estimate against the bytes that it was made of, where nobody counted these. */
const withoutBytes = 5
/** Where neither client nor catalogue tells how long an answer can be. */
const longAnswer = 32_768
/** What searches bring, where no window bounds it. */
const manyPages = 200_000
/** A turn of a conversation by voice. */
const turn = { input: tokens(32_000), output: tokens(4_096) }
/** Speech at 16 thousand bits a second: less is not understood. */
const bytesPerSecond = 2_000

const mostInput = ({ inputTokens, bytes, hasMedia, bringsInput }: Bulk, { contextWindow }: Extent): Tokens => {
  if (bringsInput) return contextWindow ?? tokens(manyPages)
  const counted = bytes === undefined ? inputTokens * withoutBytes : bytes
  const bound = Math.max(counted, hasMedia ? inputTokens * mediaFactor : inputTokens) + wrapping
  return tokens(Math.min(bound, contextWindow ?? Number.MAX_SAFE_INTEGER))
}

const mostOutput = ({ maxOutputTokens, choices, operation }: Bulk, { maxOutput, contextWindow }: Extent): Tokens => {
  if (operation !== 'chat') return tokens(0)
  const allowed = maxOutput ?? Math.min(contextWindow ?? longAnswer, longAnswer)
  const each = maxOutputTokens === undefined ? allowed : Math.min(maxOutputTokens, maxOutput ?? maxOutputTokens)
  return tokens(Math.min(each * Math.max(1, choices), Number.MAX_SAFE_INTEGER))
}

/** Tokens that it can have at most, both ways. What is counted by the provider alone, as calls to its own tools, is not in it. */
export const worstTokens = (bulk: Bulk, extent: Extent): Worst => {
  if (bulk.operation === 'realtime') return turn
  return { input: mostInput(bulk, extent), output: mostOutput(bulk, extent) }
}

const unitsOf = ({ units, bytes }: Bulk): Units | undefined =>
  units?.seconds === undefined || bytes === undefined
    ? units
    : { ...units, seconds: Math.max(units.seconds, Math.ceil(bytes / bytesPerSecond)) }

const hasSound = ({ hasMedia, operation }: Bulk): boolean => hasMedia || operation === 'realtime'

/** All that the input may be billed as; the dearest counts. */
const readings = (bulk: Bulk, { input }: Worst): readonly Partial<Usage>[] => [
  {},
  ...(bulk.writesCache
    ? [{ inputCacheWritten: input }, { inputCacheWritten: input, inputCacheWrittenLong: input }]
    : []),
  ...(hasSound(bulk) ? [{ inputAudio: input }, { inputImage: input }] : []),
]

/** The same of the output. */
const writings = (bulk: Bulk, { output }: Worst): readonly Partial<Usage>[] => [
  {},
  { reasoning: output },
  ...(hasSound(bulk) ? [{ outputAudio: output }, { outputImage: output }] : []),
]

/** What so many tokens and pieces cost at the dearest rates that may apply; undefined where no price is known. */
export const worstCost = (
  bulk: Bulk,
  worst: Worst,
  price: Price | undefined,
  when: When = {},
): MicroUsd | undefined => {
  const units = unitsOf(bulk)
  const plain: Usage = {
    input: worst.input,
    inputCached: tokens(0),
    inputCacheWritten: tokens(0),
    output: worst.output,
    reasoning: tokens(0),
    ...(units !== undefined && { units }),
  }
  let most: MicroUsd | undefined
  for (const read of readings(bulk, worst)) {
    for (const written of writings(bulk, worst)) {
      const { amount, source } = costOf({ ...plain, ...read, ...written }, price, when)
      if (source === 'unpriced') return undefined
      if (most === undefined || amount > most) most = amount
    }
  }
  return most
}

/** How long an answer may be at most for the cost to stay within `room`; 0 where not even its input fits. */
export const outputWithin = (
  room: MicroUsd,
  { bulk, worst, price, when = {} }: { bulk: Bulk; worst: Worst; price: Price | undefined; when?: When },
): Tokens => {
  let low = 0
  let high = Math.floor(worst.output / Math.max(1, bulk.choices))
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const cost = worstCost(bulk, { ...worst, output: tokens(middle * Math.max(1, bulk.choices)) }, price, when)
    if (cost !== undefined && cost <= room) low = middle
    else high = middle - 1
  }
  return tokens(low)
}
