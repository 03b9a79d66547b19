/** Is a recorded prompt's answer right: the programmatic check of the benchmark that the recordings come from. */

/** What an answer is held against. */
export interface Expectation {
  readonly expected: string
  /** `number`: the first number of the answer; `exact`: the answer as text. */
  readonly check: 'number' | 'exact'
}

/** True if the text's `answer` field (or what stands for one where the JSON is broken) is the expected answer. */
export const checkAnswer = ({ expected, check }: Expectation, text: string): boolean => {
  const given = answerOf(text)
  if (given === undefined) return false
  return check === 'exact' ? bare(given) === bare(expected) : sameNumber(given, expected)
}

/** The content of the `answer` field: of the first whole JSON object, else of what looks like one, else of a final `\boxed{…}`. */
export const answerOf = (text: string): string | undefined => {
  const found = firstObject(text)
  if (found !== undefined && Object.hasOwn(found, 'answer')) return pythonText(found['answer'])
  for (const pattern of lookAlikes) {
    const value = pattern.exec(text)?.[1]
    if (value !== undefined) return value
  }
  return text.slice(-30).includes('boxed') ? /\\boxed\{(\w+)\}/.exec(text)?.[1] : undefined
}

/** From strict to loose: models leave out quotes, or break them. */
const lookAlikes: readonly RegExp[] = [/"answer"\s*:\s*"([^"]*)"/, /"answer"\s*:\s*([^,\s]*)/, /answer\s*:\s*([^,\s]*)/]

/** The object between the first brace and the one that closes it. Braces inside strings count too, as they did when the answers were scored. */
const firstObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const start = text.indexOf('{')
  if (start < 0) return undefined
  let depth = 0
  for (let place = start; place < text.length; place++) {
    const code = text.charCodeAt(place)
    if (code === 0x7b) depth++
    else if (code === 0x7d && --depth === 0) return parsed(text.slice(start, place + 1).replaceAll('\n', ''))
  }
  return undefined
}

const parsed = (json: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(json)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    // Broken JSON is common in answers; the caller looks for the field in the text.
    return undefined
  }
}

/** A JSON value as Python prints it: expected answers are Python literals, and models often give them unquoted. */
const pythonText = (value: unknown): string => (typeof value === 'string' ? value : python(value))

const python = (value: unknown): string => {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  return `{${Object.entries(value)
    .map(([key, member]) => `${quoted(key)}: ${python(member)}`)
    .join(', ')}}`
}

const quoted = (text: string): string => {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

/** Without quotes at the ends: `'abc'` and `abc` are the same answer. */
const bare = (text: string): string =>
  text
    .replace(/^['"]+/, '')
    .replace(/['"]+$/, '')
    .replaceAll('\n', '\\n')

const sameNumber = (given: string, expected: string): boolean => {
  const number = firstNumber(given)
  return number !== undefined && number === firstNumber(expected)
}

/** Without `$` and thousands' commas, fractions divided: units and words after the number do not count. */
const firstNumber = (text: string): number | undefined => {
  const plain = text.replaceAll('$', '').trim().replaceAll(',', '')
  const fraction = /^(-?\d+(?:\.\d+)?)\s*\/\s*(-?\d+(?:\.\d+)?)$/.exec(plain)
  if (fraction !== null && Number(fraction[2]) !== 0) return Number(fraction[1]) / Number(fraction[2])
  const found = /-?\d+(?:\.\d+)?/.exec(plain)?.[0]
  return found === undefined ? undefined : Number(found)
}
