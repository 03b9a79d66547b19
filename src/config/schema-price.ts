/** What a price may say, as people write it: in a configuration, in a catalogue, in our own lists. */
import * as z from 'zod'
import type { Instant, Millis } from '../domain/units.ts'
import { amount, leaf, optionalLeaf, tokenCount } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { shape } from './shape.ts'

const perMillion = amount('US dollars per million tokens', 100_000)
const perMillionCharacters = amount('US dollars per million characters', 100_000)
const perThousand = amount('US dollars per thousand', 100_000)
const each = amount('US dollars', 10_000)

const rates = {
  input: optionalLeaf(perMillion, 'US dollars per million input tokens.'),
  output: optionalLeaf(perMillion, 'US dollars per million output tokens.'),
  cachedInput: optionalLeaf(perMillion, "US dollars per million input tokens that came from the provider's cache."),
  cacheWrite: optionalLeaf(perMillion, "US dollars per million input tokens that went into the provider's cache."),
  longCacheWrite: optionalLeaf(perMillion, 'The same for those that are kept for an hour.'),
  reasoning: optionalLeaf(
    perMillion,
    'US dollars per million output tokens of thinking, where they cost another price.',
  ),
  inputAudio: optionalLeaf(perMillion, 'US dollars per million input tokens of audio.'),
  cachedInputAudio: optionalLeaf(perMillion, 'The same for those that came from the cache.'),
  outputAudio: optionalLeaf(perMillion, 'US dollars per million output tokens of audio.'),
  inputImage: optionalLeaf(perMillion, 'US dollars per million input tokens of images.'),
  outputImage: optionalLeaf(perMillion, 'US dollars per million output tokens of images.'),
  image: optionalLeaf(each, 'US dollars for each image that is made.'),
  second: optionalLeaf(each, 'US dollars for each second of audio, heard or spoken.'),
  minute: optionalLeaf(each, 'The same for each minute.'),
  hour: optionalLeaf(each, 'The same for each hour.'),
  character: optionalLeaf(perMillionCharacters, 'US dollars per million characters that are read aloud.'),
  search: optionalLeaf(perThousand, 'US dollars per thousand searches: of the web, or of documents to rank.'),
  request: optionalLeaf(each, 'US dollars for each request, beside its tokens.'),
}

const ratesOnly = shape(rates, {
  what: 'rates such as { input: 0.15, output: 0.60 }',
  about: 'Rates of their own.',
}).meta({ id: 'rates' })

const service = (about: string): z.ZodOptional<z.ZodUnion<readonly [z.ZodType<number>, typeof ratesOnly]>> =>
  z
    .union(
      [leaf(amount('a share of the price such as 0.5', 10), 'A share of the usual price: 0.5 is half.'), ratesOnly],
      {
        error: 'a share of the price such as 0.5, or rates such as { input: 0.3, output: 1.2 }',
      },
    )
    .optional()
    .meta({ description: about })

const tier = shape(
  { above: leaf(tokenCount, 'Inputs of more tokens than this cost these rates, as a whole.'), ...rates },
  { what: 'a tier such as { above: 200k, input: 2.5, output: 15 }', about: 'What long inputs cost.' },
).meta({ id: 'tier' })

const plain = {
  ...rates,
  tiers: z
    .array(tier, { error: 'a list of tiers such as [{ above: 200k, input: 2.5, output: 15 }]' })
    .optional()
    .meta({ description: 'What long inputs cost, all of their tokens.' }),
  batch: service('What a batch costs.'),
  flex: service('What the class of service `flex` costs.'),
  priority: service('What the class of service `priority` costs.'),
}

const day: Kind<Instant> = {
  what: 'a day such as 2026-12-31',
  json: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
  read: value => {
    if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined
    const at = Date.parse(value)
    // The thirtieth of February is read as a day of March.
    return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value ? undefined : (at as Instant)
  },
}

const clockTime: Kind<Millis> = {
  what: 'a time of the day in UTC such as 16:30',
  json: { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
  read: value => {
    const found = typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(value) : null
    return found === null ? undefined : (((Number(found[1]) * 60 + Number(found[2])) * 60_000) as Millis)
  },
}

const change = shape(
  {
    since: optionalLeaf(day, 'From this day on, in UTC.'),
    from: optionalLeaf(clockTime, 'From this time of each day on, in UTC.'),
    to: optionalLeaf(clockTime, 'Until this time of the day or of the next, in UTC.'),
    price: shape(plain, { what: 'a price such as { input: 0.15, output: 0.60 }', about: 'The whole price then.' }),
  },
  { what: 'a change such as { since: 2026-12-31, price: { input: 1, output: 2 } }', about: 'Another price at a time.' },
)

/** A price: what is left out costs as its kind, or nothing beside its tokens. */
export const price = shape(
  {
    ...plain,
    changes: z
      .array(change, { error: 'a list of changes such as [{ since: 2026-12-31, price: { input: 1, output: 2 } }]' })
      .optional()
      .meta({ description: 'Other prices from a day on, or at hours of each day; the last that fits counts.' }),
  },
  {
    what: 'a price such as { input: 0.15, output: 0.60 }',
    about: "What it costs in US dollars, over the catalogue's.",
  },
)

/** A price as a file has it. */
export type PriceEntry = z.output<typeof price>
/** Rates as a file has them. */
export type RatesEntry = z.output<typeof ratesOnly>
