/** Where a text stops being JSON, and what would be right there. Read only after JSON.parse has refused it. */

const words = new Set(['true', 'false', 'null'])
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** No number that means anything is longer. */
const longestScalar = 400

const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9
const skipBlank = (text: string, from: number): number => {
  let at = from
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

const shown = (text: string, at: number): string => {
  const character = text[at]
  if (character === undefined) return 'the body ends'
  const code = character.charCodeAt(0)
  return code > 32 && code < 127 ? `"${character}"` : `a character U+${code.toString(16).padStart(4, '0')}`
}

/** The fault in words, with line and column, counted from 1. */
const told = (text: string, at: number, right: string): string => {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  return `${shown(text, at)} at line ${line}, column ${column}; ${right} would be right`
}

interface Fault {
  readonly at: number
  readonly right: string
}

const escape = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/

/** One past the string that begins here, or its fault. */
const stringFrom = (text: string, from: number): number | Fault => {
  if (text[from] !== '"') return { at: from, right: 'a string in double quotes' }
  let at = from + 1
  while (at < text.length) {
    const character = text[at]
    if (character === '"') return at + 1
    if (character === '\\') {
      const [found] = escape.exec(text.slice(at, at + 6)) ?? []
      if (found === undefined) return { at, right: 'an escape such as \\n, \\" or \\u00e9' }
      at += found.length
    } else if (text.charCodeAt(at) < 32) return { at, right: 'an escape in place of a control character' }
    else at++
  }
  return { at, right: 'a closing quote' }
}

/** Ends of a scalar that is no string: what may follow a value. */
const ends = new Set([',', ']', '}', ':', '[', '{', '"', ' ', '\n', '\r', '\t'])

/** No expression is let loose on more than so many characters; what is longer only has to look like digits. */
const isNumber = (text: string, at: number, end: number): boolean => {
  if (end - at <= longestScalar) return number.test(text.slice(at, end))
  for (let place = at; place < end; place++) if (!'0123456789+-.eE'.includes(text[place] ?? ' ')) return false
  return true
}

const scalarFrom = (text: string, at: number): number | Fault => {
  if (text[at] === '"') return stringFrom(text, at)
  let end = at
  while (end < text.length && !ends.has(text[end] ?? '')) end++
  if (isNumber(text, at, end) || words.has(text.slice(at, Math.min(end, at + longestScalar)))) return end
  return { at, right: 'a value (an object, a list, a string, a number, true, false or null)' }
}

/** Reads as JSON.parse does, with a list in place of the stack. */
const search = (text: string): Fault | undefined => {
  const open: ('{' | '[')[] = []
  let wants: 'value' | 'first' | 'key' | 'more' = 'value'
  let at = skipBlank(text, 0)
  while (at < text.length) {
    const found = one(text, at, open, wants)
    if ('right' in found) return found
    wants = found.wants
    at = skipBlank(text, found.end)
    if (wants === 'more' && open.length === 0) break
  }
  if (at < text.length) return { at, right: 'nothing more' }
  const right: Readonly<Record<typeof wants, string>> = {
    value: 'a value',
    first: 'a value, a key or a closing bracket',
    key: 'a key in double quotes',
    more: `a comma or the closing ${open.at(-1) === '{' ? 'brace' : 'bracket'}`,
  }
  return wants === 'more' && open.length === 0 ? undefined : { at, right: right[wants] }
}

type Wants = 'value' | 'first' | 'key' | 'more'
interface Found {
  readonly end: number
  readonly wants: Wants
}

const keyFrom = (text: string, at: number): Found | Fault => {
  const end = stringFrom(text, at)
  if (typeof end !== 'number') return { ...end, right: end.at === at ? 'a key in double quotes' : end.right }
  const colon = skipBlank(text, end)
  return text[colon] === ':' ? { end: colon + 1, wants: 'value' } : { at: colon, right: 'a colon after the key' }
}

/** What follows a value: a comma, or the bracket that closes. */
const moreFrom = (text: string, at: number, open: ('{' | '[')[]): Found | Fault => {
  const inObject = open.at(-1) === '{'
  if (text[at] === ',') return { end: at + 1, wants: inObject ? 'key' : 'value' }
  if (text[at] !== (inObject ? '}' : ']')) {
    return { at, right: `a comma or the closing ${inObject ? 'brace' : 'bracket'}` }
  }
  open.pop()
  return { end: at + 1, wants: 'more' }
}

const one = (text: string, at: number, open: ('{' | '[')[], wants: Wants): Found | Fault => {
  const character = text[at]
  if (wants === 'more') return moreFrom(text, at, open)
  if (wants === 'first' && (character === '}' || character === ']')) return moreFrom(text, at, open)
  if (wants === 'key' || (wants === 'first' && open.at(-1) === '{')) return keyFrom(text, at)
  if (character === '{' || character === '[') {
    open.push(character)
    return { end: at + 1, wants: 'first' }
  }
  const end = scalarFrom(text, at)
  return typeof end === 'number' ? { end, wants: 'more' } : end
}

/** What is wrong, where, and what would be right, without repeating more than one character of the text. */
export const faultOf = (text: string): string => {
  const fault = search(text)
  return fault === undefined ? 'it cannot be read' : told(text, fault.at, fault.right)
}
