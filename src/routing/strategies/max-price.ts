/** Leaves out whose price is over what the request would pay for a million tokens, a request or a picture. */
import { ratesFor } from '../../domain/rates.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { isKnown } from '../measures.ts'
import { dollars } from '../wording.ts'

const over = (what: string, price: number | undefined, most: number | undefined): string | undefined =>
  isKnown(most) && isKnown(price) && price > most
    ? `costs ${dollars(price)} ${what}, and ${dollars(most)} is the most`
    : undefined

/** What one costs of which the rate for a million is known. */
const each = (perMillion: number | undefined): number | undefined =>
  isKnown(perMillion) ? perMillion / 1e6 : undefined

/** By the prices that came with the request. No price is no promise, so the unpriced are left out too. */
export const maxPrice: Constraint = {
  kind: 'constraint',
  name: 'max-price',
  reads: [],
  exclude: ({ price }, { bounds, request, now }) => {
    const most = bounds.maxPrice
    if (most === undefined) return undefined
    const { inputTokens } = request
    const rates = price === undefined || price === null ? undefined : ratesFor(price, { inputTokens, at: now })
    if (rates === undefined || !isKnown(rates.inputPerMillion) || !isKnown(rates.outputPerMillion))
      return 'has no price, and the request names the most it would pay'
    return (
      over('a million tokens of input', rates.inputPerMillion, most.input) ??
      over('a million tokens of output', rates.outputPerMillion, most.output) ??
      over('a request', each(rates.requestPerMillion), most.request) ??
      over('a picture', each(rates.imagePerMillion), most.image)
    )
  },
}
