/** Proofs of reasoning that only another provider takes back. */
import { proverOf } from '../prover.ts'

/** True for a signature or for encrypted reasoning that Anthropic cannot have made. */
export const isForeign = (proof: string): boolean => {
  const prover = proverOf(proof)
  return proof === '' || prover === 'google' || prover === 'openai'
}
