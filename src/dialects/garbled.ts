/** Answers that make no sense. */
import type { Failure } from '../domain/failure.ts'
import { deepest } from './fields.ts'

/** A failure for an answer that makes no sense; `what` says what was found and what it must be. */
export const garbled = (what: string): Failure => ({ kind: 'upstream-garbled', message: what })
/** A failure for an answer, or a piece of one, that nests too deep. */
export const tooDeep = garbled(`the answer nests more than ${deepest} levels deep; it must nest less`)
