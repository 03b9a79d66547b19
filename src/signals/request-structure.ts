/** What the form of a request says of the kind of work, as names: sizes, marks, tools, schema. */
import type { Conversation } from '../domain/request.ts'
import type { RequestText } from './request-text.ts'

type Shaped = Pick<Conversation, 'tools' | 'opaqueTools' | 'toolChoice' | 'output'>

/** The highest of these that a number reaches, as its place; 0 below the first. */
const stepOf = (value: number, starts: readonly number[]): number => starts.filter(start => value >= start).length

const sizes = [1, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 20_480]
const counts = [1, 2, 4, 8, 16]
const shares = [0.005, 0.02, 0.05, 0.1, 0.2]

/** What is counted in the text, a character at a time. */
interface Counts {
  digits: number
  operators: number
  code: number
  questions: number
  lines: number
  foreign: number
}
const operators = new Set(Array.from('=+*^/$%≤≥√∑', mark => mark.charCodeAt(0)))
const codeMarks = new Set(Array.from('{}[]();<>_', mark => mark.charCodeAt(0)))
const questions = new Set(Array.from('?？؟', mark => mark.charCodeAt(0)))
const newline = 10

const countIn = (text: string): Counts => {
  const found: Counts = { digits: 0, operators: 0, code: 0, questions: 0, lines: 0, foreign: 0 }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= 0x250) found.foreign += 1
    if (code >= 48 && code <= 57) found.digits += 1
    else if (operators.has(code)) found.operators += 1
    else if (codeMarks.has(code)) found.code += 1
    else if (questions.has(code)) found.questions += 1
    else if (code === newline) found.lines += 1
  }
  return found
}

const options = /^\s*\(?[A-E][.):]\s/gm
const headings =
  /^(?:context|passage|document|documents|sources?|article|text|email|notes?|transcript|kontext|contexte)\b.{0,40}:/gim
const asks = /^(?:question|q|frage|pregunta|domanda|query)\b.{0,20}:/gim
const tags = /<\/?[a-z][a-z_-]{1,20}>/gi
const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** Where the last line stands that says anything, and how long it is. */
const lastLine = (text: string): string => {
  const trimmed = text.trimEnd()
  return trimmed.slice(trimmed.lastIndexOf('\n') + 1)
}

const ofText = ({ last, lastLength }: RequestText): readonly string[] => {
  const found = countIn(last)
  const length = Math.max(1, last.length)
  const line = lastLine(last)
  const isLong = lastLength > 400
  const ends = /[?？؟]\s*$/.test(line)
  return [
    `digits ${stepOf(found.digits / length, shares)}`,
    `operators ${stepOf(found.operators / length, shares)}`,
    `code ${stepOf(found.code / length, shares)}`,
    `foreign ${stepOf(found.foreign / length, shares)}`,
    `questions ${stepOf(found.questions, counts)}`,
    `lines ${stepOf(found.lines, [1, 2, 4, 8, 16, 32])}`,
    `ends in a question ${String(ends)}`,
    `long, then ${isLong ? (line.length < 200 ? `short ${String(ends)}` : 'long') : 'none'}`,
    `fences ${stepOf(countOf(last, /```/g), [1, 3])}`,
    `latex ${stepOf(countOf(last, /\\[a-z]+|\$[^$\n]{1,80}\$/g), [1, 3, 8])}`,
    `options ${stepOf(countOf(last, options), [2, 4])}`,
    `headings ${stepOf(countOf(last, headings), [1, 2])}`,
    `asks ${stepOf(countOf(last, asks), [1])}`,
    `tags ${stepOf(countOf(last, tags), [1, 3])}`,
  ]
}

const choiceOf = ({ toolChoice }: Shaped): string => {
  if (toolChoice === undefined || typeof toolChoice === 'string') return toolChoice ?? 'auto'
  return 'named'
}

/** How many tools a model may call here; none where it is told not to. */
const toolsIn = (request: Shaped): number =>
  choiceOf(request) === 'none' ? 0 : request.tools.length + (request.opaqueTools?.length ?? 0)

const formatOf = ({ output }: Shaped): string => {
  if (output.type === 'text') return 'text'
  return 'schema' in output ? 'schema' : 'json'
}

/** Whether a model may call tools here, and how: one name, that counts much. */
export const callsOf = (request: Shaped): string => (toolsIn(request) > 0 ? `calls ${choiceOf(request)}` : 'no calls')

/** A few dozen names, each of which counts as a sign. */
export const structureOf = (request: Shaped, text: RequestText): readonly string[] => {
  const tools = toolsIn(request)
  return [
    'any',
    `tools ${stepOf(tools, counts)}`,
    `results ${String(text.endsInResults)}`,
    `format ${formatOf(request)}`,
    `length ${stepOf(text.lastLength, sizes)}`,
    `system ${stepOf(text.systemLength, sizes)}`,
    `turns ${stepOf(text.userTurns, counts)}`,
    `images ${stepOf(text.images, [1, 2])}`,
    `documents ${stepOf(text.documents, [1, 2])}`,
    ...ofText(text),
  ]
}
