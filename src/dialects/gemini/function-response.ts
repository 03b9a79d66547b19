/** Results of functions, both ways: Gemini has an object where others have text, and no ids where others must have them. */
import type { OpaquePart, Part, ToolResultPart } from '../../domain/message.ts'
import { readMedia, writeMedia } from './media.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText, otherMembers, parseJson } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelKeys, camelRecord, carried, dialect, ownToWrite, someMembers } from './wire.ts'
import type { Writing } from './writing.ts'

const known = { part: new Set(['functionResponse']), response: new Set(['id', 'name', 'response', 'parts']) }

interface Said {
  readonly text: string
  readonly isError: boolean
}
const isOnly = (response: Json, name: string): boolean =>
  Object.keys(response).length === 1 && Object.hasOwn(response, name)
/** True for text that would be read back as something else than text. */
const looksLikeJson = (text: string): boolean => typeof parseJson(text) === 'object' && parseJson(text) !== null

/** What the object says: Google's own words for it are `output` and `error`; any other is itself, as JSON. */
const saidOf = (response: Json): Said => {
  const { output, error } = response
  if (isOnly(response, 'output') && typeof output === 'string' && !looksLikeJson(output)) {
    return { text: output, isError: false }
  }
  if (!isOnly(response, 'error')) return { text: jsonText(response) || '{}', isError: false }
  const isText = typeof error === 'string' && parseJson(error) === undefined
  return { text: isText ? error : jsonText(error) || 'null', isError: true }
}
/** The way back. */
const responseOf = ({ text, isError }: Said): Json => {
  const value = parseJson(text)
  if (isError) return { error: value === undefined ? text : value }
  return isRecord(value) ? value : { output: text }
}

const readParts = (parts: unknown, at: string, findings: Findings): readonly Part[] => {
  if (!Array.isArray(parts)) return []
  return parts.map((given: unknown, place): Part => {
    const part = isRecord(given) ? camelKeys(given) : {}
    const key = isRecord(part['inlineData']) ? 'inlineData' : 'fileData'
    if (isRecord(part[key])) return readMedia(part, key, `${at}[${place}]`, findings)
    return { type: 'opaque', dialect, kind: Object.keys(part)[0] ?? 'part', value: given }
  })
}

/** What a `functionResponse` names beside what it says. */
export interface ReadResponse {
  readonly id: string | undefined
  readonly name: string
  readonly part: Omit<ToolResultPart, 'callId'>
}
/** A part with a `functionResponse`; the call that it answers is found by others. */
export const readResponse = (part: Json, at: string, findings: Findings): ReadResponse => {
  const given = camelRecord(part, 'functionResponse') ?? {}
  const here = `${at}.functionResponse`
  const { id, name, response = {} } = given
  if (typeof name !== 'string' || name === '') report(findings, `${here}.name`, name, 'the name of a function')
  if (!isRecord(response)) report(findings, `${here}.response`, response, 'an object')
  const { text, isError } = saidOf(isRecord(response) ? response : {})
  const others = otherMembers(given, known.response)
  const own = { ...otherMembers(part, known.part), ...(others && { functionResponse: others }) }
  return {
    id: typeof id === 'string' && id !== '' ? id : undefined,
    name: typeof name === 'string' ? name : '',
    part: {
      type: 'tool-result',
      output: [{ type: 'text', text }, ...readParts(given['parts'], `${here}.parts`, findings)],
      isError,
      ...carried(someMembers(own)),
    },
  }
}

const noMarks = 'Gemini caches prompts by itself and takes no marks'

/** A result on its way: what it says, and the media that it may hold or that must stand behind it. */
interface Output {
  readonly texts: string[]
  readonly media: Json[]
}
const tellOpaque = (part: OpaquePart, { texts, media }: Output, { losses }: Writing): void => {
  if (part.dialect === dialect && isRecord(part.value)) media.push(part.value)
  else losses.add(`messages.tool-result.${part.kind}`, `only ${part.dialect} knows this kind of content`)
  if (part.dialect !== dialect && part.words !== undefined) texts.push(part.words)
}
const tellPart = (part: Part, output: Output, writing: Writing): void => {
  const { losses, isOwn } = writing
  if (part.cache !== undefined) losses.add('messages.cache', noMarks)
  switch (part.type) {
    case 'text':
    case 'refusal':
      losses.addForeign(part.extensions, 'messages.tool-result.')
      output.texts.push(part.text)
      return
    case 'image':
    case 'audio':
    case 'file': {
      const written = writeMedia(part, isOwn, losses)
      if (written !== undefined) output.media.push(written)
      return
    }
    case 'opaque':
      return tellOpaque(part, output, writing)
    default:
      losses.add(`messages.tool-result.${part.type}`, 'the result of a function cannot hold it')
  }
}
const outputOf = (part: ToolResultPart, writing: Writing): Output => {
  const output: Output = { texts: [], media: [] }
  for (const one of part.output) tellPart(one, output, writing)
  return output
}

/** A result as parts of a turn. `id` is undefined where Gemini gave the call none. */
export const writeResponse = (
  part: ToolResultPart,
  call: { readonly id: string | undefined; readonly name: string },
  writing: Writing,
): readonly Json[] => {
  writing.losses.addForeign(part.extensions, 'messages.tool-result.')
  if (part.cache !== undefined) writing.losses.add('messages.cache', noMarks)
  const { texts, media } = outputOf(part, writing)
  const text = texts.join('\n')
  const { functionResponse: others, ...own } = ownToWrite(part.extensions)
  const isInside = media.length > 0 && (writing.isOwn || writing.abilities.richResults)
  const { id, name } = call
  const functionResponse = {
    ...(isRecord(others) ? others : {}),
    ...(id !== undefined && { id }),
    name,
    response: responseOf({ text, isError: part.isError }),
    ...(isInside && { parts: media }),
  }
  return [{ ...own, functionResponse }, ...(isInside ? [] : media)]
}
