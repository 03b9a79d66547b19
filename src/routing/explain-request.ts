/** What a request is and wants, in plain words: its size, its own bounds, and what it would like. */
import type { Bounds, Facts } from '../domain/decision.ts'
import { isKnown, knownTokens } from './measures.ts'
import { dollars, listed, whole } from './wording.ts'

const pairs = (record: Readonly<Record<string, unknown>>): string =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ')

/** What was asked for, how large it is, what it needs, and who asks. */
export const request = ({ request: shape, pool }: Facts): string => {
  const { inputTokens, outputTokens, maxOutputTokens, needs, tags, caller } = shape
  const most = isKnown(maxOutputTokens) ? `, ${whole(maxOutputTokens)} at most` : ''
  const parts = [
    `Asked for "${shape.target}"${pool === undefined ? '' : ` (pool ${pool})`}: ${shape.operation}`,
    `about ${whole(knownTokens(inputTokens))} tokens in and ${whole(knownTokens(outputTokens))} out${most}`,
    needs.length === 0 ? 'no special needs' : `needs ${listed(needs)}`,
    ...(Object.keys(tags).length === 0 ? [] : [`tags ${pairs(tags)}`]),
    `key ${caller.key}${caller.team === undefined ? '' : `, team ${caller.team}`}`,
  ]
  return `${parts.join('; ')}.`
}

const prices = [
  ['input', 'a million tokens in'],
  ['output', 'a million tokens out'],
  ['request', 'a request'],
  ['image', 'a picture'],
] as const

const priceCap = (most: NonNullable<Bounds['maxPrice']>): readonly string[] =>
  prices.flatMap(([name, what]) => {
    const price = most[name]
    return isKnown(price) ? [`${dollars(price)} at most for ${what}`] : []
  })

const whom = ({ lock, only, ignore, kept }: Bounds): readonly string[] => [
  ...(lock === undefined ? [] : [`locked to ${lock}`]),
  ...(only === undefined ? [] : [`only ${listed(only)}`]),
  ...(ignore === undefined ? [] : [`without ${listed(ignore)}`]),
  ...(kept === undefined ? [] : [`whoever keeps what ${listed(kept.refersBy)} refers to`]),
]

const how = ({ budgetCap, maxPrice, tags = {}, requireParameters }: Bounds): readonly string[] => [
  ...(isKnown(budgetCap) ? [`${dollars(budgetCap)} at most`] : []),
  ...(maxPrice === undefined ? [] : priceCap(maxPrice)),
  ...Object.entries(tags).map(([tag, values]) => `${tag} ${listed(values)}`),
  ...(requireParameters === true ? ['no parameter lost'] : []),
]

/** What this request forbids; nothing where it forbids nothing. */
export const bounds = ({ bounds: own, asked }: Facts): readonly string[] => {
  const order = asked?.only === true ? asked.order : undefined
  const parts = [...whom(own), ...how(own), ...(order === undefined ? [] : [`nobody but ${listed(order)}`])]
  return parts.length === 0 ? [] : [`The request's own bounds: ${parts.join('; ')}.`]
}

const sorts = {
  cheap: 'the cheapest',
  fast: 'the soonest first token',
  throughput: 'the most tokens a second',
} as const

/** What this request would have first, before the policy's own orders; nothing where it leaves that to the policy. */
export const wishes = ({ asked }: Facts): readonly string[] => {
  const { models, order, sort } = asked ?? {}
  const parts = [
    ...(models === undefined ? [] : [models.map(ids => listed(ids)).join(' before ')]),
    ...(order === undefined ? [] : [order.join(', then ')]),
    ...(sort === undefined ? [] : [sorts[sort]]),
  ]
  return parts.length === 0 ? [] : [`It would have first: ${parts.join('; of these ')}.`]
}
