/** Who proved a piece of reasoning, told by the form of the proof: each provider takes back only its own. */

/** Those whose proofs have a form that can be told. */
export type Prover = 'anthropic' | 'google' | 'openai'

/** What Google documents for a function call whose signature nobody has: it came from another model, or the client dropped it. */
export const missingSignature = 'skip_thought_signature_validator'

/** The first bytes of a proof; none where it is no base64. */
const headOf = (proof: string): Uint8Array => {
  const plain = proof.slice(0, 16).replaceAll('-', '+').replaceAll('_', '/')
  try {
    return Uint8Array.from(atob(plain), one => one.charCodeAt(0))
  } catch {
    // No base64, and so nobody's proof.
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

/** The tags of the first and the second field of a message. */
const [first, second] = [0x0a, 0x12]
/** What Google encrypts begins with its version. */
const version = 0x01

/** Both Google's and Anthropic's may be a message whose second field comes first; only Anthropic's says more behind the field inside it. */
const proverOfSecond = (bytes: Uint8Array): Prover => {
  const [outer, inner] = readNumber(bytes, 1)
  if (bytes[inner] !== first) return 'anthropic'
  const [within, next] = readNumber(bytes, inner + 1)
  return next + within < inner + outer ? 'anthropic' : 'google'
}

/** Whose proof this is; undefined where its form tells nothing. */
export const proverOf = (proof: string): Prover | undefined => {
  // OpenAI's begin with the version of their cipher.
  if (proof.startsWith('gAAAA')) return 'openai'
  if (proof === missingSignature || proof.startsWith('c2tpcF90aG91Z2h0')) return 'google'
  const bytes = headOf(proof)
  if (bytes[0] === second) return proverOfSecond(bytes)
  const content = bytes[0] === first ? readNumber(bytes, 1)[1] : 0
  return bytes[content] === version ? 'google' : undefined
}

/** True for what can be a proof at all. */
export const isProof = (proof: string): boolean => headOf(proof).length > 0
