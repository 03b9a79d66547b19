/** Size, needs and parameters of a request: all that a strategy may know of it. */
import { operationTokens, tokensReadAtOnce } from '../accounting/count-operation.ts'
import { estimateTokens } from '../accounting/count-tokens.ts'
import { expectedUnits } from '../accounting/expected-units.ts'
import type { RequestShape } from '../domain/decision.ts'
import { isConversation } from '../domain/request.ts'
import type { ChatRequest, ModelRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import type { Tokens } from '../domain/units.ts'
import type { Question } from '../ports/signal-source.ts'
import type { LiveState } from '../state/live-state.ts'
import { needsOf } from './needs.ts'
import { parametersOf } from './parameters.ts'
import { hasServerTools } from './server-tools.ts'

/** What answers were long so far. */
export type History = Pick<LiveState, 'outputTokens'>

/** Tokens of an answer to each kind of work, until there is a history; a share of the input where the answer follows its length. */
const byTask: Readonly<Record<string, readonly [fixed: number, ofInput: number]>> = {
  chat: [250, 0],
  classification: [20, 0],
  code: [500, 0],
  extraction: [60, 0.1],
  'function-calling': [80, 0],
  rag: [250, 0],
  summarisation: [80, 0.15],
  translation: [10, 1],
}
const ofAnyWork = [300, 0] as const
/** Thinking is billed as output. */
const byEffort = { none: 0, minimal: 100, low: 500, medium: 2_000, high: 6_000, xhigh: 12_000, max: 20_000 } as const
/** Of a budget for thinking so much is used. */
const ofBudget = 0.4

const thoughts = ({ reasoning }: ChatRequest): number => {
  if (reasoning === undefined) return 0
  const { effort, budget } = reasoning
  return effort === undefined ? (budget ?? 0) * ofBudget : byEffort[effort]
}

const guess = (request: ChatRequest, task: string | undefined, input: number): number => {
  const known = task !== undefined && Object.hasOwn(byTask, task) ? byTask[task] : undefined
  const [fixed, ofInput] = known ?? ofAnyWork
  return (fixed + ofInput * input + thoughts(request)) * request.choices
}

/** Expected, from what answers here were like, else by a rule of thumb; never more than is allowed. */
const expectedOutput = ({ request, pool, task }: Question, input: Tokens, history: History): Tokens => {
  if (request.operation !== 'chat') return tokens(0)
  const expected = history.outputTokens(pool ?? request.target, task) ?? guess(request, task, input)
  const most = request.limits.maxOutputTokens
  const capped = most === undefined ? expected : Math.min(expected, most * request.choices)
  // Facts are JSON, which knows no infinity: a client may ask for a budget of 1e999.
  return tokens(Math.ceil(Math.min(capped, Number.MAX_SAFE_INTEGER)))
}

/** Metadata of the body counts as tags; what the caller said about routing goes before it. */
const tagsOf = ({ metadata, wishes }: ModelRequest): RequestShape['tags'] =>
  metadata === undefined ? wishes.tags : { ...metadata, ...wishes.tags }

const callerOf = ({ caller, endUser }: ModelRequest): RequestShape['caller'] => {
  const user = endUser ?? caller.user
  return {
    key: caller.key,
    ...(caller.team !== undefined && { team: caller.team }),
    ...(user !== undefined && { user }),
  }
}

/** The request without its words. */
export const shapeOf = (question: Question, history: History): RequestShape => {
  const { request } = question
  const isTalk = isConversation(request)
  const inputTokens = isTalk ? estimateTokens(request) : operationTokens(request)
  const maxOutputTokens = isTalk ? request.limits.maxOutputTokens : undefined
  const atOnce = isTalk ? undefined : tokensReadAtOnce(request)
  const units = expectedUnits(request)
  return {
    target: request.target,
    operation: request.operation,
    ...(request.wishes.path !== undefined && { path: request.wishes.path }),
    ...(request.raw !== undefined && { dialect: request.raw.dialect }),
    inputTokens,
    ...(atOnce !== undefined && { tokensAtOnce: atOnce }),
    outputTokens: expectedOutput(question, inputTokens, history),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(units !== undefined && { units }),
    needs: needsOf(request),
    tags: tagsOf(request),
    params: parametersOf(request),
    caller: callerOf(request),
    ...(hasServerTools(request) && { hasServerTools: true }),
  }
}
