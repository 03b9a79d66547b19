/** References to the environment in a configuration: `${NAME}` and `${NAME:-default}`. */

/** Variables by name; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Bounded, so that a text full of openings is still read in one go. */
const reference = /\$\{([A-Za-z_][A-Za-z0-9_]{0,127})(?::-([^}\n]{0,1024}))?\}/g

/** Signs that mean something to YAML where text stands without quotes. */
const signs = '{}[],:#'
const firstStandIn = 0xe000
const lastStandIn = 0xf8ff - signs.length

/** A stretch of characters for private use that the text does not contain. */
const freeStandIn = (text: string): number | undefined => {
  for (let start = firstStandIn; start <= lastStandIn; start += signs.length) {
    const taken = Array.from(signs, (_, at) => String.fromCharCode(start + at)).some(one => text.includes(one))
    if (!taken) return start
  }
  return undefined
}

/** Text in which references are safe from YAML, each sign still at its place, and the way back. */
export interface Masked {
  readonly text: string
  readonly unmask: (text: string) => string
}

/** Hides the signs of references: in `{ key: ${NAME} }` the braces would otherwise open a mapping. */
export const maskReferences = (text: string): Masked => {
  const start = text.includes('${') ? freeStandIn(text) : undefined
  if (start === undefined) return { text, unmask: masked => masked }
  const hidden = (found: string): string =>
    found.replace(/[{}[\],:#]/g, sign => String.fromCharCode(start + signs.indexOf(sign)))
  const standIns = new RegExp(`[${String.fromCharCode(start)}-${String.fromCharCode(start + signs.length - 1)}]`, 'g')
  return {
    text: text.replace(reference, hidden),
    unmask: masked => masked.replace(standIns, one => signs[one.charCodeAt(0) - start] ?? one),
  }
}

/** What a variable holds; undefined if it is not set or empty. */
export const variable = (env: Environment, name: string): string | undefined => {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  return value === '' ? undefined : value
}

/** The name in text that is one reference and nothing else, without a default; undefined for other text. */
export const soleReference = (text: string): string | undefined =>
  /^\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}$/.exec(text)?.[1]

/** Text with its references filled in, and what was wrong with those that could not be. */
export const filledIn = (
  text: string,
  env: Environment,
): { readonly text: string; readonly wrong: readonly string[] } => {
  const wrong: string[] = []
  const kept = text.replace(reference, (_, name: string, fallback: string | undefined) => {
    const value = variable(env, name) ?? fallback
    if (value === undefined) {
      wrong.push(`the environment variable ${name} is not set; set it, or write \${${name}:-default}`)
    }
    return value ?? ''
  })
  if (text.replace(reference, '').includes('${')) {
    wrong.push('holds "${" that begins no reference; write ${NAME} or ${NAME:-default}')
  }
  return { text: kept, wrong }
}
