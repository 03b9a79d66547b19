/** What is answered where a model is asked for what nobody does here, as Google's paths say it: `models/gemini-2.5-pro:paint`. */
import { didYouMean } from '../../domain/nearest.ts'
import type { Front } from './front.ts'
import { invalid, refuse } from './reply.ts'
import type { Visit } from './visit.ts'

/** Refuses with those that are known. */
export const unknownVerb = (front: Front, visit: Visit, verb: string, known: readonly string[]): void => {
  const near = didYouMean(verb.slice(0, 64), known) || `; ${known.join(', ')} would be right`
  const said = `":${verb.slice(0, 80)}" is not answered behind a model${near}`
  refuse(front, visit, invalid(said, { status: 404 }))
}
