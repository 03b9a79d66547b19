/** Thought signatures: Gemini's proof of its own thoughts, which no other provider takes, and the proofs of others, which Gemini refuses. */
import type { Extensions } from '../../domain/message.ts'
import { isRecord, isWord, ownMembers } from './wire.ts'

/** What Google documents for a function call whose signature nobody has: it came from another model, or the client dropped it. */
export const missingSignature = 'skip_thought_signature_validator'

const head = (signature: string): Uint8Array => {
  const plain = signature.slice(0, 16).replaceAll('-', '+').replaceAll('_', '/')
  try {
    return Uint8Array.from(atob(plain), one => one.charCodeAt(0))
  } catch {
    // No base64, and so nobody's signature.
    return new Uint8Array(0)
  }
}

/** A number in base 128, as protocol buffers write it, and where the next byte stands. */
const readNumber = (bytes: Uint8Array, from: number): readonly [value: number, next: number] => {
  let value = 0
  let at = from
  for (let shift = 0; at < bytes.length && shift < 28; shift += 7) {
    const byte = bytes[at++] ?? 0
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  return [value, at]
}

/** Both Google's and Anthropic's may be a message whose second field comes first; only Anthropic's says more behind the field inside it. */
const isAnthropics = (bytes: Uint8Array): boolean => {
  if (bytes[0] !== 0x12) return false
  const [outer, inner] = readNumber(bytes, 1)
  if (bytes[inner] !== 0x0a) return true
  const [within, next] = readNumber(bytes, inner + 1)
  return next + within < inner + outer
}

/** True for a signature that Gemini cannot have made. */
export const isForeign = (signature: string): boolean => {
  if (signature === missingSignature) return false
  // OpenAI's ciphertexts begin with the version of their cipher.
  if (signature.startsWith('gAAAA')) return true
  const bytes = head(signature)
  return bytes.length === 0 || isAnthropics(bytes)
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
