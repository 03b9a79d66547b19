/** Ids of tool calls: Bedrock takes at most 64 letters, digits, `_` and `-`, and Mistral's models nine letters or digits. */
import { fingerprint } from '../../domain/fingerprint.ts'

const longest = 64
const fits = /^[a-zA-Z0-9_-]{1,64}$/
const nine = /^[a-zA-Z0-9]{9}$/
/** Stands before an id that was packed to fit, so that it can be unpacked when it comes back. */
const mark = 'sb64_'

const pack = (id: string): string => {
  const bytes = new TextEncoder().encode(id)
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('')
  const packed = `${mark}${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
  return packed.length <= longest ? packed : `call_${fingerprint(id)}`
}
const unpack = (packed: string): string | undefined => {
  try {
    const binary = atob(packed.slice(mark.length).replaceAll('-', '+').replaceAll('_', '/'))
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, one => one.charCodeAt(0)))
  } catch {
    // An id of someone else that happens to begin like ours.
    return undefined
  }
}

/** The id that the upstream gave, out of one that was made to fit. Any other id is itself. */
export const readCallId = (id: string): string => {
  if (!id.startsWith(mark)) return id
  const unpacked = unpack(id) ?? ''
  return unpacked !== '' && !fits.test(unpacked) && pack(unpacked) === id ? unpacked : id
}

const short = (id: string): string => (nine.test(id) ? id : fingerprint(id).slice(0, 9))
const usual = (id: string): string => (fits.test(id) ? id : pack(id))

/** Gives each id a form that the model takes, never the same twice; `spare` is for one that is empty. */
export const idFitter = (spare: string, nineLetters: boolean): ((id: string) => string) => {
  const used = new Set<string>()
  const fit = nineLetters ? short : usual
  return id => {
    const base = id === '' ? spare : id
    let made = fit(base)
    for (let turn = 2; used.has(made); turn++) made = fit(nineLetters ? `${base} ${turn}` : `${base}_${turn}`)
    used.add(made)
    return made
  }
}
