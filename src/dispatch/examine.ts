/** Judges a whole answer that is held back: first by what can be computed, then by whom the policy asks. */
import type { Judgement } from '../domain/outcome.ts'
import type { ChatRequest } from '../domain/request.ts'
import { collect } from '../domain/response.ts'
import type { Answer } from '../domain/response.ts'
import type { AnswerCheck } from '../ports/check.ts'
import type { Held } from './hold.ts'

/** What was found in a whole answer. */
export interface Found {
  /** What is wrong with it; absent where it passes. */
  readonly why?: string
  readonly judged?: Judgement
}
/** Judges a whole answer. `tell` is called once, at once or later, and not after the returned function was called. */
export type Examine = (tell: (found: Found) => void) => () => void

/** Has an answer judged by somebody else; `done` is told later, and not after the returned function was called. */
export type Judge = (answer: Answer, done: (judgement: Judgement) => void) => () => void

/** Who judges what. */
export interface Examination {
  readonly request: ChatRequest
  readonly checks: readonly AnswerCheck[]
  readonly judge: Judge | undefined
  readonly held: Held
}

const faultIn = (answer: Answer, { checks, request }: Examination): string | undefined => {
  for (const check of checks) {
    const result = check.judge(answer, request)
    if (!result.ok) return `gave an answer that does not pass the check ${check.name}: ${result.why}`
  }
  return undefined
}

const nothingToStop = (): void => {}

/** The judgement of what is held by then. */
export const examine =
  (examination: Examination): Examine =>
  tell => {
    const { judge, held } = examination
    if (held.isLong) {
      tell({})
      return nothingToStop
    }
    const answer = collect(held.all.flatMap(({ events = [] }) => events))
    const fault = faultIn(answer, examination)
    if (fault === undefined && judge !== undefined) {
      const why = 'gave an answer that the judge of the policy rejects'
      return judge(answer, judged => tell({ judged, ...(judged === 'rejected' && { why }) }))
    }
    tell(fault === undefined ? {} : { why: fault })
    return nothingToStop
  }
