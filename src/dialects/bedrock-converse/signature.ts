/** Proofs of reasoning that only another provider takes back. */

// OpenAI's tokens begin with the version of their cipher, Google's with the first field of their message.
const foreign = /^(?:gAAAA|C[g-z][A-Za-z0-9+/_-]{6}|A[VY][A-Za-z0-9+/_-]{6}|c2tpcF90aG91Z2h0)/

/** True for a signature or for encrypted reasoning that no model of Bedrock can have made. */
export const isForeign = (proof: string): boolean => proof === '' || foreign.test(proof)
