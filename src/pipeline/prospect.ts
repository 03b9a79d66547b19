/** What an attempt can come to, before it is sent: the worst for budgets, what is expected for rates. */
import { outputWithin, worstCost, worstTokens } from '../accounting/worst-case.ts'
import type { Bulk } from '../accounting/worst-case.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { Balance } from '../domain/limit.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Conversation, ModelRequest } from '../domain/request.ts'
import { isConversation } from '../domain/request.ts'
import { microUsd, tokens } from '../domain/units.ts'
import type { Tokens } from '../domain/units.ts'
import type { Amounts, Stake } from '../accounting/claims.ts'
import type { Errand } from './errand.ts'

/** An answer that is cut shorter than this is not worth its input. */
const shortestAnswer = 64

const marksCache = ({ messages, tools }: Conversation): boolean =>
  tools.some(({ cache }) => cache !== undefined) ||
  messages.some(({ parts }) => parts.some(part => 'cache' in part && part.cache !== undefined))

/** Bytes of what is sent, where they are known. */
const bytesOf = (request: ModelRequest): number | undefined => {
  if (request.operation === 'passthrough') return request.content?.length
  if (request.operation === 'transcriptions' || request.operation === 'translations') return request.file.bytes.length
  return request.raw === undefined || request.raw.form !== undefined ? undefined : request.raw.bytes.length
}

const media: ReadonlySet<string> = new Set(['image', 'audio', 'file'])

const bulkOf = ({ request, trace }: Errand): Bulk => {
  const shape = trace.facts.request
  const bytes = bytesOf(request)
  const chat = isConversation(request) ? request : undefined
  return {
    operation: request.operation,
    inputTokens: shape.inputTokens,
    choices: chat?.choices ?? 1,
    hasMedia: shape.needs.some(need => media.has(need)),
    bringsInput: shape.hasServerTools === true,
    writesCache: chat !== undefined && marksCache(chat),
    ...(bytes !== undefined && { bytes }),
    ...(shape.maxOutputTokens !== undefined && { maxOutputTokens: shape.maxOutputTokens }),
    ...(shape.units !== undefined && { units: shape.units }),
  }
}

const free: Amounts = { usd: microUsd(0), input: 0, output: 0, expectedInput: 0, expectedOutput: 0 }

/** A claim that had no room. */
export interface Lack {
  readonly stake: Stake
  readonly balance: Balance
}

/** Of one request. */
export class Prospect {
  readonly #errand: Errand
  readonly #bulk: Bulk

  constructor(errand: Errand) {
    this.#errand = errand
    this.#bulk = bulkOf(errand)
  }

  /** What this attempt can come to, with no longer answers than this if told; `usd` undefined where no price is known. */
  amounts(
    { candidate, startedAt }: Attempt,
    maxOutput?: Tokens,
  ): Omit<Amounts, 'usd'> & { readonly usd: Amounts['usd'] | undefined } {
    const { request, trace } = this.#errand
    // Nobody takes money for counting.
    if (request.operation === 'count-tokens') return free
    const bulk = maxOutput === undefined ? this.#bulk : { ...this.#bulk, maxOutputTokens: maxOutput }
    const worst = worstTokens(bulk, candidate)
    const { inputTokens, outputTokens } = trace.facts.request
    const isTalk = request.operation === 'realtime'
    // What is passed on as it is has its price told by the answer.
    const usd =
      request.operation === 'passthrough'
        ? microUsd(0)
        : worstCost(bulk, worst, candidate.price, { at: startedAt, ...this.#tier() })
    return {
      usd,
      ...worst,
      expectedInput: isTalk ? worst.input : inputTokens,
      expectedOutput: isTalk ? worst.output : Math.min(worst.output, bulk.maxOutputTokens ?? outputTokens),
    }
  }

  /** How long each answer may be for all of this to have room; undefined where the client said how long, or a shorter one does not help. */
  roomFor({ candidate, startedAt }: Attempt, lacks: readonly Lack[]): Tokens | undefined {
    const bulk = this.#bulk
    if (bulk.operation !== 'chat' || bulk.maxOutputTokens !== undefined) return undefined
    const worst = worstTokens(bulk, candidate)
    const when = { at: startedAt, ...this.#tier() }
    const most = lacks.map(({ stake: { limit, claim }, balance }): number => {
      const left = claim.cap - balance.used - balance.reserved
      if (limit.kind === 'rate') return 0
      if (limit.measure === 'usd') return outputWithin(microUsd(left), { bulk, worst, price: candidate.price, when })
      if (limit.measure === 'tokens') return (left - worst.input) / bulk.choices
      return limit.measure === 'output-tokens' ? left / bulk.choices : 0
    })
    const room = Math.floor(Math.min(...most))
    const useful = Math.max(shortestAnswer, this.#errand.trace.facts.request.outputTokens / bulk.choices)
    return room >= useful ? tokens(room) : undefined
  }

  #tier(): { readonly serviceTier?: string } {
    const { request } = this.#errand
    const tier = request.operation === 'chat' ? request.serviceTier : undefined
    return tier === undefined ? {} : { serviceTier: tier }
  }
}

/** Something without a price is not free: where money is limited it is not asked. */
export const unpriced = ({ provider, model }: Candidate): Failure => ({
  kind: 'over-budget',
  message: `a budget in dollars applies, and no price is known for ${provider}/${model}: give its deployment a price, 0 if it costs nothing`,
})
