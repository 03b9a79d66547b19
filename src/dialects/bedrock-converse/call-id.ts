/** Ids of tool calls: Bedrock itself gives and takes dots and colons too, Claude takes letters, digits, `_` and `-` alone, and Mistral nine letters or digits. */
import { fingerprint } from '../../domain/fingerprint.ts'

const longest = 64
const wide = /^[a-zA-Z0-9_.:-]{1,64}$/
const plain = /^[a-zA-Z0-9_-]{1,64}$/
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
  return unpacked !== '' && !plain.test(unpacked) && pack(unpacked) === id ? unpacked : id
}

/** What an id may be made of. */
export type IdForm = 'wide' | 'plain' | 'nine'

const forms: Readonly<Record<IdForm, (id: string) => string>> = {
  wide: id => (wide.test(id) ? id : pack(id)),
  plain: id => (plain.test(id) ? id : pack(id)),
  nine: id => (nine.test(id) ? id : fingerprint(id).slice(0, 9)),
}

/** Gives each id such a form, never the same twice; `spare` is for one that is empty. */
export const idFitter = (spare: string, form: IdForm): ((id: string) => string) => {
  const used = new Set<string>()
  const fit = forms[form]
  return id => {
    const base = id === '' ? spare : id
    let made = fit(base)
    for (let turn = 2; used.has(made); turn++) made = fit(form === 'nine' ? `${base} ${turn}` : `${base}_${turn}`)
    used.add(made)
    return made
  }
}
