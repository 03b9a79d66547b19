/** Judges a whole answer against its request, before anybody sees it. */
import type { ChatRequest } from '../domain/request.ts'
import type { Answer } from '../domain/response.ts'

/** What a check found; `why` names what is wrong and, where it can, what would be right. */
export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly why: string }

/** Pure and total: what cannot be judged passes. */
export interface AnswerCheck {
  /** `schema`, `tool-call`, `finished`, `confidence`. */
  readonly name: string
  /** False where it could find nothing to judge in any answer to this request. */
  applies(request: ChatRequest): boolean
  judge(answer: Answer, request: ChatRequest): CheckResult
}

/** The result of an answer that passes. */
export const passes: CheckResult = { ok: true }
