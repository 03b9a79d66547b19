/** Encrypted reasoning, which only the provider that made it takes back, and the ids that this house gives. */
import type { ReasoningPart } from '../../domain/message.ts'
import { proverOf } from '../prover.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

/** True for encrypted reasoning that no provider of this dialect can have made. */
export const isForeign = (proof: string): boolean => {
  const prover = proverOf(proof)
  return proof === '' || prover === 'anthropic' || prover === 'google'
}
/** True for encrypted reasoning that is OpenAI's beyond doubt, whichever way it came back. */
export const isOpenai = (proof: string): boolean => proverOf(proof) === 'openai'

/** The proof that stands with or in place of the words. */
export const proofOf = ({ redacted, signature }: Pick<ReasoningPart, 'redacted' | 'signature'>): string | undefined =>
  redacted ?? signature

const given = 'sbx'
/** An id for what came without one; `kind` is the prefix that OpenAI gives to such ids. */
export const giveId = (kind: string, id: string, place?: number): string =>
  place === undefined ? `${kind}_${given}_${id}` : `${kind}_${given}_${id}_${place}`
/** True for an id of an item that no provider keeps. */
export const isGiven = (id: unknown): boolean => typeof id === 'string' && id.includes(`_${given}_`)

/** True for a reasoning item that no provider of this dialect takes: of another's making, or known to nobody by its id. */
export const isStrange = (item: Json): boolean => {
  if (item['type'] !== 'reasoning') return false
  const { encrypted_content: proof, id } = item
  return isWord(proof) ? isForeign(proof) : isGiven(id)
}
