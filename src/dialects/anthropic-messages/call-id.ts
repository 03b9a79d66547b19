/** Ids of tool calls: Anthropic takes letters, digits, `_` and `-` alone, others put dots and colons in them. */

const fits = /^[a-zA-Z0-9_-]+$/
/** Stands before an id that was packed to fit, so that it can be unpacked when it comes back. */
const mark = 'sb64_'

const pack = (id: string): string => {
  const bytes = new TextEncoder().encode(id)
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('')
  return `${mark}${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
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

/** Gives each id a form that Anthropic takes, never the same twice; `spare` is for one that is empty. */
export const idFitter = (spare: string): ((id: string) => string) => {
  const used = new Set<string>()
  return id => {
    const base = id === '' ? spare : fits.test(id) ? id : pack(id)
    let fit = base
    for (let turn = 2; used.has(fit); turn++) fit = `${base}_${turn}`
    used.add(fit)
    return fit
  }
}
