/** What Gemini 3 insists on: each step of the turn under way carries a signature on the first of its function calls. */
import { missingSignature } from '../prover.ts'
import { isForeign } from './signature.ts'
import { isRecord } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { camelKeys } from './wire.ts'

const partsOf = (content: unknown): readonly unknown[] => {
  const parts = isRecord(content) ? content['parts'] : undefined
  return Array.isArray(parts) ? parts : []
}
const has = (part: unknown, name: string): boolean => isRecord(part) && camelKeys(part)[name] !== undefined

/** Where the turn under way begins: behind the last thing that the user said himself. */
const beginning = (contents: readonly unknown[]): number =>
  contents.findLastIndex(
    content =>
      isRecord(content) && content['role'] !== 'model' && partsOf(content).some(part => !has(part, 'functionResponse')),
  )

const signatureOf = (part: unknown): string | undefined => {
  const signature = isRecord(part) ? camelKeys(part)['thoughtSignature'] : undefined
  return isWord(signature) ? signature : undefined
}
/** The first call of a step without a signature; -1 where there is none. */
const unsignedCall = (content: unknown): number => {
  if (!isRecord(content) || content['role'] !== 'model') return -1
  const parts = partsOf(content)
  const place = parts.findIndex(part => has(part, 'functionCall'))
  return place !== -1 && signatureOf(parts[place]) === undefined ? place : -1
}

/** True unless a step of the turn under way lacks the signature. */
export const isSigned = (contents: readonly unknown[]): boolean => {
  const from = beginning(contents)
  return contents.every((content, place) => place <= from || unsignedCall(content) === -1)
}

/** The turns with Google's stand-in wherever a signature is missing. */
export const withSignatures = (contents: readonly unknown[]): readonly unknown[] => {
  const from = beginning(contents)
  return contents.map((content, place) => {
    const call = place <= from ? -1 : unsignedCall(content)
    if (call === -1 || !isRecord(content)) return content
    const sign = (part: unknown, at: number): unknown =>
      at === call && isRecord(part) ? { ...part, thoughtSignature: missingSignature } : part
    return { ...content, parts: partsOf(content).map(sign) }
  })
}

const isForeignPart = (part: unknown): boolean => {
  const signature = signatureOf(part)
  return signature !== undefined && isForeign(signature)
}
/** True if some part was signed by another provider, which Gemini refuses. */
export const hasForeign = (contents: readonly unknown[]): boolean =>
  contents.some(content => partsOf(content).some(isForeignPart))

const withoutForeign = (part: unknown): readonly unknown[] => {
  if (!isForeignPart(part) || !isRecord(part)) return [part]
  // Another's thoughts are worth nothing without their proof.
  if (part['thought'] === true) return []
  const { thoughtSignature: _camel, thought_signature: _snake, ...rest } = part
  return [rest]
}
/** The turns without what other providers have signed. */
export const withoutForeignSignatures = (contents: readonly unknown[]): readonly unknown[] =>
  contents.flatMap(content => {
    if (!isRecord(content) || !partsOf(content).some(isForeignPart)) return [content]
    const parts = partsOf(content).flatMap(withoutForeign)
    return parts.length === 0 ? [] : [{ ...content, parts }]
  })
