/** Signatures of thoughts as the world makes them, and knows them again. */
import { createHash } from 'node:crypto'

const bytesOf = (call: string): Buffer => {
  const seal = createHash('sha256').update(`a thought of the recorded world before ${call}`).digest()
  // A leading byte that says what it is, as real ones begin alike.
  return Buffer.concat([Buffer.from([0x12, seal.length]), seal])
}

/** The signature of the thought that led to this call, or to a text. */
export const signatureOf = (call: string): string => bytesOf(call).toString('base64')

/** What Google takes in place of a signature, for histories that other models wrote. */
const stand = new Set(['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'])

/** True if the world made it for this call, or it is a stand-in that Google takes. */
export const isSignatureOf = (signature: string, call: string): boolean => {
  const plain = Buffer.from(signature, 'base64')
  return stand.has(signature) || stand.has(plain.toString('utf8')) || plain.equals(bytesOf(call))
}
