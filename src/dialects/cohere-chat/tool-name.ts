/** The form of a tool's name. */
import { fingerprint } from '../../domain/fingerprint.ts'

const [longest, markLength] = [64, 8]
const fits = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** A tool's name as Cohere takes it: letters, digits and `_`, no digit first; one that does not fit ends in a digest of itself. */
export const toolName = (name: string): string => {
  if (fits.test(name) && name.length <= longest) return name
  const plain = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_')
  return `${plain.slice(0, longest - markLength - 1)}_${fingerprint(name).slice(0, markLength)}`
}
