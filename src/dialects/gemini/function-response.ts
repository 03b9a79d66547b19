/** Results of functions, both ways: Gemini has an object where others have text, and no ids where others must have them. */
import type { MediaPart, Part, ToolResultPart } from '../../domain/message.ts'
import { readMedia, writeMedia } from './media.ts'
import type { Findings, Json } from './wire.ts'
import {
  camelKeys,
  camelRecord,
  carried,
  dialect,
  isRecord,
  jsonText,
  otherMembers,
  ownToWrite,
  parseJson,
  report,
  someMembers,
} from './wire.ts'
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
  if (!isOnly(response, 'error')) return { text: jsonText(response) ?? '{}', isError: false }
  const isText = typeof error === 'string' && parseJson(error) === undefined
  return { text: isText ? error : (jsonText(error) ?? 'null'), isError: true }
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

/** A result on its way: the object, and the media that it may hold or that must stand behind it. */
interface Output {
  readonly text: string
  readonly media: readonly Json[]
}
const outputOf = (part: ToolResultPart, { losses, isOwn }: Writing): Output => {
  const texts: string[] = []
  const media: Json[] = []
  const tellMedia = (one: MediaPart): void => {
    const written = writeMedia(one, isOwn, losses)
    if (written !== undefined) media.push(written)
  }
  for (const one of part.output) {
    if (one.type === 'text' || one.type === 'refusal') texts.push(one.text)
    else if (one.type === 'image' || one.type === 'audio' || one.type === 'file') tellMedia(one)
    else if (one.type === 'opaque' && one.dialect === dialect && isRecord(one.value)) media.push(one.value)
    else if (one.type === 'opaque' && one.words !== undefined) texts.push(one.words)
    else losses.add(`messages.tool-result.${one.type}`, 'the result of a function cannot hold it')
  }
  return { text: texts.join('\n'), media }
}

/** A result as parts of a turn. `id` is undefined where Gemini gave the call none. */
export const writeResponse = (
  part: ToolResultPart,
  call: { readonly id: string | undefined; readonly name: string },
  writing: Writing,
): readonly Json[] => {
  writing.losses.addForeign(part.extensions, 'messages.tool-result.')
  if (part.cache !== undefined)
    writing.losses.add('messages.cache', 'Gemini caches prompts by itself and takes no marks')
  const { text, media } = outputOf(part, writing)
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
