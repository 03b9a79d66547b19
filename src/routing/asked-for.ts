/** Whom a word of the caller means among the candidates. */
import type { Candidate } from '../domain/deployment.ts'

/** Does a provider's, a deployment's or a model's name mean this candidate; a model may be written with its provider. */
export const isMeant = (name: string, { id, provider, model }: Candidate): boolean =>
  name === provider || name === id || name === model || name === `${provider}/${model}`
