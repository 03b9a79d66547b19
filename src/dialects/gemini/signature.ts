/** Thought signatures: Gemini's proof of its own thoughts, which no other provider takes, and the proofs of others, which Gemini refuses. */
import type { Extensions } from '../../domain/message.ts'
import { isProof, proverOf } from '../prover.ts'
import { isRecord } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { ownMembers } from './wire.ts'

/** True for a signature that Gemini cannot have made. */
export const isForeign = (signature: string): boolean => {
  const prover = proverOf(signature)
  return prover === undefined ? !isProof(signature) : prover !== 'google'
}

/** The signature of a call or text, where Gemini told it or where a client of OpenAI's dialect keeps it. */
export const signatureOf = (extensions: Extensions | undefined): string | undefined => {
  const own = ownMembers(extensions)['thoughtSignature']
  if (isWord(own)) return own
  const extra = extensions?.['openai-chat']?.['extra_content']
  const google = isRecord(extra) ? extra['google'] : undefined
  const told = isRecord(google) ? google['thought_signature'] : undefined
  return isWord(told) ? told : undefined
}
/** The member of OpenAI's dialect that says it. */
export const signatureMembers: ReadonlySet<string> = new Set(['extra_content'])
